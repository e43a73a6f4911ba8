"""Why repaired rows were refused, in Simplified Chinese, by the English form of each sentence (see `sentences`)."""

REFUSALS: dict[str, str] = {
    "{document}: nothing was loaded.": "{document}：没有加载任何内容。",
    "and {more:,} more": "另有 {more} 项",
    "{document}: expected a workbook that can be read, found none ({why}); check the path, or upload the file again": (
        "{document}：应为可读取的工作簿（{why}）；请检查路径，或重新上传文件"
    ),
    "{document}: expected at most {most} MiB, found more; delete rows that are not to be loaded now, and load the rest "
    "with a second file": "{document}：文件不得超过 {most} MiB；请删除暂不加载的行，其余的用另一个文件加载",
    "{document}: expected rejected rows of run {run}, found none; upload the edited file": (
        "{document}：应有运行 {run} 中被拒绝的行，却没有；请上传修改后的文件"
    ),
    "{document}: expected rejected rows of run {run} that are open, found none; there is nothing to load": (
        "{document}：应有运行 {run} 中未处理的拒绝行，却没有；没有可加载的内容"
    ),
    "{document}: expected rejected rows of run {run} that are open, found none ({closed} are closed already); there is "
    "nothing to load": "{document}：应有运行 {run} 中未处理的拒绝行，却没有（{closed} 行已处理）；没有可加载的内容",
    "{document}: expected a sheet per entity of the mapping ({names}), found {unknown}; rename or delete it": (
        "{document}：工作表应与映射的实体（{names}）一一对应，却有 {unknown}；请改名或删除"
    ),
    "{document}, sheet {sheet}: expected the columns of the source, found {what:sentence}: {title}; {do:do}": (
        "{document}，工作表 {sheet}：应为源的列，却有{what} {title}；{do}"
    ),
    "one that is there twice": "重复的列",
    "another": "其他列",
    "{document}, sheet {sheet}: expected the columns {row} and {run}, found one gone; {do:do}": (
        "{document}，工作表 {sheet}：应有列 {row} 和 {run}，却缺少其一；{do}"
    ),
    "ask for the workbook of the run once more, and edit only the cells of its rows": (
        "请重新下载该运行的工作簿，只修改各行的单元格"
    ),
    "take the workbook of the run as it is now": "请使用该运行现在的工作簿",
    "expected a row of run {run}, found one of another run; upload the file on the page of its own run": (
        "应为运行 {run} 的行，却属于另一次运行；请在该运行的页面上传"
    ),
    "run {run}: expected a run that stands, found one that was rolled back; run the source again and repair the rows "
    "that that run rejects": "运行 {run} 已回滚；请重新运行数据源，并修复那次运行拒绝的行",
    "run {run}: expected a run that read the source, found one that loaded corrected rows of run {original}, which "
    "still lists those that it rejected; reload them for {same}": (
        "运行 {run} 是对运行 {original} 的重新加载，被拒绝的行仍列在后者中；请针对 {same} 重新加载"
    ),
    "expected values, found a cell that shows an error or an unfinished formula; type the value itself": (
        "应为值，却有显示错误或未完成公式的单元格；请直接输入值"
    ),
    "expected each row once, found {key} again; delete one of the two": "每行只能出现一次，{key} 重复；请删除其一",
    "expected a row that run {run} rejected, found {key}; {do:do}": "应为运行 {run} 拒绝的行，却是 {key}；{do}",
    "expected a row that can be repaired here, found one that only the source can repair; delete it": (
        "该行只能在源中修复；请从工作簿中删除"
    ),
    "the mapping reads {column}, which the run did not; run the source again": (
        "映射读取的列 {column} 在该运行中没有读取；请重新运行数据源"
    ),
    "expected the key column {column} as it was, found it changed; {do:do}": "键列 {column} 不得修改；{do}",
    "column {column} was too long for a cell and is changed; correct it at the source": (
        "列 {column} 超过单元格长度且被修改；请在源中更正"
    ),
    "expected a row of {entity}, found one that is now of {other}; correct it at the source": (
        "应为 {entity} 的行，现在却属于 {other}；请在源中更正"
    ),
    "expected a row with a key at the source, found one that got its key here; the next run would take its record for "
    "one whose row is gone: give it its key at the source": (
        "该行的键是在此处填写的，下次运行会认为其源行已消失；请在源中填写键"
    ),
    "expected a key that no loaded row has, found one that is taken; give it one of its own": (
        "键已被已加载的行占用；请另给一个键"
    ),
}
