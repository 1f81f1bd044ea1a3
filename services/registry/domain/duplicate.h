// Finds projects that look like one that is there already: 半月谈 reported one project started three times (reference §7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yaoshi::registry {

// What is compared of a project, made once and kept in memory: small.
struct Likeness {
  std::vector<uint32_t> title_pairs;  // Sorted hashes of neighbouring characters of the normalised title.
  uint32_t title_hash = 0;            // Of the whole normalised title.
  uint32_t place_hash = 0;            // 0 when unknown.
  uint32_t owner_hash = 0;            // Of the credit code, or of the normalised title of the owner; 0 when unknown.
};

// Normalised: full-width to half-width, lower case, without blanks, brackets and punctuation, and without words that say nothing
// (项目, 工程, 建设, a leading county or city title).
std::string NormaliseTitle(std::string_view title);

Likeness LikenessOf(std::string_view title, std::string_view place, std::string_view owner_title,
                    std::string_view owner_credit_code);

// How alike two are in basis points, 0…10000: titles by the Dice coefficient of their pairs weigh 7000, same owner 2000,
// same place 1000; an unknown place or owner counts as half.
int Similarity(const Likeness& a, const Likeness& b);
// From this on, entry asks for a reason.
inline constexpr int kSuspicious = 8000;
// "title 93 %, same owner, other place".
std::string ExplainSimilarity(const Likeness& a, const Likeness& b);

}  // namespace yaoshi::registry
