// Finds projects that look like one that is there already: 半月谈 reported one project started three times (reference
// §7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yaoshi::registry {

// What is compared of a project, made once and kept in memory: small.
struct Likeness {
  std::vector<uint32_t> title_pairs;  // Sorted distinct hashes of neighbouring characters of the normalised title.
  uint32_t title_hash = 0;            // Of the whole normalised title; 0 when it has no characters.
  uint32_t place_hash = 0;            // 0 when unknown.
  uint32_t owner_code_hash = 0;       // Of the credit code; 0 when unknown.
  uint32_t owner_title_hash = 0;      // Of the owner's title; 0 when unknown.
  // The phase and the numbers of the title, a bit each. Two titles that each have a bit which the other lacks are of
  // different projects, however alike they read: 一期 and 二期, 1# and 2#, G310 and G316, 2022年 and 2023年.
  uint64_t title_marks = 0;
};

// Normalised: full-width to half-width, lower case, ordinals in digits (第二标段 and Ⅱ标段 to 第2标段 and 2标段),
// without blanks, brackets and punctuation (a decimal point stays), and without words that say nothing (项目, 工程,
// 建设, leading titles of the province, city and county). A title of nothing but such words keeps them. Bytes that are
// no UTF-8 count as blanks.
std::string NormaliseTitle(std::string_view title);

Likeness LikenessOf(std::string_view title, std::string_view place, std::string_view owner_title,
                    std::string_view owner_credit_code);

// How alike two are in basis points, 0…10000: titles by the Dice coefficient of their pairs weigh 7000, same owner
// 2000, same place 1000; an unknown place or owner counts as half. Owners are compared by credit code when both have
// one, else by title. Phases or numbers that contradict each other halve the titles' part, so that it is never
// suspicious.
int Similarity(const Likeness& a, const Likeness& b);
// From this on, entry asks for a reason.
inline constexpr int kSuspicious = 8000;
// "title 93 %, same owner, other place"; "title 90 % but another phase or number, same owner, unknown place".
std::string ExplainSimilarity(const Likeness& a, const Likeness& b);

}  // namespace yaoshi::registry
