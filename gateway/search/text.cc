#include "gateway/search/text.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <atomic>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

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

// The first letter of each character's reading. ICU's rules take some 20 µs for a character and half a second for all
// of them, while the titles of a portfolio have some two thousand: each is asked for once, when it comes.
class Readings {
 public:
  // Any thread. 0 for a character without a reading.
  char InitialOf(char32_t point) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::atomic<char>& known = letters_[point - kFirst];
    char letter = known.load(std::memory_order_relaxed);
    if (letter != kUnasked) return letter;
    letter = Ask(point);
    known.store(letter, std::memory_order_relaxed);
    return letter;
  }

 private:
  static constexpr char kUnasked = 1;

  static std::vector<std::atomic<char>> Unasked() {
    std::vector<std::atomic<char>> letters(kLast - kFirst + 1);
    for (std::atomic<char>& letter : letters) letter.store(kUnasked, std::memory_order_relaxed);
    return letters;
  }

  static std::unique_ptr<icu::Transliterator> MakeReader() {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> reader(
        icu::Transliterator::createInstance("Han-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, error));
    return U_FAILURE(error) ? nullptr : std::move(reader);  // Without its data initials find nothing.
  }

  char Ask(char32_t point) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (reader_ == nullptr) return 0;
    icu::UnicodeString reading(static_cast<UChar32>(point));
    const absl::MutexLock lock(&mutex_);
    reader_->transliterate(reading);
    const char16_t first = reading.charAt(0);
    return first >= u'a' && first <= u'z' ? static_cast<char>(first) : '\0';
  }

  std::vector<std::atomic<char>> letters_ = Unasked();
  const std::unique_ptr<icu::Transliterator> reader_ = MakeReader();
  absl::Mutex mutex_;  // Of the reader.
};

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
  static Readings& readings = *new Readings();
  std::u32string initials;
  for (const char32_t point : normalized) {
    const bool plain = (point >= U'a' && point <= U'z') || (point >= U'0' && point <= U'9');
    if (plain) initials += point;
    if (point < kFirst || point > kLast) continue;
    if (const char letter = readings.InitialOf(point); letter != 0) initials += static_cast<char32_t>(letter);
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
