// The bulletin as a web page of its own: no script, nothing from elsewhere.
#include "fmt/format.h"
#include "gateway/views/bulletin.h"

namespace yaoshi::gateway {
namespace {

// The page is opened from where it was saved, beyond the headers of the gateway: it carries its own policy.
constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<style>
body {{ max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff; font: 1.15rem/1.9 FangSong, STFangsong, 仿宋, 仿宋_GB2312, "Noto Serif CJK SC", serif; }}
h1, h2, th {{ font-family: SimHei, STHeiti, 黑体, "Noto Sans CJK SC", sans-serif; }}
h1 {{ margin: 1rem 0 0; text-align: center; font-size: 1.7rem; }}
h2 {{ margin: 1.5rem 0 0.5rem; font-size: 1.2rem; }}
.date {{ margin: 0 0 1rem; text-align: center; }}
.text {{ margin: 0; text-indent: 2em; }}
.note {{ margin: 0; text-indent: 2em; color: #8a1c10; }}
a {{ color: inherit; text-decoration: underline dotted; }}
table {{ width: 100%; border-collapse: collapse; font-size: 0.85rem; line-height: 1.5; }}
th, td {{ padding: 0.3rem 0.5rem; border: 1px solid #555; text-align: left; vertical-align: top; }}
@page {{ size: A4; margin: 37mm 26mm 35mm 28mm; }}
@media print {{ body {{ margin: 0; max-width: none; padding: 0; }} a {{ text-decoration: none; }} tr {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<h1>{0}</h1>
<p class="date">{1}</p>
)";

std::string ParagraphOf(const v1::Bulletin& bulletin, const v1::BulletinParagraph& paragraph) {
  std::string html = fmt::format("<h2>{}</h2>\n", EscapeMarkup(paragraph.heading()));
  if (paragraph.runs_size() > 0) {
    html += "<p class=\"text\">";
    for (const auto& run : paragraph.runs()) {
      const int place = PlaceOf(bulletin, run.figure());
      const std::string text = EscapeMarkup(run.text());
      html += place == 0 ? text : fmt::format("<a href=\"#figure-{}\">{}</a>", place, text);
    }
    html += "</p>\n";
  }
  if (const std::string note = NoteOf(paragraph); !note.empty()) {
    html += fmt::format("<p class=\"note\">{}</p>\n", EscapeMarkup(note));
  }
  return html;
}

std::string TableOf(const v1::Bulletin& bulletin) {
  if (bulletin.figures_size() == 0) return "";
  std::string html =
      "<h2>附：指标与口径</h2>\n<table>\n<thead><tr><th scope=\"col\">序号</th><th scope=\"col\">指标</th>"
      "<th scope=\"col\">数值</th><th scope=\"col\">口径</th></tr></thead>\n<tbody>\n";
  int place = 0;
  for (const auto& figure : bulletin.figures()) {
    html +=
        fmt::format("<tr id=\"figure-{0}\" data-figure=\"{1}\"><td>{0}</td><td>{2}</td><td>{3}</td><td>{4}</td></tr>\n",
                    ++place, EscapeMarkup(figure.key()), EscapeMarkup(figure.title()), EscapeMarkup(FigureText(figure)),
                    EscapeMarkup(figure.definition()));
  }
  return html + "</tbody>\n</table>\n";
}

}  // namespace

BulletinFile HtmlOf(const v1::Bulletin& bulletin) {
  std::string html = fmt::format(kHead, EscapeMarkup(bulletin.title()), EscapeMarkup(bulletin.date_line()));
  for (const auto& paragraph : bulletin.paragraphs()) html += ParagraphOf(bulletin, paragraph);
  html += TableOf(bulletin) + "</body>\n</html>\n";
  return {fmt::format("{}（{}）.html", bulletin.title(), bulletin.as_of()), "text/html; charset=utf-8",
          std::move(html)};
}

}  // namespace yaoshi::gateway
