#include "gateway/search/text.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>

namespace yaoshi::gateway {
namespace {

// The unified ideographs, and those of extension A.
constexpr char32_t kFirst = 0x3400, kLast = 0x9fff;

std::u32string Points(const icu::UnicodeString& text) {
  std::u32string points;
  points.reserve(static_cast<size_t>(text.length()));
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    points += static_cast<char32_t>(text.char32At(i));
  }
  return points;
}

// The first letter of each character's reading; 0 for one without. ICU reads the whole table at once, a line for each:
// one by one it would take a second.
std::vector<char> ReadTable() {
  std::vector<char> table(kLast - kFirst + 1, 0);
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> reader(
      icu::Transliterator::createInstance("Han-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, error));
  if (U_FAILURE(error) || reader == nullptr) return table;  // Without its data initials find nothing.
  icu::UnicodeString lines;
  for (char32_t point = kFirst; point <= kLast; ++point) lines.append(static_cast<UChar32>(point)).append(u'\n');
  reader->transliterate(lines);
  size_t at = 0;
  bool begins = true;
  for (int32_t i = 0; i < lines.length() && at < table.size(); ++i) {
    const char16_t unit = lines.charAt(i);
    if (begins && unit >= u'a' && unit <= u'z') table[at] = static_cast<char>(unit);
    begins = unit == u'\n';
    if (begins) ++at;
  }
  return table;
}

}  // namespace

std::u32string Normalized(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* folder = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const icu::UnicodeString raw =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  if (U_FAILURE(error)) return Points(raw);
  return Points(folder->normalize(raw, error));
}

std::u32string InitialsOf(std::u32string_view normalized) {
  static const std::vector<char>& table = *new std::vector<char>(ReadTable());
  std::u32string initials;
  for (const char32_t point : normalized) {
    const bool plain = (point >= U'a' && point <= U'z') || (point >= U'0' && point <= U'9');
    if (plain) initials += point;
    if (point < kFirst || point > kLast) continue;
    if (const char letter = table[point - kFirst]; letter != 0) initials += static_cast<char32_t>(letter);
  }
  return initials;
}

std::vector<std::u32string> WordsOf(std::u32string_view normalized) {
  std::vector<std::u32string> words;
  for (size_t at = 0; at < normalized.size();) {
    const size_t end = std::min(normalized.find(U' ', at), normalized.size());
    if (end > at) words.emplace_back(normalized.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace yaoshi::gateway
