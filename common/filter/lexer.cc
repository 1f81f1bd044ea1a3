#include "common/filter/lexer.h"

#include <fmt/format.h>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

constexpr std::string_view kWideSpace = "\u3000";  // What Chinese input methods type as a space.

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Token>> Run() {
    while (true) {
      const bool spaced = SkipSpaces();
      Token token;
      token.after_space = spaced;
      token.position = character_;
      const std::size_t begin = byte_;
      RETURN_IF_ERROR(Next(token));
      token.source = text_.substr(begin, byte_ - begin);
      tokens_.push_back(token);
      if (token.kind == Token::Kind::kEnd) return std::move(tokens_);
    }
  }

 private:
  bool AtEnd() const { return byte_ >= text_.size(); }
  bool At(std::string_view prefix) const { return text_.substr(byte_, prefix.size()) == prefix; }

  // Steps over one character that is known to be well-formed.
  void Step() {
    byte_ += Utf8Length(text_.substr(byte_));
    ++character_;
  }

  bool SkipSpaces() {
    const std::size_t begin = byte_;
    while (!AtEnd() && (At(" ") || At("\t") || At("\n") || At("\r") || At(kWideSpace))) Step();
    return byte_ > begin;
  }

  absl::Status Next(Token& token) {
    if (AtEnd()) return absl::OkStatus();  // kEnd.
    if (At("(") || At(")")) {
      token.kind = At("(") ? Token::Kind::kOpen : Token::Kind::kClose;
      Step();
      return absl::OkStatus();
    }
    if (TakeComparator(token)) return absl::OkStatus();
    if (At("\"") || At("'")) return TakeString(token);
    const bool value_expected = !tokens_.empty() && tokens_.back().kind == Token::Kind::kComparator;
    if (At("-") && !value_expected) {
      token.kind = Token::Kind::kMinus;
      Step();
      return absl::OkStatus();
    }
    return TakeText(token);
  }

  bool TakeComparator(Token& token) {
    // The longer ones first.
    for (const Comparator comparator :
         {Comparator::kNotEqual, Comparator::kLessOrEqual, Comparator::kGreaterOrEqual, Comparator::kEqual,
          Comparator::kLess, Comparator::kGreater, Comparator::kHas}) {
      const std::string_view sign = ToString(comparator);
      if (!At(sign)) continue;
      token.kind = Token::Kind::kComparator;
      token.comparator = comparator;
      for (std::size_t i = 0; i < sign.size(); ++i) Step();
      return true;
    }
    return false;
  }

  bool AtTextEnd() const {
    return AtEnd() || At(" ") || At("\t") || At("\n") || At("\r") || At(kWideSpace) || At("(") || At(")") || At("\"") ||
           At("'") || At(":") || At("=") || At("<") || At(">") || At("!=");
  }

  absl::Status TakeText(Token& token) {
    token.kind = Token::Kind::kText;
    std::vector<bool> stars;
    while (!AtTextEnd()) {
      RETURN_IF_ERROR(TakeCharacter(token.literal, stars, At("*")));
    }
    return SetWildcards(token, stars);
  }

  absl::Status TakeString(Token& token) {
    token.kind = Token::Kind::kString;
    const std::string_view quote = text_.substr(byte_, 1);
    std::vector<bool> stars;
    Step();
    while (!AtEnd() && !At(quote)) {
      if (At("\\")) {
        RETURN_IF_ERROR(TakeEscape(token.literal, stars));
      } else {
        RETURN_IF_ERROR(TakeCharacter(token.literal, stars, At("*")));
      }
    }
    if (AtEnd()) return InvalidFilter({fmt::format("At character {}: this quote is never closed.", token.position)});
    Step();
    return SetWildcards(token, stars);
  }

  absl::Status TakeEscape(Literal& literal, std::vector<bool>& stars) {
    Step();
    if (At("\\") || At("\"") || At("'") || At("*")) return TakeCharacter(literal, stars, false);
    return InvalidFilter({fmt::format(
        "At character {}: \\ escapes only \\, \", ' and *; write \\\\ for the character itself.", character_ - 1)});
  }

  // Appends the next character to the value; `stars` says for every byte whether it is a wildcard.
  absl::Status TakeCharacter(Literal& literal, std::vector<bool>& stars, bool star) {
    const std::size_t length = Utf8Length(text_.substr(byte_));
    if (length == 1 && static_cast<unsigned char>(text_[byte_]) < 0x20) {
      return InvalidFilter({fmt::format("At character {}: control characters are not allowed.", character_)});
    }
    literal.text += text_.substr(byte_, length);
    stars.resize(literal.text.size(), star);
    Step();
    return absl::OkStatus();
  }

  // Turns the wildcards at the ends of the value into its flags.
  static absl::Status SetWildcards(Token& token, std::vector<bool> stars) {
    Literal& literal = token.literal;
    literal.position = token.position;
    if (stars.size() == 1 && stars[0]) {
      literal = {"", true, true, token.position};
      return absl::OkStatus();
    }
    if (!stars.empty() && stars.back()) {
      literal.any_after = true;
      literal.text.pop_back();
      stars.pop_back();
    }
    if (!stars.empty() && stars.front()) {
      literal.any_before = true;
      literal.text.erase(0, 1);
      stars.erase(stars.begin());
    }
    for (const bool star : stars) {
      if (!star) continue;
      return InvalidFilter(
          {fmt::format("At character {}: * stands only at the beginning or the end of a value; write \\* in quotes for "
                       "the character itself.",
                       token.position)});
    }
    return absl::OkStatus();
  }

  const std::string_view text_;
  std::size_t byte_ = 0;
  int character_ = 1;
  std::vector<Token> tokens_;
};

absl::Status CheckText(std::string_view text) {
  if (text.size() > kMaxFilterBytes) {
    return InvalidFilter(
        {fmt::format("The filter has {} bytes; at most {} are allowed. The limit is passed at byte {}.", text.size(),
                     kMaxFilterBytes, kMaxFilterBytes + 1)});
  }
  int character = 1;
  for (std::size_t byte = 0; byte < text.size(); ++character) {
    const std::size_t length = Utf8Length(text.substr(byte));
    if (length == 0) return InvalidFilter({fmt::format("At character {}: this is not UTF-8.", character)});
    byte += length;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Token>> Tokenize(std::string_view text) {
  RETURN_IF_ERROR(CheckText(text));
  return Lexer(text).Run();
}

}  // namespace yaoshi::filter
