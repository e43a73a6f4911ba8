"""Why a mapping does not fit its source or its target, in Simplified Chinese, by the English form of each sentence."""

from crm_migration.web.chinese_faults import of_a_place

_UNKNOWN: dict[str, str] = {
    "a column of the query": "查询的列",
    "a column of {name}": "{name} 的列",
    "a table of the source": "数据源的表",
    "a table of the target": "目标系统的表",
    "an option of {column:described}": "{column}的选项",
}
"""What a name is expected to be; all that it could be may follow, or the one that is meant."""
_OF_A_PLACE: dict[str, str] = {
    "expected a key column that can be compared as text, found {column} of type {kind}": (
        "键列应能按文本比较，{column} 的类型却是 {kind}"
    ),
    "expected an entry for every value of the source, or 'on_invalid', found none for {values:listed}": (
        "源的每个值都应有对应项，或设置 'on_invalid'，{values} 却没有"
    ),
    "expected a query that yields columns, found none": "查询应返回列，却没有",
    "expected a column of {table} with a unique index, found {column} without one": (
        "应为 {table} 中有唯一索引的列，{column} 却没有"
    ),
    "expected a field for {column:described}, which must have a value, found none": (
        "{column}必须有值，却没有对应的字段"
    ),
    "expected a column that can be written, found {name}, which the target generates": (
        "应为可写入的列，{name} 却由目标系统生成"
    ),
    "expected 'required: true' or a default, because {column:described} takes no empty value, found neither": (
        "{column}不接受空值，应设置 'required: true' 或默认值"
    ),
    "expected {meant}, where {field} points in the target, found {found}": (
        "字段 {field} 在目标系统中指向 {meant}，却写了 {found}"
    ),
    "expected a column that can hold {stored:described}, found {column:described}": (
        "列应能容纳{stored}的值，却是{column}"
    ),
    "expected a kind that fits {column:described}, found {kind}": "kind 应与{column}相符，却是 {kind}",
    "expected a kind that fits {column:described}, found {kind}; declare 'kind: choice' to write other values": (
        "kind 应与{column}相符，却是 {kind}；要写入其他值，请声明 'kind: choice'"
    ),
    "expected a value that fits {column:described}, found {value}": "值应与{column}相符，却是 {value}",
    "expected at most {most} for {column:described}, found {found}": "{column}至多 {most}，却是 {found}",
    "expected at most {most} for {column:described}, found the default of {found}": (
        "{column}至多 {most}，默认值却是 {found}"
    ),
    "expected at least {least} for {column:described}, found {found}": "{column}至少 {least}，却是 {found}",
    "expected 'max_length: {most}' or less for {column:described}, found none": (
        "{column}应设置不超过 {most} 的 max_length，却没有"
    ),
    "expected values that fit {column:described}, found {count} characters": "值应与{column}相符，却有 {count} 个字符",
    "expected values that fit {column:described}, found values of any length": ("值应与{column}相符，却可能是任意长度"),
}

MAPPING_FAULTS: dict[str, str] = of_a_place(
    _OF_A_PLACE
    | {
        f"expected {what}, found {{found:meant}}": f"应为{chinese}，却是 {{found}}"
        for what, chinese in _UNKNOWN.items()
    }
    | {
        f"expected {what} ({{known:quoted}}), found {{found}}": f"应为{chinese}（{{known}}），却是 {{found}}"
        for what, chinese in _UNKNOWN.items()
    }
)
