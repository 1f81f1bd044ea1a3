#include "gateway/pages.h"

#include "absl/strings/str_replace.h"
#include "fmt/format.h"

namespace yaoshi::gateway {

// The hash is that of the style element's text; a test recomputes it.
const std::string_view kLandingPolicy =
    "default-src 'none'; style-src 'sha256-KLr0nGeCBgVd1GVkXzpS4pKltOhAITobbfhDwA1E6oc='; base-uri 'none'; form-action "
    "'none'; frame-ancestors 'none'";

const std::string_view kLandingPage = R"html(<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>要事 Yaoshi</title>
<style>body{font:16px/1.7 system-ui,"Noto Sans CJK SC",sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem;color:#1c2733;background:#fff}h1{font-size:1.6rem}code{background:#eef2f6;padding:.1em .35em;border-radius:4px}a{color:#0b5cad}.en{color:#5b6775}</style>
</head>
<body>
<main>
<h1>要事</h1>
<p>全市政府投资和重大项目管理平台的数据接口在此运行:项目、清单、调整单与各项指标。</p>
<ul>
<li><a href="/openapi.json">接口说明(OpenAPI 3.1)</a></li>
<li><a href="/healthz">运行状态</a></li>
</ul>
<p>登录:<code>POST /v1/sessions</code>,请求体 <code>{"account": "…", "password": "…"}</code>;之后的请求带上 <code>Authorization: Bearer …</code>。</p>
<p lang="en" class="en">Yaoshi keeps a city's portfolio of public investment projects. This is its HTTP/JSON interface:
<a href="/openapi.json">API description</a>, <a href="/healthz">health</a>. Sign in with <code>POST /v1/sessions</code>.</p>
</main>
</body>
</html>
)html";

namespace {

std::string Escape(std::string_view text) {
  return absl::StrReplaceAll(std::string(text),
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

// The landing page's style element.
std::string_view Style() {
  constexpr std::string_view kEnd = "</style>";
  const size_t begin = kLandingPage.find("<style>");
  return kLandingPage.substr(begin, kLandingPage.find(kEnd) + kEnd.size() - begin);
}

}  // namespace

HttpReply NoticeReply(const Notice& notice) {
  std::string links;
  for (const auto& [text, address] : notice.links) {
    links += fmt::format("<li><a href=\"{}\">{}</a></li>\n", Escape(address), Escape(text));
  }
  const std::string go_on =
      notice.go_to.empty() ? ""
                           : fmt::format("<meta http-equiv=\"refresh\" content=\"0; url={}\">\n", Escape(notice.go_to));
  const std::string reason = notice.reason.empty() ? "" : fmt::format(" <code>{}</code>", Escape(notice.reason));
  HttpReply reply;
  reply.headers = {{"Content-Type", "text/html; charset=utf-8"},
                   {"Content-Security-Policy", std::string(kLandingPolicy)},
                   {"Cache-Control", "no-store"}};
  reply.body = fmt::format(R"html(<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{go_on}<title>{title_zh} {title}</title>
{style}
</head>
<body>
<main>
<h1>{title_zh}</h1>
<p>{text_zh}</p>
<p lang="en" class="en">{title}. {text}{reason}</p>
<ul>
{links}</ul>
</main>
</body>
</html>
)html",
                           fmt::arg("go_on", go_on), fmt::arg("title_zh", Escape(notice.title_zh)),
                           fmt::arg("title", Escape(notice.title)), fmt::arg("style", Style()),
                           fmt::arg("text_zh", Escape(notice.text_zh)), fmt::arg("text", Escape(notice.text)),
                           fmt::arg("reason", reason), fmt::arg("links", links));
  return reply;
}

}  // namespace yaoshi::gateway
