"""What stands in the holes of sentences about sources, in Simplified Chinese: places, cells and the like."""

import re
from collections.abc import Callable

from crm_migration.web.chinese_reader_faults import CELLS, JSON_EXPECTED, JSON_KINDS
from crm_migration.web.chinese_task_faults import ANSWERS

_PLACES = {
    re.compile(english): chinese
    for english, chinese in {
        r"line (\d+), column (\d+)": r"第 \1 行第 \2 列",
        r"(?:line|row) (\d+)": r"第 \1 行",
        r"record (\d+)": r"第 \1 条记录",
        r"sheet (.+)": r"工作表 \1",
        r"column ('.+')": r"列 \1",
        r"columns of the mapping": "映射的 columns",
        r"field (.+)": r"字段 \1",
        r"connection ('.+')": r"连接 \1",
        r"run (\S+)": r"运行 \1",
        r"run (\S+), (.+)": r"运行 \1，\2",
        r"import files, object (.+)": r"导入文件，对象 \1",
        r"spreadsheet ([\w-]+)": r"电子表格 \1",
        r"file or folder ([\w-]+)": r"文件或文件夹 \1",
        r"folder of files \((\w+)\)": r"文件夹（\1）",
    }.items()
}
_MEANT = re.compile(r" \(did you mean (.+?)\?\)")
_CELL = re.compile(r"(?:^|, )([^\n]+?) in column ('[^'\n]*'|\"[^\"\n]*\")")
_TWICE = re.compile(r"(?:^|, )('[^'\n]*'|\"[^\"\n]*\") in columns ([A-Z]+(?: and [A-Z]+)+)")
_ANSWERED = re.compile(r"code (-?\d+)(?: \(([^()\n]+)\))?(?:, about field ([^\[\]\n]+))?")


def _place(text: str) -> str:
    return "：".join(map(_part, text.split(": ")))


def _part(text: str) -> str:
    """Return one part of a place: what it is in words, the name itself as it is."""
    for english, chinese in _PLACES.items():
        found = english.fullmatch(text)
        if found is not None:
            return found.expand(chinese)
    return text


def _meant(text: str) -> str:
    return _MEANT.sub(r"（是否为 \1？）", text)


def _missing(text: str) -> str:
    return _meant("；".join(re.sub("^no column ", "没有列 ", part) for part in text.split("; ")))


def _cells(text: str) -> str:
    found = [f"列 {column} 中的{CELLS.get(error, f' {error}')}" for error, column in _CELL.findall(text)]
    return "、".join(found) or f" {text}"


def _twice(text: str) -> str:
    found = [f"列 {letters.replace(' and ', '、')} 均为 {name}" for name, letters in _TWICE.findall(text)]
    return "、".join(found) or f" {text}"


def _listed(text: str) -> str:
    return re.sub(r" and (\d+) more$", r" 等，另有 \1 个", text)


def _answered(text: str) -> str:
    found = _ANSWERED.fullmatch(text)
    if found is None:
        return text
    meaning = f"（{ANSWERS.get(found[2], found[2])}）" if found[2] else ""
    return f"代码 {found[1]}{meaning}{f'，涉及字段 {found[3]}' if found[3] else ''}"


def _described(text: str) -> str:
    """Return a column of the target, named with its declared type."""
    told = re.sub(r", at most (\d+) characters\)$", r"，至多 \1 个字符)", text.removeprefix("the column "))
    told = re.sub(r", (\d+) digits with (\d+) decimals\)$", r"，共 \1 位、小数 \2 位)", told)
    return f"列 {told} "


def _trace(text: str) -> str:
    return re.sub(r" \[trace (.+)\]", r"（跟踪编号 \1）", text)


def _times(text: str) -> str:
    return "1 次" if text == "once" else text.replace(" times", " 次")


HOLES: dict[str, Callable[[str], str]] = {
    "place": _place,
    "meant": _meant,
    "missing": _missing,
    "cells": _cells,
    "twice": _twice,
    "listed": _listed,
    "times": _times,
    "answered": _answered,
    "described": _described,
    "trace": _trace,
    "json": JSON_EXPECTED.__getitem__,
    "json_kind": JSON_KINDS.__getitem__,
}
"""How a hole of a kind is told."""

PATTERNS: dict[str, str] = {
    "missing": r"no column '[^\n]{1,400}?",
    "described": r"the column [^\n]{1,300}?\)",
    "quoted": r"'[^\n]{0,900}?'",
    "answered": r"code -?\d+[^\[\]\n]{0,400}?",
    "trace": r"(?: \[trace [^\n]{1,200}\])?",
    "times": r"once|\d+ times",
    "json": "|".join(map(re.escape, JSON_EXPECTED)),
    "json_kind": "|".join(map(re.escape, JSON_KINDS)),
}
"""What a hole of a kind may hold, where that is not any text."""
