#include "gateway/http/messages_zh.h"

#include <algorithm>
#include <array>

namespace yaoshi::gateway {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

// In order of reason.
constexpr auto kMessages = std::to_array<Entry>({
    {"ACCOUNT_EXISTS", "该账号已存在,请换一个账号标识。"},
    {"ACCOUNT_NOT_FOUND", "没有这个账号,或您无权查看。"},
});

std::string_view OfCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return "请求内容有误,请按提示修改后重试。";
    case absl::StatusCode::kUnauthenticated:
      return "请先登录。";
    case absl::StatusCode::kPermissionDenied:
      return "您没有进行此操作的权限。";
    case absl::StatusCode::kNotFound:
      return "没有找到所请求的内容,或您无权查看。";
    case absl::StatusCode::kAlreadyExists:
      return "同样的内容已存在。";
    case absl::StatusCode::kAborted:
      return "内容已被他人修改,请刷新后重试。";
    case absl::StatusCode::kFailedPrecondition:
      return "当前状态下不能进行此操作。";
    case absl::StatusCode::kResourceExhausted:
      return "系统繁忙或超出限额,请稍后重试。";
    case absl::StatusCode::kUnavailable:
      return "服务暂时不可用,请稍后重试。";
    case absl::StatusCode::kDeadlineExceeded:
      return "处理超时,请重试或缩小范围。";
    case absl::StatusCode::kUnimplemented:
      return "暂不支持此操作。";
    default:
      return "系统内部出错,请重试;如仍出现,请把请求编号告知管理员。";
  }
}

}  // namespace

std::string_view ChineseMessage(std::string_view reason, absl::StatusCode code) {
  const auto found = std::lower_bound(kMessages.begin(), kMessages.end(), reason,
                                      [](const Entry& entry, std::string_view key) { return entry.first < key; });
  return found != kMessages.end() && found->first == reason ? found->second : OfCode(code);
}

std::span<const Entry> ChineseMessages() { return kMessages; }

}  // namespace yaoshi::gateway
