"""Why a connection or a source could not be read, in Simplified Chinese, by the English form of each sentence.

What a database says in its own words stays as it is, between ours.
"""

from collections.abc import Mapping

_WHOLE: dict[str, str] = {
    "connection {name} is not defined: set {variable} to a URI such as "
    'postgres://user:password@host:5432/database, or to Airflow\'s JSON form, such as {{"conn_type": "fs", '
    '"extra": {{"path": "/folder"}}}} for a folder of files': (
        "连接 {name} 未定义：请将 {variable} 设为 URI，例如 postgres://user:password@host:5432/database，或 "
        'Airflow 的 JSON 形式，例如文件目录用 {{"conn_type": "fs", "extra": {{"path": "/folder"}}}}'
    ),
    "connection {name}: expected one of {kinds}, found type {kind}; correct the connection's type": (
        "连接 {name}：类型应为 {kinds} 之一，却是 {kind}；请更正连接的类型"
    ),
    "connection {name}: expected the folder as `path` in its extra (absolute, or bucket/folder), found none": (
        "连接 {name}：extra 中应有目录 `path`（绝对路径，或 bucket/folder），却没有"
    ),
    "{variable} is neither a connection URI nor Airflow's JSON form": (
        "{variable} 既不是连接 URI，也不是 Airflow 的 JSON 形式"
    ),
    "expected a {kinds} database, found {kind}; name another connection in the mapping": (
        "数据库应为 {kinds} 之一，却是 {kind}；请在映射中改用其他连接"
    ),
    "expected a database URL such as postgresql://user@host/name; edit the connection": (
        "应为数据库 URL，例如 postgresql://user@host/name；请修改连接"
    ),
    "expected the driver {driver} for a {kind} database, found none; install it beside crm-migration": (
        "缺少 {kind} 数据库的驱动 {driver}；请与 crm-migration 一并安装"
    ),
}
_OF_A_PLACE: dict[str, str] = {
    "PostgreSQL cannot compute or decode a value (SQLSTATE {state}); repair it at the source or exclude it in "
    "the query": ("PostgreSQL 无法计算或解码某个值（SQLSTATE {state}）；请在源中修复，或在查询中排除"),
    "the database cannot compute or decode a value (error {code}); repair it at the source or exclude it in "
    "the query": ("数据库无法计算或解码某个值（错误 {code}）；请在源中修复，或在查询中排除"),
    "the database cannot compute a value ({error}); exclude it in the query": (
        "数据库无法计算某个值（{error}）；请在查询中排除"
    ),
    "the database refused the statement ({error}); edit the mapping, or grant SELECT": (
        "数据库拒绝了语句（{error}）；请修改映射，或授予 SELECT 权限"
    ),
    "expected text in UTF-8, found other bytes; repair them at the source": (
        "文本应为 UTF-8，却有其他字节；请在源中修复"
    ),
    "expected text in UTF-8, found other bytes in column {column}; repair them at the source": (
        "文本应为 UTF-8，列 {column} 中却有其他字节；请在源中修复"
    ),
    "PostgreSQL refused the login or knows no such database; edit the connection": (
        "PostgreSQL 拒绝登录，或没有该数据库；请修改连接"
    ),
    "the file is damaged or no SQLite database; restore it from a good copy": (
        "文件已损坏或不是 SQLite 数据库；请用完好的副本恢复"
    ),
    "{said} (SQLSTATE {state}); edit the mapping or grant SELECT": (
        "{said} (SQLSTATE {state})；请修改映射或授予 SELECT 权限"
    ),
    "{said} (error {code}); edit the mapping or the connection, or grant SELECT": (
        "{said} (error {code})；请修改映射或连接，或授予 SELECT 权限"
    ),
    "expected a table or view that this login may read in schema {schema}, found none of that name; edit the "
    "mapping or grant SELECT": ("模式 {schema} 中没有该登录可读取的同名表或视图；请修改映射或授予 SELECT 权限"),
    "expected a table or view that this login may read in schema {schema}, found none of that name (did you "
    "mean {closest}?); edit the mapping or grant SELECT": (
        "模式 {schema} 中没有该登录可读取的同名表或视图（是否为 {closest}？）；请修改映射或授予 SELECT 权限"
    ),
    "expected a table or view that this login may read in the default schema, found none of that name; edit "
    "the mapping or grant SELECT": ("默认模式中没有该登录可读取的同名表或视图；请修改映射或授予 SELECT 权限"),
    "expected a table or view that this login may read in the default schema, found none of that name (did you "
    "mean {closest}?); edit the mapping or grant SELECT": (
        "默认模式中没有该登录可读取的同名表或视图（是否为 {closest}？）；请修改映射或授予 SELECT 权限"
    ),
    "expected an SQLite file at {path}; edit the connection": ("{path} 处应有 SQLite 文件；请修改连接"),
    "a window was asked for; name the entity's 'watermark' column": ("要求按时间窗口读取；请为实体指明 'watermark' 列"),
    "expected a file that is finished, found one that is still being written; it is read at the next attempt": (
        "文件仍在写入；下次尝试时读取"
    ),
    "the storage did not answer ({error})": ("存储没有应答（{error}）"),
    "expected a folder below the connection's own, found one that leads out of it; edit source.folder": (
        "目录应在连接的目录之内，却指向其外；请修改 source.folder"
    ),
    "expected a file that stays as it is while it is fetched, found it changed; it is fetched again at the "
    "next attempt": ("文件在获取期间发生了变化；下次尝试时重新获取"),
    "expected the package of its file system, found none; install it beside crm-migration": (
        "缺少其文件系统的软件包；请与 crm-migration 一并安装"
    ),
    "expected leave to read, found none; grant it": ("没有读取权限；请授予"),
    "a file went away while it was read; it is tried again": ("文件在读取时消失；会再次尝试"),
    "expected the folder {folder} to be there, found none (connection {name}); correct the connection or "
    "source.folder": ("目录 {folder} 不存在（连接 {name}）；请更正连接或 source.folder"),
    "column {column} is this tool's own; rename it in a query": ("列名 {column} 由本工具保留；请在查询中改名"),
    "the source counts {counted} rows, {read} were read; nothing was staged. Clear the task to read again": (
        "源有 {counted} 行，只读取了 {read} 行；没有暂存任何内容。请清除任务以重新读取"
    ),
}
_TO_BE_REPEATED: dict[str, str] = {
    "PostgreSQL is away or busy (SQLSTATE {state})": ("PostgreSQL 不可用或繁忙（SQLSTATE {state}）"),
    "the database is away or busy (error {code})": ("数据库不可用或繁忙（错误 {code}）"),
    "the database is away or busy ({error})": ("数据库不可用或繁忙（{error}）"),
    "the SQLite file cannot be opened or is locked": ("SQLite 文件无法打开或被锁定"),
}


def of_a_place(sentences: Mapping[str, str], english_end: str = "", chinese_end: str = "") -> dict[str, str]:
    """Return sentences as they stand behind the place that they are said of, each with the same end."""
    return {
        f"{{place:place}}: {english}{english_end}": f"{{place}}：{chinese}{chinese_end}"
        for english, chinese in sentences.items()
    }


FAULTS: dict[str, str] = (
    _WHOLE
    | of_a_place(_OF_A_PLACE)
    | of_a_place(_TO_BE_REPEATED, "; the task can be repeated as it is", "；可原样重复该任务")
)
