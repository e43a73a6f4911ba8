"""Records of one object with every form of field, and the ways to write and read them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from crm_migration.load.import_files.layout import Layout, layout_of
from crm_migration.load.import_files.reading import read_import_file
from crm_migration.load.import_files.writing import Outgoing, Written, write_import_files
from crm_migration.mapping.import_files import ImportFiles
from crm_migration.mapping.model import (
    Boolean,
    Choice,
    Date,
    DateTime,
    FieldSpec,
    Integer,
    Money,
    Phone,
    Reference,
    Text,
)

OBJECT, KEY = "AccountObj", "legacy_key"
FIELDS: dict[str, FieldSpec] = {
    "name": Text(kind="text", source="a", multiline=True),
    "parent": Reference(kind="reference", source="a", to="account"),
    "phone": Phone(kind="phone", source="a"),
    "amount": Money(kind="money", source="a"),
    "staff": Integer(kind="integer", source="a"),
    "founded": Date(kind="date", source="a"),
    "seen": DateTime(kind="datetime", source="a"),
    "active": Boolean(kind="boolean", source="a"),
    "stage": Choice(kind="choice", source="a", values={"1": "won"}),
}
STAGES = {"won": "赢单", "lost": "=lost?", "open": "+ open"}
LABELS = {"legacy_key": "外部编号", "name": "客户名称 *", "amount": "金额, 元"}
HOSTILE = "=+-@\t\r\n'\",;|\\<>&_x000D_ 0１张é\U00024b62＝"
NASTY = [
    "=1+1", "+1", "-1", "@SUM(A1)", "'=1+1", "''", "'", "\t=1", '=cmd|"/C calc"!A0', "007", "1e5", "2026-01-31", "TRUE",
    "#N/A", "_x000D_", "_x005F_", "<r><t>a</t></r>", "&amp;", "a\nb", '"', '""', "a,b;c\td", "  padded  ", "张伟",
    "𤭢野家", "＝1+1", "1/2", "9" * 30, "{=1}", "NULL", "nan", "\\n", "%s",
]  # fmt: skip


def settings(**given: object) -> ImportFiles:
    chosen = {"objects": {OBJECT: {"labels": LABELS, "values": {"stage": STAGES}, "columns": [KEY]}}}
    return ImportFiles.model_validate(chosen | given)


def layout(chosen: ImportFiles) -> Layout:
    return layout_of(OBJECT, FIELDS, KEY, chosen)


def records(names: Sequence[str | None], action: str = "insert") -> pl.DataFrame:
    """Return a record per name, its other fields taken in turn from what is awkward there."""

    def turn(*values: str | None) -> list[str | None]:
        return [values[at % len(values)] for at in range(len(names))]

    columns = {
        KEY: [f"{at:04}" for at in range(len(names))],
        "name": list(names),
        "parent": turn("0000", None, "00-7"),
        "phone": turn("+8613812345678", None, "+4930123;ext=12", "=1"),
        "amount": turn("-12.50", "0.00", None, "9999999999999999.99", "0.10"),
        "staff": turn("7", None, "-5", "12345678901234567890"),
        "founded": turn("2026-01-31", "1850-07-01", None, "1900-02-28", "9999-12-31"),
        "seen": turn("2026-01-31 23:59:59.000000", None, "1969-12-31 00:00:00.000000", "1850-01-01 01:02:03.000000"),
        "active": turn("1", "0", None),
        "stage": turn("won", "lost", None, "open"),
        "_action": [action] * len(names),
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def write(folder: Path, frames: Iterable[pl.DataFrame], chosen: ImportFiles) -> Written:
    return write_import_files(folder, [Outgoing(OBJECT, FIELDS, KEY, frames)], chosen)


def read(folder: Path, written: Written, chosen: ImportFiles) -> pl.DataFrame:
    """Return all records of a folder, with their action, sorted by key."""
    parts = [
        read_import_file(folder / one.file, layout(chosen), one.action).with_columns(_action=pl.lit(one.action))
        for one in written.manifest.files
    ]
    return pl.concat(parts).sort(KEY)


def letters(alphabet: str = HOSTILE) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(alphabet) | st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def moments() -> st.SearchStrategy[str]:
    """Draw moments since zones are whole minutes away from UTC, none of them in the year 10000 anywhere."""
    drawn = st.datetimes(datetime(1902, 1, 1), datetime(9999, 12, 30))  # noqa: DTZ001 hypothesis wants them bare
    return drawn.map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S.000000"))


def frames(alphabet: str = HOSTILE) -> st.SearchStrategy[pl.DataFrame]:
    """Draw records with a key each."""
    cents = st.integers(-(10**13), 10**13).map(lambda number: f"{number / 100:.2f}")
    row = st.fixed_dictionaries(
        {
            "name": st.none() | letters(alphabet) | st.sampled_from(NASTY),
            "parent": st.none() | letters(alphabet),
            "phone": st.none() | st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
            "amount": st.none() | cents,
            "staff": st.none() | st.integers(-(2**63), 2**63 - 1).map(str),
            "founded": st.none() | st.dates().map(str),
            "seen": st.none() | moments(),
            "active": st.sampled_from([None, "0", "1"]),
            "stage": st.sampled_from([None, *STAGES]),
            "_action": st.sampled_from(["insert", "update"]),
        }
    )
    return st.dictionaries(letters(alphabet).filter(str.strip), row, min_size=1, max_size=20).map(_frame)


def _frame(rows: dict[str, dict[str, str | None]]) -> pl.DataFrame:
    schema = dict.fromkeys([KEY, *FIELDS, "_action"], pl.String)
    return pl.DataFrame([{KEY: key, **row} for key, row in rows.items()], schema=schema).sort(KEY)
