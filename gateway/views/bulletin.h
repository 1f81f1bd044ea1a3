// The progress bulletin (通报): what is asked, and how the answers become paragraphs. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/views/part.h"
#include "yaoshi/gateway/v1/bulletin.pb.h"

namespace yaoshi::gateway {

// What a bulletin is about, with nothing left open.
struct BulletinQuestion {
  Date as_of;
  std::string known_at;
  std::string region;      // As asked.
  std::string own_region;  // The caller's, which an empty region means.
};

// `services` are those that have figures.
std::vector<PartAsk> AsksOf(const BulletinQuestion& question, const std::vector<std::string>& services);

// The caller's own fault is the answer; every other error only marks its paragraph. Which lists are told of follows
// from their years: those of the year, those of several years around it, and those of the years to come.
absl::StatusOr<v1::Bulletin> ComposeBulletin(const BulletinQuestion& question, const std::vector<PartAnswer>& answers);

// What stands in place of a paragraph that is missing, or after one that is stale; empty when all is well.
std::string NoteOf(const v1::BulletinParagraph& paragraph);

// A finished file.
struct BulletinFile {
  std::string name;  // For the person, in Chinese.
  std::string content_type;
  std::string bytes;
};

BulletinFile HtmlOf(const v1::Bulletin& bulletin);
absl::StatusOr<BulletinFile> DocxOf(const v1::Bulletin& bulletin);

// Text for HTML and XML, without the characters that XML cannot hold.
std::string EscapeMarkup(std::string_view text);

// "737 项", "2611.6 亿元", "99%", "42 个百分点"; the reason when it is missing. For the table of figures.
std::string FigureText(const yaoshi::common::v1::Figure& figure);

// The place of a figure in the table of figures, from 1; 0 when it is not in it.
int PlaceOf(const v1::Bulletin& bulletin, std::string_view key);

}  // namespace yaoshi::gateway
