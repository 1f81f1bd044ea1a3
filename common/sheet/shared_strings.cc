#include "common/sheet/shared_strings.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/sheet/errors.h"
#include "common/sheet/excel_text.h"
#include "common/sheet/utf8_scan.h"
#include "common/sheet/xml_stream.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

// What stands before each string.
struct Header {
  std::uint32_t size;
  SharedStrings::Quality quality;
};

// Collects <si>: its <t> and those of its runs <r>, not those of phonetic runs <rPh>.
class StringsHandler : public XmlHandler {
 public:
  StringsHandler(SharedStrings& strings, std::size_t max_characters)
      : strings_(strings), max_characters_(max_characters) {}

  void Start(XmlStream&, std::string_view name, const Attributes&) override {
    if (name == "si") {
      text_.clear();
      quality_ = SharedStrings::Quality::kGood;
    } else if (name == "rPh") {
      in_phonetic_ = true;
    }
    in_text_ = name == "t" && !in_phonetic_;
  }
  void End(XmlStream& stream, std::string_view name) override {
    in_text_ = false;
    if (name == "rPh") {
      in_phonetic_ = false;
    } else if (name == "si") {
      DecodeExcelEscapes(text_);
      CheckLength();
      if (absl::Status added = strings_.Add(text_, quality_); !added.ok()) {
        stream.Fail(added);
      }
    }
  }
  void Text(XmlStream&, std::string_view text) override {
    if (in_text_ && quality_ != SharedStrings::Quality::kTooLong) {
      text_ += text;
      if (text_.size() > max_characters_ * kLongestEscape) {
        quality_ = SharedStrings::Quality::kTooLong;
      }
    }
  }
  void BadBytes(XmlStream&) override { quality_ = SharedStrings::Quality::kBadUtf8; }

 private:
  void CheckLength() {
    if (text_.size() > max_characters_ && CountCharacters(text_) > max_characters_) {
      quality_ = SharedStrings::Quality::kTooLong;
    }
    if (quality_ == SharedStrings::Quality::kTooLong) {
      text_.clear();
    }
  }

  SharedStrings& strings_;
  std::size_t max_characters_;
  std::string text_;
  SharedStrings::Quality quality_ = SharedStrings::Quality::kGood;
  bool in_text_ = false;
  bool in_phonetic_ = false;
};

}  // namespace

absl::Status SharedStrings::Read(Package& package, const std::string& part, const Limits& limits) {
  StringsHandler handler(*this, limits.cell_characters);
  RETURN_IF_ERROR(ReadPart(package, part, handler));
  return file_ ? Flush() : absl::OkStatus();
}

absl::Status SharedStrings::Add(std::string_view text, Quality quality) {
  if (count_ % kStride == 0) {
    places_.push_back(bytes_);
  }
  const Header header{static_cast<std::uint32_t>(text.size()), quality};
  tail_.append(reinterpret_cast<const char*>(&header), sizeof(header));
  tail_ += text;
  bytes_ += sizeof(header) + text.size();
  ++count_;
  if (!file_ && tail_.size() > memory_bytes_) {
    RETURN_IF_ERROR(Spill());
  }
  return file_ && tail_.size() >= (std::size_t{1} << 20) ? Flush() : absl::OkStatus();
}

absl::Status SharedStrings::Get(std::uint32_t index, Entry& entry) {
  std::uint64_t at = places_[index / kStride];
  Header header{};
  for (std::uint32_t skip = index % kStride;; --skip) {
    RETURN_IF_ERROR(Copy(at, reinterpret_cast<char*>(&header), sizeof(header)));
    at += sizeof(header);
    if (skip == 0) {
      break;
    }
    at += header.size;
  }
  entry.quality = header.quality;
  entry.text.resize(header.size);
  return Copy(at, entry.text.data(), header.size);
}

absl::Status SharedStrings::Spill() {
  std::string path = temp_directory_ + "/yaoshi-strings-XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return FileFailed("write", errno);
  }
  unlink(path.c_str());
  file_.reset(fdopen(descriptor, "w+b"));
  RETURN_IF_ERROR(Flush());
  tail_.shrink_to_fit();
  return absl::OkStatus();
}

absl::Status SharedStrings::Flush() {
  if (std::fwrite(tail_.data(), 1, tail_.size(), file_.get()) != tail_.size() || std::fflush(file_.get()) != 0) {
    return FileFailed("write", errno);
  }
  tail_.clear();
  return absl::OkStatus();
}

absl::Status SharedStrings::Copy(std::uint64_t at, char* to, std::size_t size) {
  if (!file_) {
    std::memcpy(to, tail_.data() + at, size);
    return absl::OkStatus();
  }
  while (size > 0) {
    ASSIGN_OR_RETURN(const Page* page, LoadPage(static_cast<std::int64_t>(at / kPageBytes)));
    const std::size_t offset = at % kPageBytes;
    const std::size_t part = std::min(size, page->size > offset ? page->size - offset : 0);
    if (part == 0) {
      return FileFailed("read", EIO);
    }
    std::memcpy(to, page->bytes.data() + offset, part);
    to += part;
    at += part;
    size -= part;
  }
  return absl::OkStatus();
}

absl::StatusOr<const SharedStrings::Page*> SharedStrings::LoadPage(std::int64_t number) {
  Page& page = pages_[static_cast<std::size_t>(number) % kPages];
  if (page.number != number) {
    page.bytes.resize(kPageBytes);
    const ssize_t got =
        pread(fileno(file_.get()), page.bytes.data(), kPageBytes, static_cast<off_t>(number) * off_t{kPageBytes});
    if (got < 0) {
      return FileFailed("read", errno);
    }
    page.size = static_cast<std::size_t>(got);
    page.number = number;
  }
  return &page;
}

}  // namespace yaoshi::sheet
