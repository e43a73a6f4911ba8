"""Sentences of runs in Simplified Chinese, by their English form (see `sentences`), and checks of a user's own."""

SENTENCES: dict[str, str] = {
    # The verdict of a report.
    "The migration is complete, and every row is accounted for.": "迁移已完成，每一行都有去向。",
    "The migration needs attention.": "迁移需要处理。",
    "The run was rolled back: what it wrote has been taken back.": "运行已回滚：它写入的内容已全部撤回。",
    "This is a plan. Nothing has been written.": "这是计划，没有写入任何内容。",
    "The sample has been loaded. The full load has not started.": "样本已加载，全量加载尚未开始。",
    "The migration is complete. {rows:row could not be taken over and waits|rows could not be taken over and wait} "
    "for repair.": "迁移已完成。有 {rows} 行未能迁移，等待修复。",
    "The plan needs attention. Nothing has been written.": "计划需要处理，没有写入任何内容。",
    "{entity}: {rows:row is|rows are} loaded without what the target refused in the second pass.": (
        "{entity}：{rows} 行已加载，但不含目标系统在第二轮中拒绝的部分。"
    ),
    "{entity}: not every row is accounted for: {faults:sentences}.": "{entity}：并非每一行都有去向：{faults}。",
    "{rows:row|rows} in no state": "{rows} 行没有结果",
    "{rows:row|rows} in more than one state": "{rows} 行有多个结果",
    "{rows:row|rows} with an outcome, but never extracted": "{rows} 行有结果，却从未抽取",
    "{rows:row|rows} with an outcome that contradicts cleaning": "{rows} 行的结果与清洗相矛盾",
    "{entity}: {extracted:,} rows were extracted, but the outcomes known here add up to {ended:,}.": (
        "{entity}：抽取了 {extracted} 行，但已知结果合计为 {ended}。"
    ),
    "Validation of the {phase:phase}: {checks:check|checks} failed ({entities}).": (
        "{phase}的验证：{checks} 项检查未通过（{entities}）。"
    ),
    "{entity}: not reached: {steps:steps}.": "{entity}：未到达：{steps}。",
    "Validation of the {phase:phase} was not reached.": "未到达{phase}的验证。",
    # Why tasks failed.
    "failed; see its log": "失败，请查看其日志",
    "the sample was approved by the mapping's on_timeout, as nobody answered in time": (
        "无人按时答复，按映射的 on_timeout 批准了样本"
    ),
    "the sample was rejected by the mapping's on_timeout, as nobody answered in time": (
        "无人按时答复，按映射的 on_timeout 拒绝了样本"
    ),
    "the sample was approved by {who}": "样本由 {who} 批准",
    "the sample was rejected by {who}": "样本被 {who} 拒绝",
    "{failed:,} of {made:,} checks failed; the target does not hold what was meant. Look at the named rows in source "
    "and target; then correct the mapping or the rows and run again, or roll back:": (
        "{made} 项检查中有 {failed} 项未通过，目标系统的内容与预期不符。请在源和目标中查看所列的行，"
        "然后修正映射或数据并重新运行，或者回滚："
    ),
    "  {place}: {validation:validation}: {check:check}: {finding:sentences}": (
        "  {place}：{validation}：{check}：{finding}"
    ),
    "{rows:,} failing": "{rows} 处不符",
    "expected {meant:figure}, found {found:figure}": "应为 {meant}，实为 {found}",
    "source keys {keys}": "源键 {keys}",
    "failed": "未通过",
    "The sample has been rolled back; the target is as it was before.": "样本已回滚，目标系统恢复原状。",
    "The sample has been rolled back; {what} differ from before.": "样本已回滚，但 {what} 与之前不同。",
    "more than {limit} of the rows were rejected; nothing was loaded. {listed:sentences}. Repair the rows, or raise "
    "tolerances.rejected_share knowingly": (
        "超过 {limit} 的行被拒绝，没有加载任何内容。{listed}。请修复这些行，或有意识地调高 tolerances.rejected_share"
    ),
    "{entity}: {rows:,} of {of:,} rows rejected, {reasons}": "{entity}：{of} 行中有 {rows} 行被拒绝（{reasons}）",
    # What checks have found.
    "could not run: {reason:sentence}": "无法执行：{reason}",
    "no drawn record holds a value": "抽取的记录都没有值",
    "asked: {who:sentence}": "查询对象：{who}",
    "the CRM's own interface": "CRM 自身的接口",
    "the copy of what was handed over": "已交付内容的副本",
    "the {dialect} database": "{dialect} 数据库",
    "{group}: {found:,} records, expected {meant:,}": "{group}：{found} 条记录，应为 {meant}",
    "{group}: {found:,} records, expected {meant:,}, {field} {amount}, expected {due}": (
        "{group}：{found} 条记录，应为 {meant}；{field} {amount}，应为 {due}"
    ),
    "no rows": "无行",
    "rows": "有行",
    "{rows:row|rows}": "{rows} 行",
    "at least {rows:,} rows": "至少 {rows} 行",
    "another value": "其他值",
    # The sample.
    "the last green run": "上次完成的运行",
    "this sample": "本次样本",
    "random": "随机",
    "biggest merge": "最大的合并",
    "parent of a chosen record": "所选记录的上级",
    "child by {field}": "经 {field} 的下级",
    "{field:word} empty": "{field} 为空",
    "{field:word} longest": "{field} 最长",
    "{field:word} shortest": "{field} 最短",
    "{field:word} not ASCII": "{field} 含非 ASCII 字符",
    "{field:word} highest": "{field} 最大",
    "{field:word} lowest": "{field} 最小",
    "{value}: no record holds it": "{value}：没有记录",
    "{field}: no record holds a value": "{field}：没有记录有值",
    "{field}: no record is without a value": "{field}：没有记录缺值",
    # What cleaning says of a field.
    "{field:name}: expected {what:sentence}, correct it at the source, or change the field's rule in the mapping": (
        "{field}：应为{what}，请在源中更正，或修改映射中该字段的规则"
    ),
    "{field:name}: expected {what:sentence} in {columns:columns}, correct it at the source, or change the field's rule "
    "in the mapping": "{field}：{columns}应为{what}，请在源中更正，或修改映射中该字段的规则",
    "one e-mail address such as name@example.com": "一个电子邮箱，例如 name@example.com",
    "a telephone number that its country's numbering plan has": "符合该国编号规则的电话号码",
    "one of the words that 'true' and 'false' list": "“true”和“false”所列的词之一",
    "a value that the value map has": "值映射中已有的值",
    "the name or the ISO 3166 code of a country": "国家名称或 ISO 3166 代码",
    "the name or the BCP 47 tag of a language": "语言名称或 BCP 47 标记",
    "a web address such as https://example.com/page": "网址，例如 https://example.com/page",
    "a user that the target has": "目标系统中的用户",
    "a currency that its code, its name or the row's country tells": "能由代码、名称或该行国家得知的币种",
    "an amount in the field's own currency": "以该字段币种表示的金额",
    "text without NUL characters": "不含 NUL 字符的文本",
    "a date; the source has only zeros": "日期（源中全为零）",
    "the path of a file below the folder of files": "文件夹中的文件路径",
    "a file of no more bytes than the field's 'max_bytes' allows": "不超过该字段 max_bytes 的文件",
    "a regular file that can be read": "可读取的普通文件",
    "the path of a file below the folder of files, without '..' or a link out of it": (
        "文件夹中的文件路径，不含“..”或指向外部的链接"
    ),
    "at most {most:,} characters": "至多 {most} 个字符",
    "a real date in the format {formats}": "格式为 {formats} 的真实日期",
    "a real datetime in the format {formats}": "格式为 {formats} 的真实时间",
    "a whole number": "整数",
    "a whole number of at least {low}": "不小于 {low} 的整数",
    "a whole number of at most {high}": "不大于 {high} 的整数",
    "a whole number of at least {low} of at most {high}": "{low} 至 {high} 的整数",
    "a number with at most {before} digits before and {after} after '{mark}'": (
        "“{mark}”前至多 {before} 位、后至多 {after} 位的数字"
    ),
    "a value that can be read": "可读取的值",
    "key: expected a value in {columns:columns} that no other row has, remove the copies at the source or choose other "
    "key columns": "键：{columns}应为其他行没有的值，请在源中删除重复行，或选择其他键列",
    "key: expected text without NUL characters in {columns:columns}, correct it at the source": (
        "键：{columns}应为不含 NUL 字符的文本，请在源中更正"
    ),
    "key: expected a value in {columns:columns}, and none that ends like the label of a row without key, correct it at "
    "the source": "键：{columns}应有值，且不能以无键行的标签结尾，请在源中更正",
    "when: expected {columns:columns} to hold what the rule of one of {entities} takes, let a rule take such rows or a "
    "filter of each entity leave them out, or correct them at the source": (
        "when：{columns}应符合 {entities} 之一的规则，请让某条规则接受这样的行，或用各实体的过滤器排除，或在源中更正"
    ),
    # What loading says of a record.
    "the record it refers to is neither in the target nor in this load; load the parent, or set on_missing_parent: "
    "null": "所引用的记录既不在目标系统中，也不在本次加载中；请加载上级记录，或设置 on_missing_parent: null",
    "write mode is 'update' and the target holds no such record": "写入方式为 update，但目标系统中没有该记录",
    "the target already holds this external id, and another row, or nobody's load, put it there": (
        "目标系统中已有该外部编号，由另一行或非本工具写入"
    ),
    "the record was edited in the target since the last load and on_target_change is 'reject'": (
        "上次加载后该记录在目标系统中被修改，且 on_target_change 为 reject"
    ),
    "the record was deleted in the target since the last load; restore it, or filter the row": (
        "上次加载后该记录在目标系统中被删除；请恢复记录，或过滤该行"
    ),
    "the target refused the record": "目标系统拒绝了该记录",
    "the record that this row was merged into was rejected": "该行并入的记录被拒绝",
    "its rows are gone from the source, but the record was edited in the target since the last load; delete it there, "
    "or set on_target_change: overwrite": (
        "其源行已消失，但上次加载后记录在目标系统中被修改；请在目标系统中删除，或设置 on_target_change: overwrite"
    ),
    "its rows are gone from the source, but the record was changed while this run was under way; the next run looks at "
    "it again": "其源行已消失，但运行期间记录被修改；下次运行会再次处理",
    "its rows are gone from the source, but other records of the target refer to it; delete or repoint those, and the "
    "next run deletes it": "其源行已消失，但目标系统中有其他记录引用它；请删除或改指这些记录，下次运行会将其删除",
    "its rows are gone from the source, but the target refused to delete the record": (
        "其源行已消失，但目标系统拒绝删除该记录"
    ),
    # What a target's database says of a record.
    "{reason:refusal} ({place})": "{reason}（{place}）",
    "a text is too long for its column": "文本超过列的长度",
    "a number is out of range": "数字超出范围",
    "a date is not valid": "日期无效",
    "a date is out of range": "日期超出范围",
    "a date or number is not valid": "日期或数字无效",
    "a value does not fit its column's type": "值与列的类型不符",
    "a value does not fit its column's type or character set": "值与列的类型或字符集不符",
    "a character is not valid in the target's encoding": "目标系统的编码不支持某个字符",
    "a required column is empty": "必填列为空",
    "a foreign key points at no record": "外键没有指向任何记录",
    "a foreign key forbids it": "外键不允许",
    "a unique value is already taken": "唯一值已被占用",
    "a check constraint refused it": "检查约束不允许",
    "an exclusion constraint refused it": "排他约束不允许",
    "a value is too large for an index or a limit of the target": "值超过目标系统的索引或限制",
    "the view that is written to does not show such a record": "所写入的视图不显示这样的记录",
    "a trigger refused it": "触发器不允许",
    "a record is too large for its table": "记录超过表的大小限制",
    "no partition of the table takes it": "表没有可容纳它的分区",
    "a text is no valid JSON": "文本不是有效的 JSON",
    # The monitor itself.
    "{target}: expected a ledger, found none; the first run of a mapping makes it": (
        "{target}：尚无台账，映射的首次运行会创建它"
    ),
    "{target}: expected an answer of the ledger's database, found {what}; look whether it is there, and whether a run "
    "of this version has brought the ledger up to date": (
        "{target}：台账数据库没有正常应答（{what}）；请检查它是否可用，以及本版本的运行是否已更新台账"
    ),
    "DAG {dag} migrates no source: there is no mapping of that name": "DAG {dag} 不迁移任何数据源：没有同名的映射",
    "the ledger knows no run {run} of {source}": "台账中没有 {source} 的运行 {run}",
    "the form is not from this page, or too old: load it again": "表单不是来自本页，或已过期：请重新加载",
    "no such file of this run; its staging may have been cleared": "这次运行没有该文件，其暂存可能已清理",
    "this run has asked nobody about its sample, or its staging has been cleared": (
        "这次运行没有就样本征求答复，或其暂存已清理"
    ),
    "expected a request that says how long it is": "请求应说明其长度",
    "expected at most {size} KiB": "至多 {size} KiB",
    "a parameter of the address or of the form cannot be read": "地址或表单中的某个参数无法读取",
    "expected a workbook as 'file', found none": "应有名为 file 的工作簿，却没有",
    "expected a pair of {source}, found pair {pair}; open the queue again: it may have been merged meanwhile": (
        "记录对 {pair} 不属于 {source}；请重新打开队列：它可能已被合并"
    ),
    "expected one of {words}, found another word; use the buttons of the page": (
        "答复应为 {words} 之一；请使用页面上的按钮"
    ),
    "a pair is decided by who may start runs of the sources of both its records": (
        "只有有权启动两条记录所属数据源运行的人，才能对这一对作出决定"
    ),
    "connection {name} is not defined in Airflow; add it under Admin → Connections": (
        "Airflow 中没有连接 {name}；请在 Admin → Connections 中添加"
    ),
}

PLACES: dict[str, str] = {"line": "{name}，第 {at} 行", "row": "{name}，第 {at} 行", "record": "{name}，第 {at} 条记录"}
PHASES: dict[str, str] = {"sample": "样本", "full load": "全量加载"}
