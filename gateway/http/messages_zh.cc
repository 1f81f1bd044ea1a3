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
    {"ADDRESS_UNUSABLE", "监听地址无法使用,请检查配置。"},
    {"ADJUSTMENT_NOT_FOUND", "没有这个调整单,或您无权查看。"},
    {"ADMISSION_REFUSED", "项目不符合清单的纳入条件;确需纳入的,请填写理由。"},
    {"ALREADY_ON_LIST", "该项目已在清单中。"},
    {"AMOUNT_NEGATIVE", "金额不能为负数。"},
    {"AMOUNT_NOT_A_NUMBER", "金额不是数字,请填写数字。"},
    {"AMOUNT_OUT_OF_RANGE", "金额超出允许范围,请核对数值和单位。"},
    {"AMOUNT_TOO_LARGE", "金额过大,请核对数值和单位。"},
    {"AMOUNT_TOO_PRECISE", "金额精确到分以下,请四舍五入到分。"},
    {"BACKEND_UNAVAILABLE", "相关服务暂时连接不上,请稍后重试。"},
    {"BAD_UTF8", "文字编码有误,请使用 UTF-8 编码。"},
    {"BEFORE_CASE", "日期早于建档日期,请改为建档之后的日期。"},
    {"BEFORE_PROJECT", "日期早于项目入库日期,请改为入库之后的日期。"},
    {"BODY_TOO_LARGE", "请求内容过大,请分批提交。"},
    {"BOOTSTRAP_UNUSABLE", "初始账号文件无法使用,请联系管理员。"},
    {"CALENDAR_YEAR_MISSING", "缺少该年度的工作日历,请先维护日历。"},
    {"CANCELLED", "请求已取消。"},
    {"CASE_CHANGED", "推演或预览之后手续已有变化,请重新推演或预览。"},
    {"CASE_CLOSED", "项目已取消或并入其他项目,前期手续已终止。"},
    {"CASE_EXISTS", "该项目的前期手续档案已建立。"},
    {"CASE_MIGRATION_CLOSED", "该模板迁移已执行。"},
    {"CASE_MIGRATION_NOT_APPLIED", "该模板迁移未执行或已撤销,无可撤销。"},
    {"CASE_MIGRATION_NOT_FOUND", "没有这个模板迁移,或您无权查看。"},
    {"CASE_MIGRATION_REFUSED", "有项目不能迁移,请按预览中的原因处理,或选择略过这些项目。"},
    {"CASE_MIGRATION_TOO_LARGE", "项目过多,请按区划分别迁移。"},
    {"CASE_MOVED_SINCE", "迁移之后手续已有办理,不能撤销,请另建反向迁移。"},
    {"CASE_NOT_FOUND", "没有这个项目的前期手续档案,或您无权查看。"},
    {"CELL_HAS_ERROR", "单元格的公式结果是错误值,请修正后再导入。"},
    {"CELL_TEXT_TOO_LONG", "单元格文字过长,请缩短。"},
    {"CHANGE_IN_PROGRESS", "同一请求正在处理,请稍候再查询结果。"},
    {"CHANGE_SET_GONE", "这批变更已失效,请重新提交。"},
    {"CHARACTER_NOT_ALLOWED", "含有不允许的字符(如控制字符、零宽字符),请删除后重试。"},
    {"CLASSIFIED_PROJECT", "涉密项目不得录入本系统。"},
    {"CSRF", "请求缺少防伪造标记,请刷新页面后重试。"},
    {"CSV_NOT_WELL_FORMED", "CSV 文件格式有误,请用表格软件重新另存。"},
    {"DATABASE_FULL", "数据库空间已满,暂时不能写入,请联系管理员。"},
    {"DATABASE_UNAVAILABLE", "数据库暂时不可用,请稍后重试。"},
    {"DATE_IMPOSSIBLE", "日期不存在,请核对年月日。"},
    {"DATE_NEEDS_DAY", "日期需要精确到日。"},
    {"DATE_NOT_UNDERSTOOD", "无法识别的日期,请写成 2022-04-20 的形式。"},
    {"DEADLINE_EXCEEDED", "处理超时,请重试或缩小范围。"},
    {"DEADLINE_TOO_SHORT", "剩余时间不足以处理请求,请放宽时限后重试。"},
    {"DELEGATION_CHAIN_TOO_LONG", "委托层级过多,请直接委托最终办理的部门。"},
    {"DELEGATION_CYCLE", "委托形成循环,请改为委托其他部门。"},
    {"DELEGATION_NOT_FOUND", "没有这项委托,或您无权查看。"},
    {"DRAINING", "服务正在重启,请稍后重试。"},
    {"DUPLICATE_HEADING", "表头有重复的列名,请只保留一个。"},
    {"ENCRYPTED_WORKBOOK", "文件已加密,请去掉密码后再上传。"},
    {"ETAG_MISMATCH", "内容已被他人修改,请刷新后再改。"},
    {"FEEDBACK_LIMIT", "本账号已有多条意见等待答复,请等有答复后再提。"},
    {"FEEDBACK_NOT_FOUND", "没有这条意见,或您无权查看。"},
    {"FEED_BROKEN", "变更记录校验不通过,请联系管理员。"},
    {"FILE_BROKEN", "文件已损坏,请重新上传。"},
    {"FILE_FAILED", "文件处理失败,请重新上传。"},
    {"FILE_FINISHED", "文件已上传完毕,不能再写入。"},
    {"FILE_NOT_FINISHED", "文件尚未上传完毕,请先完成上传。"},
    {"FILE_NOT_FOUND", "没有这个文件,或您无权查看。"},
    {"FILE_TOO_LARGE", "文件过大,请拆分后上传。"},
    {"GATE_NOT_CLEAR", "前期手续未齐,不能开工;确需开工的,请填写理由。"},
    {"GATE_UNAVAILABLE", "暂时无法核对前期手续,请稍后再试或填写开工理由。"},
    {"HASH_MISMATCH", "文件内容与校验值不符,请重新上传。"},
    {"HEADERS_TOO_LARGE", "请求头过大,请减少后重试。"},
    {"HEADINGS_NOT_FOUND", "没有找到所需的表头,请按提示补齐列名。"},
    {"IMPORT_CANCELLED", "导入已取消,没有任何改动。"},
    {"IMPORT_FAILED", "导入多次未能完成,没有任何改动,请联系管理员。"},
    {"IMPORT_KILLED", "导入被中止,没有任何改动。"},
    {"IMPORT_LEFT", "导入中断,将自动继续。"},
    {"INTERNAL", "系统内部出错,请重试;如仍出现,请把请求编号告知管理员。"},
    {"INVALID_AMOUNT", "金额格式有误,请核对。"},
    {"INVALID_CONFIG", "系统配置有误,请联系管理员。"},
    {"INVALID_DATE", "日期有误,请写成 2022-04-20 的形式。"},
    {"INVALID_FIELDS", "有内容填写不符合要求,请按各项提示修改。"},
    {"INVALID_FILTER", "筛选条件写法有误,请按提示位置修改。"},
    {"INVALID_IF_MATCH", "If-Match 写法有误,应为读取时得到的一个 ETag。"},
    {"INVALID_KEY", "密钥格式有误,请联系管理员。"},
    {"INVALID_ORDER_BY", "排序写法有误,请按提示修改。"},
    {"INVALID_PAGE_TOKEN", "翻页标记无效,请从第一页重新查询。"},
    {"INVALID_TIME", "时间有误,请写成 2022-04-20T08:00:00Z 的形式。"},
    {"INVALID_TIMEOUT", "时限写法有误,应如 500m 或 5S。"},
    {"INVALID_UUID", "编号格式有误,请核对。"},
    {"JSON_TOO_DEEP", "请求内容嵌套过深,请简化。"},
    {"KEY_FILE_UNUSABLE", "密钥文件无法使用,请联系管理员。"},
    {"LABEL_UNKNOWN", "没有这个选项,请从允许的选项中选择。"},
    {"LATER_CHANGE_EXISTS", "该日期之后已有变更,请选择更晚的日期。"},
    {"LATER_MOVE_EXISTS", "该日期之后已有阶段变化,请选择更晚的日期。"},
    {"LEASE_LOST", "该导入正由另一实例处理,请稍后查看结果。"},
    {"LIST_CLOSED", "清单已封存,不能再调整。"},
    {"LIST_EXISTS", "该清单已存在,请换一个标识。"},
    {"LIST_IS_MASTER", "总清单由各分清单汇总而成,不能直接调整。"},
    {"LIST_NOT_FOUND", "没有这个清单,或您无权查看。"},
    {"MACRO_WORKBOOK", "文件含有宏,请另存为不含宏的 .xlsx 文件。"},
    {"MALFORMED_HTTP", "请求不符合 HTTP 规范。"},
    {"MALFORMED_JSON", "请求内容不是正确的 JSON,请按提示位置修改。"},
    {"MALFORMED_MULTIPART", "上传表单格式有误,请只上传一个文件。"},
    {"MALFORMED_REQUEST", "请求内容无法解析。"},
    {"MALFORMED_URL", "网址有误,请检查编码。"},
    {"MAPPING_EXISTS", "该列对应方案已存在,请换一个标识。"},
    {"MAPPING_NOT_FOUND", "没有这个列对应方案。"},
    {"METHOD_NOT_ALLOWED", "该地址不支持这种操作。"},
    {"MIGRATION_FAILED", "数据库升级失败,请联系管理员。"},
    {"MIGRATION_RUNNING", "数据库正在升级,请稍后重试。"},
    {"MOVE_NOT_ALLOWED", "项目当前阶段不能这样变更。"},
    {"NOT_A_WORKBOOK", "不是可读取的表格文件,请上传 .xlsx 或 .csv。"},
    {"NOT_CAUGHT_UP", "数据正在同步,请稍后重试。"},
    {"NOT_IMPLEMENTED", "暂不支持此操作。"},
    {"NOT_ON_LIST", "该项目不在清单中。"},
    {"NOT_YES_OR_NO", "请填写“是”或“否”。"},
    {"NOT_YOUR_PROCEDURE", "这是其他部门的手续,您没有受委托办理。"},
    {"NO_TEMPLATE_APPLIES", "没有适用于该项目的流程模板,请先发布或指定模板。"},
    {"NUMBER_LOST_DIGITS", "数字位数过多,已失去精度,请以文本填写。"},
    {"NUMBER_NOT_UNDERSTOOD", "无法识别的数字,请核对。"},
    {"NUMBER_OUT_OF_RANGE", "数字超出允许范围,请核对。"},
    {"NUMBER_TOO_PRECISE", "小数位数过多,请按要求取舍。"},
    {"OBLIGATIONS_OPEN", "容缺受理的材料尚未补齐,请先补齐。"},
    {"OFFICIAL_EXISTS", "该领导职务已存在,请换一个标识。"},
    {"OFFICIAL_NOT_FOUND", "没有这个领导职务,或您无权查看。"},
    {"OFFSET_MISMATCH", "文件分段次序有误,请从断点继续上传。"},
    {"OIDC_ACCOUNT_REFUSED", "统一身份认证已识别您,但没有可以在此登录的对应账号,请联系管理员。"},
    {"OIDC_ANSWER_INVALID", "统一身份认证的答复未通过校验,请重新登录;仍然如此的,请告知管理员。"},
    {"OIDC_CODE_REFUSED", "本次登录凭据已用过或已过期,请重新登录。"},
    {"OIDC_DENIED", "统一身份认证没有放行。请重新登录,或用账号和密码登录。"},
    {"OIDC_PROVIDER_UNAVAILABLE", "统一身份认证暂时连接不上,请稍后重试,或用账号和密码登录。"},
    {"OIDC_SIGN_IN_LOST", "这次登录不是在本浏览器发起的,或已经超时,请重新登录。"},
    {"OPERATION_DONE", "该任务已结束,不能再取消。"},
    {"OPERATION_NOT_FOUND", "没有这个任务,或您无权查看。"},
    {"ORGANIZATION_EXISTS", "该单位已存在,请换一个标识。"},
    {"ORGANIZATION_NOT_FOUND", "没有这个单位,或您无权查看。"},
    {"OVERLOADED", "系统繁忙,请稍后重试。"},
    {"PASSWORD_HASH_BUSY", "登录人数较多,请稍后重试。"},
    {"PEER_NOT_ALLOWED", "该来源不允许访问。"},
    {"PERMISSION_DENIED", "您没有进行此操作的权限。"},
    {"POSSIBLE_DUPLICATE", "疑似重复项目;确非重复的,请填写理由后提交。"},
    {"PREREQUISITES_OPEN", "前置手续尚未办结。"},
    {"PROCEDURE_BEGUN", "该手续已经开始办理,请先撤回。"},
    {"PROCEDURE_MOVE_NOT_ALLOWED", "当前状态下不能这样办理,请核对手续状态。"},
    {"PROCEDURE_NOT_FOUND", "该项目没有这项手续,或您无权查看。"},
    {"PROCEDURE_NOT_REQUIRED", "该项目无需单独办理这项手续。"},
    {"PROCEDURE_TYPE_EXISTS", "该事项代码已存在,请修改原事项或换一个代码。"},
    {"PROCEDURE_TYPE_NOT_FOUND", "事项目录中没有这个事项。"},
    {"PROJECT_CODE_TAKEN", "该项目代码已被其他项目使用,请核对。"},
    {"PROJECT_MERGED", "该项目已并入其他项目,请在合并后的项目上操作。"},
    {"PROJECT_NOT_FOUND", "没有这个项目,或您无权查看。"},
    {"RECORD_DIFFERS", "与系统记录不一致,请更正单元格,或通过办理动作更正记录。"},
    {"REGION_NOT_FOUND", "没有这个区划,或您无权查看。"},
    {"REGION_TAKEN", "该区划已有对应单位。"},
    {"REGISTRY_UNAVAILABLE", "项目库服务暂时连接不上,请稍后重试。"},
    {"REQUEST_ID_REUSED", "同一请求编号已用于其他内容,请换一个新的请求编号。"},
    {"REQUEST_TIMEOUT", "请求传输过慢,请检查网络后重试。"},
    {"ROLE_NOT_GRANTED", "您不能授予这种角色。"},
    {"ROUTE_NOT_FOUND", "没有这个接口地址。"},
    {"ROW_TWICE", "同一项目在表中出现多次,请只保留一行。"},
    {"SCENARIO_CHANGES_LIMITS", "办理时限须在审批事项目录中调整,请另建不含时限变更的推演方案。"},
    {"SCENARIO_CLOSED", "该推演方案已采用或已放弃。"},
    {"SCENARIO_NOT_FOUND", "没有这个推演方案,或您无权查看。"},
    {"SCENARIO_TOO_LARGE", "清单项目过多,请按区划分别推演。"},
    {"SEARCH_NOT_READY", "项目检索正在准备,请稍候再试。"},
    {"SECRET_UNUSABLE", "密钥或密码文件无法使用,请联系管理员。"},
    {"SERVICE_STOPPED", "服务正在重启,请稍后重试。"},
    {"SESSION_TOO_OLD", "登录时间过长,请重新登录。"},
    {"SHEET_NOT_FOUND", "没有这个工作表,请核对名称。"},
    {"SIGNATURES_OPEN", "会签或加签尚未完成。"},
    {"START_DATE_MISSING", "没有计划开工日期,请先填写。"},
    {"STOPPING", "服务正在重启,请稍后重试。"},
    {"STORAGE_FULL", "存储空间已满,暂时不能写入,请联系管理员。"},
    {"TEMPLATE_EXISTS", "该流程模板已存在,请换一个标识。"},
    {"TEMPLATE_NOT_DRAFT", "模板已发布,不能再改;请新建模板替代它。"},
    {"TEMPLATE_NOT_FOUND", "没有这个流程模板。"},
    {"TEXT_TOO_LONG", "文字过长,请缩短。"},
    {"TOO_MANY_COLUMNS", "列数过多,请删除无关的列。"},
    {"TOO_MANY_ROWS", "行数过多,请分成几个文件导入。"},
    {"TOO_MANY_SIGN_INS", "登录失败次数过多,请稍后再试。"},
    {"UNAUTHENTICATED", "登录已失效,请重新登录。"},
    {"UNEXPECTED_BODY", "该操作不需要请求内容。"},
    {"UNKNOWN_MAPPING_KEY", "列对应方案中有不认识的列,请核对。"},
    {"UNSUPPORTED_MEDIA_TYPE", "内容格式不受支持,请使用未压缩的 JSON。"},
    {"URL_TOO_LONG", "网址过长,请缩短筛选条件。"},
    {"VERSION_NOT_FOUND", "没有这个版本。"},
    {"WORKBOOK_TOO_LARGE_INSIDE", "表格解压后过大,请拆分后上传。"},
    {"WORK_CALENDAR_EXISTS", "该年度的工作日历已存在,请修改原日历。"},
    {"WORK_CALENDAR_NOT_FOUND", "没有该年度的工作日历。"},
    {"WRITE_CONFLICT", "与他人的修改冲突,请刷新后重试。"},
    {"WRONG_CREDENTIALS", "账号或密码不正确。"},
    {"XML_DTD_REFUSED", "文件内容不安全,请用表格软件重新另存。"},
    {"XML_NOT_WELL_FORMED", "文件已损坏,请用表格软件重新另存。"},
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

std::span<const Entry> ChineseMessages() {
  return kMessages;
}

}  // namespace yaoshi::gateway
