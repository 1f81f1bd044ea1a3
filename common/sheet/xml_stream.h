// XML of a package part, pushed piece by piece into a handler (expat). No document type, no entities, bounded depth and
// token size. Names come without their namespace prefix.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sheet/package.h"

struct XML_ParserStruct;

namespace yaoshi::sheet {

class Attributes {
 public:
  explicit Attributes(const char** pairs) : pairs_(pairs) {}
  // The value of an attribute by its name without prefix, or "".
  std::string_view Get(std::string_view name) const;
  // A boolean attribute: "1", "true" or "on".
  bool Flag(std::string_view name) const;

 private:
  const char** pairs_;
};

class XmlStream;

class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void Start(XmlStream& stream, std::string_view name, const Attributes& attributes) = 0;
  virtual void End(XmlStream& stream, std::string_view name) = 0;
  // Text may come in several pieces.
  virtual void Text(XmlStream& stream, std::string_view text);
  // Bytes that are not UTF-8 come next; they reach Text as "?". By default the stream fails.
  virtual void BadBytes(XmlStream& stream);
  // What is being read, for errors: "cell C12"; by default "" and the part is named with its line.
  virtual std::string Place() const { return ""; }
};

class XmlStream {
 public:
  // The part and the handler must outlive the stream.
  XmlStream(std::unique_ptr<PartStream> part, XmlHandler& handler);
  ~XmlStream();
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;

  // Goes on until a handler pauses (true) or the part ends (false).
  absl::StatusOr<bool> Run();
  const std::string& part() const { return part_->name(); }

  // For handlers: Run returns true after this event.
  void Pause();
  // For handlers: Run returns this error.
  void Fail(absl::Status status);

 private:
  struct Callbacks;
  absl::Status Fill();
  absl::Status Feed();
  absl::Status Check(int expat_status);
  absl::Status SyntaxError() const;

  std::unique_ptr<PartStream> part_;
  XmlHandler& handler_;
  XML_ParserStruct* parser_;
  absl::Status failure_;
  // Bytes [next_, ready_) of buffer_ are valid UTF-8 and not fed yet; those up to filled_ wait for validation.
  std::vector<char> buffer_;
  std::size_t next_ = 0;
  std::size_t ready_ = 0;
  std::size_t filled_ = 0;
  std::int64_t fed_bytes_ = 0;
  int depth_ = 0;
  bool at_end_ = false;
  bool paused_ = false;
  bool done_ = false;
};

// Reads a whole part into a handler.
absl::Status ReadPart(Package& package, const std::string& name, XmlHandler& handler);

}  // namespace yaoshi::sheet
