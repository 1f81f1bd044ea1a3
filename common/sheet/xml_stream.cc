#include "common/sheet/xml_stream.h"

#include <expat.h>

#include <cstring>

#include "common/sheet/errors.h"
#include "common/sheet/utf8_scan.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

// Bytes inflated at a time. One XML token may be up to kMaxTokenBytes: expat rereads an unfinished token with each
// piece.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
constexpr std::int64_t kMaxTokenBytes = std::int64_t{1} << 20;
// Workbooks nest fewer than 20 elements.
constexpr int kMaxDepth = 256;

std::string_view LocalName(const char* name) {
  const char* colon = std::strchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}

}  // namespace

std::string_view Attributes::Get(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (LocalName(pair[0]) == name) {
      return pair[1];
    }
  }
  return "";
}

bool Attributes::Flag(std::string_view name) const {
  const std::string_view value = Get(name);
  return value == "1" || value == "true" || value == "on";
}

void XmlHandler::Text(XmlStream&, std::string_view) {}

void XmlHandler::BadBytes(XmlStream& stream) {
  stream.Fail(BadUtf8("The workbook's part " + stream.part()));
}

struct XmlStream::Callbacks {
  static void Start(void* self, const char* name, const char** attributes) {
    auto& stream = *static_cast<XmlStream*>(self);
    if (++stream.depth_ > kMaxDepth) {
      return stream.Fail(XmlNotWellFormed("part " + stream.part(), fmt::format("more than {} levels", kMaxDepth)));
    }
    stream.handler_.Start(stream, LocalName(name), Attributes(attributes));
  }
  static void End(void* self, const char* name) {
    auto& stream = *static_cast<XmlStream*>(self);
    --stream.depth_;
    if (stream.failure_.ok()) {
      stream.handler_.End(stream, LocalName(name));
    }
  }
  static void Text(void* self, const char* text, int length) {
    auto& stream = *static_cast<XmlStream*>(self);
    if (stream.failure_.ok()) {
      stream.handler_.Text(stream, std::string_view(text, static_cast<std::size_t>(length)));
    }
  }
  static void Doctype(void* self, const char*, const char*, const char*, int) {
    auto& stream = *static_cast<XmlStream*>(self);
    stream.Fail(XmlDtdRefused(stream.part()));
  }
};

XmlStream::XmlStream(std::unique_ptr<PartStream> part, XmlHandler& handler)
    : part_(std::move(part)), handler_(handler), parser_(XML_ParserCreate("UTF-8")), buffer_(kPieceBytes) {
  XML_SetUserData(parser_, this);
  XML_SetElementHandler(parser_, Callbacks::Start, Callbacks::End);
  XML_SetCharacterDataHandler(parser_, Callbacks::Text);
  XML_SetStartDoctypeDeclHandler(parser_, Callbacks::Doctype);
}

XmlStream::~XmlStream() {
  XML_ParserFree(parser_);
}

void XmlStream::Pause() {
  paused_ = true;
  XML_StopParser(parser_, XML_TRUE);
}

void XmlStream::Fail(absl::Status status) {
  if (failure_.ok()) {
    failure_ = std::move(status);
    XML_StopParser(parser_, XML_FALSE);
  }
}

absl::StatusOr<bool> XmlStream::Run() {
  RETURN_IF_ERROR(failure_);
  if (paused_) {
    paused_ = false;
    RETURN_IF_ERROR(Check(XML_ResumeParser(parser_)));
  }
  while (!paused_ && !done_) {
    absl::Status fed = Feed();
    if (!fed.ok()) {
      failure_ = fed;
      return fed;
    }
  }
  return paused_;
}

// Feeds what is ready, or makes more ready.
absl::Status XmlStream::Feed() {
  if (next_ == ready_) {
    RETURN_IF_ERROR(Fill());
  }
  const std::size_t size = ready_ - next_;
  const bool last = at_end_ && ready_ == filled_;
  const char* at = buffer_.data() + next_;
  next_ = ready_;
  fed_bytes_ += static_cast<std::int64_t>(size);
  done_ = last;
  RETURN_IF_ERROR(Check(XML_Parse(parser_, at, static_cast<int>(size), last ? 1 : 0)));
  if (fed_bytes_ - XML_GetCurrentByteIndex(parser_) > kMaxTokenBytes) {
    return XmlNotWellFormed("part " + part(), fmt::format("one tag is longer than {} bytes", kMaxTokenBytes));
  }
  return absl::OkStatus();
}

// Moves unvalidated bytes to the front, inflates more behind them and finds how far they are valid UTF-8.
absl::Status XmlStream::Fill() {
  filled_ -= next_;
  std::memmove(buffer_.data(), buffer_.data() + next_, filled_);
  next_ = 0;
  if (!at_end_ && filled_ < 4) {
    ASSIGN_OR_RETURN(const std::size_t got, part_->Read(buffer_.data() + filled_, buffer_.size() - filled_));
    filled_ += got;
    at_end_ = got == 0;
  }
  ready_ = ValidUtf8Prefix({buffer_.data(), filled_});
  const std::string_view rest(buffer_.data() + ready_, filled_ - ready_);
  if (ready_ > 0 || rest.empty() || (!at_end_ && rest.size() < 4 && MayBecomeUtf8(rest))) {
    return absl::OkStatus();
  }
  handler_.BadBytes(*this);
  buffer_[0] = '?';
  ready_ = 1;
  return failure_;
}

absl::Status XmlStream::Check(int expat_status) {
  RETURN_IF_ERROR(failure_);
  return expat_status == XML_STATUS_ERROR ? SyntaxError() : absl::OkStatus();
}

absl::Status XmlStream::SyntaxError() const {
  const std::string near = handler_.Place().empty() ? "" : ", near " + handler_.Place();
  return XmlNotWellFormed(fmt::format("part {} line {}{}", part(), XML_GetCurrentLineNumber(parser_), near),
                          XML_ErrorString(XML_GetErrorCode(parser_)));
}

absl::Status ReadPart(Package& package, const std::string& name, XmlHandler& handler) {
  ASSIGN_OR_RETURN(std::unique_ptr<PartStream> part, package.OpenPart(name));
  XmlStream stream(std::move(part), handler);
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) {
    more = stream.Run();
  }
  return more.status();
}

}  // namespace yaoshi::sheet
