"""Why a file could not be read, or a row of it, in Simplified Chinese, by the English form of each sentence."""

from crm_migration.web.chinese_faults import of_a_place

JSON_EXPECTED: dict[str, str] = {
    "expected a value": "应为值",
    "expected ',' or the end of the object or array": "应为“,”或对象、数组的结尾",
    "expected ',' or ']'": "应为“,”或“]”",
    "expected ','": "应为“,”",
    "expected ':'": "应为“:”",
    "expected '{'": "应为“{”",
    "expected '['": "应为“[”",
    "expected a key in quotation marks": "应为带引号的键",
    "expected the end of the text that begins here": "从此处开始的文本没有结尾",
    "expected control characters to be escaped": "控制字符应转义",
    "expected an escape that JSON knows": "应为 JSON 允许的转义",
    "expected the end of the line": "此行应已结束",
    "expected the end of the file": "文件应已结束",
}
"""What the grammar of JSON asks for."""
JSON_KINDS: dict[str, str] = {
    "an object": "对象",
    "an array": "数组",
    "a text": "文本",
    "a number": "数字",
    "true": "true",
    "false": "false",
    "null": "null",
}
CELLS: dict[str, str] = {
    "a formula that was never calculated": "从未计算的公式",
    "a number that cannot be read": "无法读取的数字",
    "a boolean that cannot be read": "无法读取的布尔值",
    "a text that the workbook lacks": "工作簿中缺失的文本",
    "an error without a name": "未命名的错误",
}
"""What stands in a cell instead of a value, beside the errors of spreadsheets such as #DIV/0!."""
_QUOTE: dict[str, str] = {
    "to close, found the end of the file": "没有闭合，直到文件结尾",
    "to stand at the start of its field, found text before it": "应在字段开头，其前却有文本",
    "to close before a separator or the end of the line, found other text": (
        "应在分隔符或行尾之前闭合，其后却有其他文本"
    ),
}
_SIZES: dict[str, str] = {
    "expected at most {most} levels of objects and arrays, found more": "对象和数组至多 {most} 层，却更多",
    "expected a record of at most {letters} letters and {values} values, found a larger one": (
        "记录至多 {letters} 个字符、{values} 个值，却更大"
    ),
    "expected every key once, found {key} twice": "每个键只能出现一次，{key} 却重复",
    "expected a number as JSON has it, found NaN or Infinity": "应为 JSON 的数字，却是 NaN 或 Infinity",
    "expected whole characters, found a part of one": "应为完整的字符，却只有一部分",
}
_ROWS: dict[str, str] = {
    "expected text in {encoding}, found bytes that mean nothing in it": "文本应为 {encoding}，却有其中无意义的字节",
    "expected text, found a NUL byte": "应为文本，却有 NUL 字节",
    "expected {expected} fields, found {found}": "应有 {expected} 个字段，却有 {found} 个",
    "expected a row, found the column names again": "应为数据行，却是重复的列名",
    "expected a row of at most 16 MiB, found a longer one that begins on line {line}": (
        "每行至多 16 MiB，从第 {line} 行开始的行却更长"
    ),
    "expected a value, found {errors:cells}": "应为值，却有{errors}",
    "expected at most {most} letters in the columns of what encloses the record, found more": (
        "记录外层的各列至多 {most} 个字符，却更多"
    ),
    "expected at most {most} letters in the columns of the record's ancestors, found more": (
        "记录上级元素的各列至多 {most} 个字符，却更多"
    ),
    **{f"expected an object, found {english}": f"应为对象，却是{chinese}" for english, chinese in JSON_KINDS.items()},
    "expected one JSON object on the line, found an error at column {column}: {what:json}": (
        "每行应为一个 JSON 对象，第 {column} 列却有错误：{what}"
    ),
}
_DOCUMENTS: dict[str, str] = {
    "expected gzip data to its end, found it truncated": "gzip 数据被截断",
    "expected gzip data, found it damaged": "gzip 数据已损坏",
    "expected an archive without a password, found one with": "压缩包不得有密码",
    "expected a zip archive, found it damaged or of a kind that cannot be read": (
        "zip 压缩包已损坏，或属于无法读取的种类"
    ),
    "expected at most {most} GiB unpacked, found more": "解压后至多 {most} GiB，却更多",
    "expected data that unpacks to at most {most} times its size, found more": "解压后至多为原大小的 {most} 倍，却更多",
    "expected a zip archive, found no end of its directory": "应为 zip 压缩包，却没有目录结尾",
    "expected an archive of at most {most} files, found more": "压缩包至多 {most} 个文件，却更多",
    "expected members inside the archive, found one with a path that leads out of it": (
        "压缩包的成员应在其内，却有路径指向其外"
    ),
    "expected at most {most} columns, found more": "至多 {most} 列，却更多",
    "expected at most {most} columns, found {found}": "至多 {most} 列，却有 {found} 列",
    "expected the column names within the first 16 MiB, found no end of them": "列名应在前 16 MiB 之内，却没有结尾",
    "expected an array or an object, found no records: {kind:json_kind}": "应为数组或对象，却没有记录：{kind}",
    "expected records in an array or an object, found {kind:json_kind}": "记录应在数组或对象中，却是{kind}",
    "expected at most {most} keys around the records, found more": "记录外层至多 {most} 个键，却更多",
    "expected at most {most} keys beside each other, found more": "并列的键至多 {most} 个，却更多",
    "{what:json}, found the end of the file: it is truncated": "{what}，却是文件结尾：文件被截断",
    "{what:json}, found something else": "{what}，却是其他内容",
    "expected a record of at most {letters} letters and {values} values, found a larger one, or text that is not "
    "JSON": ("记录至多 {letters} 个字符、{values} 个值，却更大，或不是 JSON"),
    "expected at most {most} attributes of an element, found more": "元素至多 {most} 个属性，却更多",
    "expected well-formed XML to its end, found an error ({kind})": "应为格式正确的完整 XML，却有错误（{kind}）",
    "expected an xlsx, xlsb, xls or ods workbook, found a file that is not a spreadsheet": (
        "应为 xlsx、xlsb、xls 或 ods 工作簿，却不是电子表格文件"
    ),
    "expected a workbook, found one that is damaged or truncated": "工作簿已损坏或被截断",
    "expected at most {most} members in the workbook, found {found}": "工作簿至多 {most} 个成员，却有 {found} 个",
    "expected a workbook of at most {most} MiB unpacked, found more": "工作簿解压后至多 {most} MiB，却更大",
    "expected every member of the workbook once, found one twice": "工作簿的每个成员只能出现一次，却有重复",
    "expected a whole workbook, found that it names a part that it lacks": "工作簿不完整，缺少其所列的部分",
    "expected parts of at most {most} MiB beside the sheets, found a larger one": (
        "工作表以外的部分至多 {most} MiB，却有更大的"
    ),
    "expected members that are stored or deflated, found another compression": "工作簿的成员使用了不支持的压缩方式",
    "expected members that unpack to at most {most} times their size, found one of {times} times": (
        "成员解压后至多为原大小的 {most} 倍，却有 {times} 倍的"
    ),
    "expected the part of a sheet to hold a worksheet, found something else": "工作表的部分应为工作表，却是其他内容",
    "expected rows in ascending order, found row {row} after row {last}": "行应按升序，第 {row} 行却在第 {last} 行之后",
    "expected at most {most} rows, found row {row}": "至多 {most} 行，却有第 {row} 行",
    "expected at most {most} rows, found more": "至多 {most} 行，却更多",
    "expected at most {most} merged cells, found more": "至多 {most} 个合并单元格，却更多",
    "expected rows of at most {most} MiB, found more": "各行合计至多 {most} MiB，却更多",
    "expected at most {most} columns, found a cell in column {letters}": "至多 {most} 列，列 {letters} 却有单元格",
    "expected every cell of a row once, found one twice": "一行中每个单元格只能出现一次，却有重复",
    "expected XML without a DOCTYPE, found one": "XML 不得有 DOCTYPE",
    "expected merged cells as ranges, found something else": "合并单元格应为区域，却是其他内容",
    "expected a sheet with cells, found none": "没有含单元格的工作表",
}
_LIMITS: dict[str, str] = {
    "expected at most 256 levels of elements, found more": "元素至多 256 层，却更多",
    "expected texts of at most 10 million letters, found a longer one": "文本至多一千万个字符，却有更长的",
    "expected no entities that multiply, found them": "不得有层层展开的实体",
    "expected tags of at most 10 million letters, found a longer one": "标签至多一千万个字符，却有更长的",
    "expected names and attributes of at most 10 million letters, found a longer one": (
        "名称和属性至多一千万个字符，却有更长的"
    ),
    "expected a document within the parser's limits, found one beyond them": "文件超出解析器的限制",
}
_DECLARE = "give the right line in `header_row`, or 0 and the names in `columns`"
_NAME_THEM = "rename them in the sheet, or give header_row and the names as columns in the mapping's read.workbook"
_DECLARED: dict[str, str] = {
    "expected the column names, found a blank line": "应为列名，却是空行",
    "expected the column names on line {line}, found fewer lines": "列名应在第 {line} 行，却没有这么多行",
    "expected the column names on line {line}, found nothing": "列名应在第 {line} 行，却没有内容",
    "expected column names, found bytes that are no text": "应为列名，却有非文本的字节",
}
_ADVISED: dict[str, str] = {
    "expected one file that fits {pattern}, found {count}; it holds {names}; set read.member": (
        "应有一个符合 {pattern} 的文件，却有 {count} 个；压缩包中有 {names}；请设置 read.member"
    ),
    "expected an archive of one file, found {count}; it holds {names}; set read.member": (
        "压缩包应只有一个文件，却有 {count} 个；压缩包中有 {names}；请设置 read.member"
    ),
    "expected {declared} as the mapping says, found the byte order mark of {marked}; take `encoding` out of the "
    "mapping, or repair the file": (
        "映射声明的编码为 {declared}，字节顺序标记却是 {marked}；请从映射中删除 `encoding`，或修复文件"
    ),
    "expected each column name once, found {names} more than once; rename them in the file, or give `header_row` and "
    "names of your own in `columns`": (
        "每个列名只能出现一次，{names} 却重复；请在文件中改名，或设置 `header_row` 并在 `columns` 中给出列名"
    ),
    "expected {usual} column names, as the rows have fields, found {found}; repair the names, or give `header_row` and "
    "all names in `columns`": (
        "列名应与各行字段数相同，有 {usual} 个，却有 {found} 个；请修复列名，或设置 `header_row` 并在 `columns` "
        "中给出全部列名"
    ),
    "expected the column names, found a blank row; correct header_row in the mapping's read.workbook": (
        "应为列名，却是空行；请更正映射中 read.workbook 的 header_row"
    ),
    f"expected every column name once, found {{names:twice}}; {_NAME_THEM}": (
        "每个列名只能出现一次，却有{names}；请在工作表中改名，或在映射的 read.workbook 中设置 header_row 并以 columns "
        "给出列名"
    ),
    f"expected other column names than {{reserved}}, found them; {_NAME_THEM}": (
        "不得使用列名 {reserved}；请在工作表中改名，或在映射的 read.workbook 中设置 header_row 并以 columns 给出列名"
    ),
    "expected no columns named {reserved}, which say where a row stands; found {found}; rename them in the export": (
        "列名 {reserved} 由本工具用来标明行的位置，文件中却有 {found}；请在导出时改名"
    ),
    "expected text in {encoding}, found bytes that are none; ask for a whole export, or name its encoding in "
    "json.encoding": "文本应为 {encoding}，却有其他字节；请重新完整导出，或在 json.encoding 中指明编码",
    "expected records at {path}, found no {key} on the way; correct json.records in the mapping, or ask for a new "
    "export": "记录应在 {path}，途中却没有 {key}；请更正映射中的 json.records，或重新导出",
    "expected records at {path}, found the root {root}; correct xml.records in the mapping, or ask for a new export": (
        "记录应在 {path}，根元素却是 {root}；请更正映射中的 xml.records，或重新导出"
    ),
    "expected a record of at most {most} bytes, found a longer one; correct xml.records in the mapping, or ask for an "
    "export in smaller records": "记录至多 {most} 字节，却更长；请更正映射中的 xml.records，或按更小的记录导出",
    "expected XML without a DOCTYPE, found one; ask for an export without it: entities and external files are never "
    "read": "XML 不得有 DOCTYPE；请导出不含它的文件：实体和外部文件一律不读取",
    "expected a workbook without a password, found one that is password-protected; save it without a password": (
        "工作簿有密码保护；请另存为无密码的文件"
    ),
    "expected an xls workbook of Excel 5 or later, found an older one; save it as xlsx": (
        "xls 工作簿早于 Excel 5；请另存为 xlsx"
    ),
    "expected an xls workbook of at most {most} MiB, found a larger one; save it as xlsx": (
        "xls 工作簿至多 {most} MiB，却更大；请另存为 xlsx"
    ),
    "expected sheets of at most {most} MiB, found a larger one; save it as xlsx": (
        "工作表至多 {most} MiB，却有更大的；请另存为 xlsx"
    ),
    "expected at most {most} MiB of shared texts, found more; split the workbook, or export it as CSV": (
        "共享文本至多 {most} MiB，却更多；请拆分工作簿，或导出为 CSV"
    ),
    "expected a workbook that is read within 600 MB and an hour, found one that needs more or breaks its reader; save "
    "it as xlsx again, split it, or export it as CSV": (
        "工作簿应能在 600 MB 内存和一小时内读完，却超出或使读取中断；请重新另存为 xlsx、拆分，或导出为 CSV"
    ),
    "expected a workbook, found one that its reader cannot make out; save it as xlsx again, split it, or export it as "
    "CSV": "工作簿无法解读；请重新另存为 xlsx、拆分，或导出为 CSV",
    "expected a visible sheet, found hidden ones only; name one in the mapping: {names:listed}": (
        "只有隐藏的工作表；请在映射中指明其一：{names}"
    ),
    "expected a sheet {wanted:meant}, found hidden sheets only ({names:listed}); correct the sheet in the mapping": (
        "没有可见的工作表 {wanted}，只有隐藏的（{names}）；请更正映射中的工作表"
    ),
    "expected a sheet {wanted:meant}, found {names:listed}; correct the sheet in the mapping": (
        "没有工作表 {wanted}，现有 {names}；请更正映射中的工作表"
    ),
    "expected an encoding by its Python name, found {declared}; correct json.encoding": (
        "应为编码的 Python 名称，却是 {declared}；请更正 json.encoding"
    ),
    "expected the name of an encoding that Python knows, found {declared}; see "
    "https://docs.python.org/3/library/codecs.html#standard-encodings": (
        "应为 Python 支持的编码名称，却是 {declared}；参见 "
        "https://docs.python.org/3/library/codecs.html#standard-encodings"
    ),
    "expected one namespace, found several; give {namespace} a prefix in xml.namespaces": (
        "应只有一个命名空间，却有多个；请在 xml.namespaces 中为 {namespace} 指定前缀"
    ),
    "expected names with prefixes of xml.namespaces, found {part}; correct either": (
        "名称的前缀应在 xml.namespaces 中，却是 {part}；请更正其一"
    ),
    "expected it to be there, found none; correct the mapping": "不存在；请更正映射",
    "expected the {listed} file(s) that were listed for this part, found {found}; clear the task that divides the "
    "extract (extract_prepare) and run it again": (
        "这一部分列出了 {listed} 个文件，却只有 {found} 个；请清除划分抽取的任务 (extract_prepare) 并重新运行"
    ),
    "expected a file that stays as it is while it is read, found it changed; it is read again at the next attempt": (
        "文件在读取期间发生了变化；下次尝试时重新读取"
    ),
    "{missing:missing}; it offers {offered}; edit the mapping": "{missing}；现有 {offered}；请修改映射",
    "expected one of the mapping's entities, found {name:meant}": "映射中没有实体 {name}",
    "expected it beside the source's own, found none": "应与数据源的连接一同给出，却没有",
    "expected the folder of its files to be there, found none; correct the field's connection": (
        "其文件的文件夹不存在；请更正该字段的连接"
    ),
    "expected an answer, found {error}; the task can be repeated as it is": "没有应答（{error}）；可原样重复该任务",
    "watermark {column}: expected a date, a time stamp or ISO text; name another column": (
        "watermark {column} 应为日期、时间或 ISO 文本；请指定其他列"
    ),
    "expected the file {name}, found none or another content; clear the tasks 'extract' and 'clean' of its entity and "
    "run them again": "文件 {name} 不存在或内容不同；请清除其实体的任务 'extract' 和 'clean' 并重新运行",
    "expected the name of a staged file, found another text": "应为暂存文件的名称，却是其他文本",
}
_QUOTES = {
    f"expected the quotation mark that opened on line {{line}} {english}": f"第 {{line}} 行开始的引号{chinese}"
    for english, chinese in _QUOTE.items()
}

READER_FAULTS: dict[str, str] = (
    _SIZES
    | _QUOTES
    | _ROWS
    | of_a_place(_ADVISED)
    | of_a_place(
        _SIZES | _QUOTES | _DOCUMENTS, "; repair the file, or ask for a new export", "；请修复文件，或重新导出"
    )
    | of_a_place(_LIMITS, "; ask for an export in smaller parts", "；请分成较小的部分导出")
    | of_a_place(_DECLARED, f"; {_DECLARE}", "；请在 `header_row` 中给出正确的行，或设为 0 并在 `columns` 中给出列名")
)
