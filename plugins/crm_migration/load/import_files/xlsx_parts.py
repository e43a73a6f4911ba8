"""The parts of an XLSX file that do not depend on its rows (ECMA-376 part 1), and the escapes of its text."""

import re
from xml.sax.saxutils import escape

TEXT, TEXT_KEPT, DATE, MOMENT, FIRST_NUMBER = 1, 2, 3, 4, 5
"""Formats of cells: text, text that a spreadsheet shall never take for a formula, and so on; then one a scale."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TEXT_FORMAT, _FIRST_OWN_FORMAT = 49, 164
SHEET_START = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'
SHEET_END = "</sheetData></worksheet>"
_NOT_PLAIN = re.compile("[\x01-\x08\x0b-\x1f\x7f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """Return text as it stands in a part: what XML cannot hold, or would change, as `_xHHHH_`."""
    return escape(_NOT_PLAIN.sub(lambda found: f"_x{ord(found[0][0]):04X}_" + found[0][1:], text))


def content_types(sheets: int) -> str:
    """Return the part that says what each part is."""
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>'
    )


def package_relations() -> str:
    """Return the part that says which part is the workbook."""
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )


def workbook_relations(sheets: int) -> str:
    """Return the part that says where the workbook's sheets are."""
    parts = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{parts}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )


def workbook(names: list[str]) -> str:
    """Return the part that names the sheets."""
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def styles(date: str, moment: str, scales: list[int]) -> str:
    """Return the part with the formats of cells: dates and moments by their number formats, numbers by scale."""
    codes = [date, moment, *(f"0.{'0' * scale}" if scale else "0" for scale in scales)]
    own = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for number, code in enumerate(codes, _FIRST_OWN_FORMAT)
    )
    text = f'numFmtId="{_TEXT_FORMAT}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"'
    formats = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>']
    formats += [f"<xf {text}/>", f'<xf {text} quotePrefix="1"/>']
    formats += [
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in range(_FIRST_OWN_FORMAT, _FIRST_OWN_FORMAT + len(codes))
    ]
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(codes)}">{own}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats)}">{"".join(formats)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
