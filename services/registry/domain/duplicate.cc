#include "services/registry/domain/duplicate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>

#include "fmt/format.h"

namespace yaoshi::registry {
namespace {

using Text = std::u32string;
using TextView = std::u32string_view;

constexpr int kTitleWeight = 7000;
constexpr int kOwnerWeight = 2000;
constexpr int kPlaceWeight = 1000;

// ------------------------------------------------------------------------------------------------ characters

// Length of the UTF-8 sequence that a lead byte opens; 0 when it opens none.
std::size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// The code points; a byte that is no part of a sequence becomes a blank.
Text Decode(std::string_view utf8) {
  Text text;
  text.reserve(utf8.size() / 2);
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = SequenceLength(lead);
    char32_t point = length == 1 ? lead : lead & (0x7F >> length);
    bool sound = length > 0 && i + length <= utf8.size();
    for (std::size_t k = 1; sound && k < length; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      sound = (next & 0xC0) == 0x80;
      point = point << 6 | (next & 0x3F);
    }
    text += sound ? point : U' ';
    i += sound ? length : 1;
  }
  return text;
}

std::string Encode(TextView text) {
  std::string utf8;
  for (const char32_t c : text) {
    if (c < 0x80) {
      utf8 += static_cast<char>(c);
    } else if (c < 0x800) {
      utf8 += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      utf8 += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
               static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      utf8 += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
               static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    }
  }
  return utf8;
}

bool IsDigit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool IsLatin(char32_t c) {
  return c >= U'a' && c <= U'z';
}

// Blanks, brackets, punctuation and signs of ASCII, Latin-1, General Punctuation, CJK and the full-width forms; and
// what is invisible: zero-width characters and variation selectors.
bool IsNoise(char32_t c) {
  if (c < 0x80) return !IsDigit(c) && !IsLatin(c) && !(c >= U'A' && c <= U'Z');
  return c < 0xC0 || (c >= 0x2000 && c <= 0x206F) || (c >= 0x2500 && c <= 0x25FF) ||
         (c >= 0x3000 && c <= 0x303F && c != U'〇' && c != U'々') || c == U'・' || (c >= 0xFE00 && c <= 0xFE6F) ||
         c == 0xFEFF || (c >= 0xFF00 && c <= 0xFFEF);
}

bool Contains(TextView set, char32_t c) {
  return set.find(c) != TextView::npos;
}

void AppendNumber(int number, Text& text) {
  for (const char c : std::to_string(number)) text += static_cast<char32_t>(c);
}

// Half-width and lower case; Roman (Ⅱ) and circled (②) numbers in digits.
Text Fold(TextView text) {
  Text folded;
  folded.reserve(text.size());
  for (char32_t c : text) {
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
    if (c >= U'Ⅰ' && c <= U'Ⅻ') {
      AppendNumber(static_cast<int>(c - U'Ⅰ') + 1, folded);
    } else if (c >= U'ⅰ' && c <= U'ⅻ') {
      AppendNumber(static_cast<int>(c - U'ⅰ') + 1, folded);
    } else if (c >= U'①' && c <= U'⑳') {
      AppendNumber(static_cast<int>(c - U'①') + 1, folded);
    } else {
      folded += c;
    }
  }
  return folded;
}

// ------------------------------------------------------------------------------------------------ ordinals

constexpr TextView kNumerals = U"〇一二三四五六七八九十";
// A Chinese numeral counts as an ordinal before one of these (or after 第); elsewhere it is part of a word, as in
// 一体化, 三岔镇 or 十四五.
constexpr TextView kOrdinalUnits = U"期标批号段组区中小院厂级线阶年#";

// 二十三 → 23, 二〇二二 → 2022. Only numerals, at most four.
int ValueOf(TextView numerals) {
  const std::size_t ten = numerals.find(U'十');
  if (ten != TextView::npos) {
    const int tens = ten == 0 ? 1 : static_cast<int>(kNumerals.find(numerals[ten - 1]));
    const int ones = ten + 1 == numerals.size() ? 0 : static_cast<int>(kNumerals.find(numerals[ten + 1]));
    return tens * 10 + ones;
  }
  int value = 0;
  for (const char32_t c : numerals) value = value * 10 + static_cast<int>(kNumerals.find(c));
  return value;
}

// Writes ordinals in digits: 二期 → 2期, 第十一批 → 第11批.
Text WithDigits(TextView text) {
  constexpr std::size_t kLongest = 4;
  Text result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && Contains(kNumerals, text[end])) ++end;
    const bool ordinal = end > i && end - i <= kLongest &&
                         ((i > 0 && text[i - 1] == U'第') || (end < text.size() && Contains(kOrdinalUnits, text[end])));
    if (ordinal) {
      AppendNumber(ValueOf(text.substr(i, end - i)), result);
    } else {
      end = std::max(end, i + 1);
      result += text.substr(i, end - i);
    }
    i = end;
  }
  return result;
}

// ------------------------------------------------------------------------------------------------ words

// Between two digits a point is decimal: 1.5万亩 is not 15万亩.
bool IsDecimalPoint(TextView text, std::size_t i) {
  return text[i] == U'.' && i > 0 && i + 1 < text.size() && IsDigit(text[i - 1]) && IsDigit(text[i + 1]);
}

Text WithoutNoise(TextView text) {
  Text result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!IsNoise(text[i]) || IsDecimalPoint(text, i)) result += text[i];
  }
  return result;
}

Text WithoutWords(TextView text) {
  constexpr std::array<TextView, 3> kEmptyWords = {U"项目", U"工程", U"建设"};
  Text result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto starts = [&](TextView word) { return text.substr(0, word.size()) == word; };
    if (std::any_of(kEmptyWords.begin(), kEmptyWords.end(), starts)) {
      text.remove_prefix(2);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

// Length of the title of a province, city or county that the text begins with (甘肃省, 定西市, 漳县, 安定区), or 0.
// Known by its last character, because titles of regions are data; common words that end alike (城市…, 景区…, 农贸市场)
// are not taken.
std::size_t RegionPrefix(TextView text) {
  constexpr std::array<TextView, 18> kNoRegions = {U"开发区", U"高新区", U"工业区", U"示范区", U"老城区", U"新城区",
                                                   U"旧城区", U"旅游区", U"保护区", U"棚户区", U"住宅区", U"物流区",
                                                   U"产业区", U"生活区", U"居民区", U"试验区", U"核心区", U"大城市"};
  constexpr TextView kWordsGoOn = U"场政民域区级";  // 市场, 市政, 市民, 市区, 区域, 区级.
  if (text.size() > 2 && text[1] == U'县' && !Contains(U"全各我本该", text[0])) return 2;
  if (text.size() <= 3 || !Contains(U"省市县区", text[2])) return 0;
  if (Contains(U"省市县区", text[0]) || Contains(U"省市县区", text[1])) return 0;
  if (Contains(U"市区", text[2]) && Contains(kWordsGoOn, text[3])) return 0;
  const TextView prefix = text.substr(0, 3);
  return std::find(kNoRegions.begin(), kNoRegions.end(), prefix) == kNoRegions.end() ? 3 : 0;
}

Text WithoutRegions(TextView text) {
  constexpr int kLevels = 3;  // Province, city, county.
  for (int i = 0; i < kLevels; ++i) text.remove_prefix(RegionPrefix(text));
  return Text(text);
}

// In digits, but with its punctuation.
Text Legible(std::string_view utf8) {
  return WithDigits(Fold(Decode(utf8)));
}

Text Normalised(TextView legible) {
  const Text compact = WithoutNoise(legible);
  Text bare = WithoutWords(WithoutRegions(compact));
  return bare.empty() ? compact : bare;
}

// ------------------------------------------------------------------------------------------------ hashes

// FNV-1a over code points; never 0 unless the text is empty.
uint32_t HashOf(TextView text) {
  if (text.empty()) return 0;
  uint32_t hash = 2166136261U;
  for (const char32_t c : text) hash = (hash ^ static_cast<uint32_t>(c)) * 16777619U;
  return hash == 0 ? 1 : hash;
}

// Code points have 21 bits, so both fit in 64; an odd multiplier spreads them over the upper half.
uint32_t PairHash(char32_t first, char32_t second) {
  const uint64_t both = static_cast<uint64_t>(first) << 32 | static_cast<uint64_t>(second);
  return static_cast<uint32_t>(both * 0x9E3779B97F4A7C15ULL >> 32) ^ static_cast<uint32_t>(first) * 0x85EBCA6BU;
}

// Pairs of neighbours, each once; of a single character, itself.
std::vector<uint32_t> PairsOf(TextView text) {
  std::vector<uint32_t> pairs;
  if (text.size() == 1) pairs.push_back(PairHash(0, text[0]));
  if (text.size() > 1) pairs.reserve(text.size() - 1);
  for (std::size_t i = 1; i < text.size(); ++i) pairs.push_back(PairHash(text[i - 1], text[i]));
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

// ------------------------------------------------------------------------------------------------ marks

// Phases have the lowest bits to themselves, so that two of them never share one; numbers share the rest, where a
// collision only means that a difference is not seen and a person is asked.
constexpr uint64_t kPhaseBits = 16;

uint64_t PhaseMark(TextView digits) {
  uint64_t phase = 0;
  for (const char32_t c : digits) phase = std::min<uint64_t>(phase * 10 + (c - U'0'), kPhaseBits - 1);
  return uint64_t{1} << phase;
}

uint64_t NumberMark(TextView number) {
  while (number.size() > 1 && number[0] == U'0' && IsDigit(number[1])) number.remove_prefix(1);
  return uint64_t{1} << (kPhaseBits + (HashOf(number) >> 7) % (64 - kPhaseBits));
}

// The number that begins at `i`, with its decimals, ends before this.
std::size_t EndOfNumber(TextView text, std::size_t i) {
  while (i < text.size() && (IsDigit(text[i]) || IsDecimalPoint(text, i))) ++i;
  return i;
}

std::size_t EndOfLetters(TextView text, std::size_t i) {
  while (i < text.size() && IsLatin(text[i])) ++i;
  return i;
}

// i, ii, iii, iv and v before 期, 标 or 段 are Roman numbers.
std::optional<Text> RomanOrdinal(TextView letters, TextView rest) {
  constexpr std::array<TextView, 5> kRoman = {U"i", U"ii", U"iii", U"iv", U"v"};
  if (rest.empty() || !Contains(U"期标段", rest[0])) return std::nullopt;
  const auto found = std::find(kRoman.begin(), kRoman.end(), letters);
  if (found == kRoman.end()) return std::nullopt;
  return Text(1, static_cast<char32_t>(U'1' + (found - kRoman.begin())));
}

// The mark of a number or of a letter that stands alone, such as the A of A区; 0 for words.
uint64_t MarkOf(TextView token, TextView rest) {
  const std::optional<Text> roman = RomanOrdinal(token, rest);
  const TextView number = roman ? TextView(*roman) : token;
  const bool numeric = IsDigit(number[0]);
  if (numeric && !rest.empty() && rest[0] == U'期') return PhaseMark(number);
  return numeric || token.size() == 1 ? NumberMark(number) : 0;
}

// A title without a phase is of the first: 一期 is often added when a second comes.
uint64_t MarksOf(TextView legible) {
  uint64_t marks = 0;
  for (std::size_t i = 0; i < legible.size();) {
    const std::size_t end = IsDigit(legible[i]) ? EndOfNumber(legible, i) : EndOfLetters(legible, i);
    if (end > i) marks |= MarkOf(legible.substr(i, end - i), legible.substr(end));
    i = std::max(end, i + 1);
  }
  const bool has_phase = (marks & ((uint64_t{1} << kPhaseBits) - 1)) != 0;
  return has_phase ? marks : marks | PhaseMark(U"1");
}

bool Contradict(const Likeness& a, const Likeness& b) {
  return (a.title_marks & ~b.title_marks) != 0 && (b.title_marks & ~a.title_marks) != 0;
}

// ------------------------------------------------------------------------------------------------ parts

enum class Match { kUnknown, kSame, kOther };

Match MatchOf(uint32_t a, uint32_t b) {
  if (a == 0 || b == 0) return Match::kUnknown;
  return a == b ? Match::kSame : Match::kOther;
}

Match OwnerMatch(const Likeness& a, const Likeness& b) {
  const Match codes = MatchOf(a.owner_code_hash, b.owner_code_hash);
  return codes == Match::kUnknown ? MatchOf(a.owner_title_hash, b.owner_title_hash) : codes;
}

int Weighted(Match match, int weight) {
  if (match == Match::kUnknown) return weight / 2;
  return match == Match::kSame ? weight : 0;
}

// How many hashes both have. Compares every one of `a` with four of `b` at a time: for titles, some twenty pairs, that
// is several times as fast as a merge, whose every step the processor must guess.
std::size_t CountCommon(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  using Lanes = uint32_t __attribute__((vector_size(16)));
  constexpr std::size_t kLanes = 4;
  const std::size_t whole = b.size() - b.size() % kLanes;
  Lanes hits = {0, 0, 0, 0};
  std::size_t common = 0;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    Lanes four;
    std::memcpy(&four, b.data() + i, sizeof(four));
    for (const uint32_t x : a) hits -= reinterpret_cast<Lanes>(four == x);  // A match is all ones: minus one.
  }
  for (std::size_t i = whole; i < b.size(); ++i) {
    for (const uint32_t x : a) common += static_cast<std::size_t>(x == b[i]);
  }
  return common + hits[0] + hits[1] + hits[2] + hits[3];
}

// The Dice coefficient of the pairs × `scale`.
int Dice(const Likeness& a, const Likeness& b, int scale) {
  if (a.title_hash == 0 || b.title_hash == 0) return 0;
  if (a.title_hash == b.title_hash) return scale;
  const std::size_t all = a.title_pairs.size() + b.title_pairs.size();
  if (all == 0) return 0;
  return static_cast<int>(2 * CountCommon(a.title_pairs, b.title_pairs) * static_cast<std::size_t>(scale) / all);
}

std::string_view WordOf(Match match) {
  switch (match) {
    case Match::kSame:
      return "same";
    case Match::kOther:
      return "other";
    case Match::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace

std::string NormaliseTitle(std::string_view title) {
  return Encode(Normalised(Legible(title)));
}

Likeness LikenessOf(std::string_view title, std::string_view place, std::string_view owner_title,
                    std::string_view owner_credit_code) {
  const Text legible = Legible(title);
  const Text normalised = Normalised(legible);
  Likeness likeness;
  likeness.title_pairs = PairsOf(normalised);
  likeness.title_hash = HashOf(normalised);
  likeness.title_marks = MarksOf(legible);
  // A county's office is known by the county: places and owners keep all their words.
  likeness.place_hash = HashOf(WithoutNoise(Legible(place)));
  likeness.owner_code_hash = HashOf(WithoutNoise(Legible(owner_credit_code)));
  likeness.owner_title_hash = HashOf(WithoutNoise(Legible(owner_title)));
  return likeness;
}

int Similarity(const Likeness& a, const Likeness& b) {
  const int title = Dice(a, b, kTitleWeight);
  return (Contradict(a, b) ? title / 2 : title) + Weighted(OwnerMatch(a, b), kOwnerWeight) +
         Weighted(MatchOf(a.place_hash, b.place_hash), kPlaceWeight);
}

std::string ExplainSimilarity(const Likeness& a, const Likeness& b) {
  return fmt::format("title {} %{}, {} owner, {} place", Dice(a, b, 100),
                     Contradict(a, b) ? " but another phase or number" : "", WordOf(OwnerMatch(a, b)),
                     WordOf(MatchOf(a.place_hash, b.place_hash)));
}

}  // namespace yaoshi::registry
