"""What is written comes back, equal by key and value, through our reader and through pandas."""

import io
import re
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as profile
from polars.testing import assert_frame_equal

from crm_migration.load.import_files.rendering import rendered
from crm_migration.mapping.import_files import FORMULA_STARTS
from tests.import_files.records import FIELDS, KEY, NASTY, frames, layout, read, records, settings, write

WITHOUT_RETURNS = "=+-@\t\n'\",;<>& 0１张é\U00024b62＝"
WAYS = {
    "csv": {},
    "csv_german": {
        "separator": ";", "decimal_mark": ",", "date_format": "%d.%m.%Y", "moment_format": "%d.%m.%Y %H:%M:%S%z",
        "timezone": "Europe/Berlin", "encoding": "gb18030",
    },
    "csv_exact": {"formula_cells": "keep", "separator": "\t", "encoding": "utf-8"},
    "salesforce": {"preset": "salesforce"},
    "xlsx": {"format": "xlsx"},
    "xlsx_exact": {"format": "xlsx", "formula_cells": "keep", "readme": "file", "empty_word": "#LEER"},
    "xlsx_text_dates": {"format": "xlsx", "date_cells": False, "moment_format": "%Y/%m/%d %H:%M:%S.%f"},
    "zoho_empty": {"preset": "zoho", "empty_word": "#NULL"},
}  # fmt: skip
FEW = profile(max_examples=15)
FEWEST = profile(max_examples=3)
"""A workbook is read in a process of its own, which takes a second."""


@pytest.mark.parametrize("way", [way for way in WAYS if "xlsx" not in way])
@FEW
@given(frames())
def test_csv_comes_back(way, frame):
    _comes_back(way, frame)


@pytest.mark.parametrize("way", [way for way in WAYS if "xlsx" in way])
@FEWEST
@given(frames())
def test_xlsx_comes_back(way, frame):
    _comes_back(way, frame)


def _comes_back(way, frame):
    chosen = settings(**WAYS[way])
    with tempfile.TemporaryDirectory() as folder:
        written = write(Path(folder), [frame], chosen)
        assert written.refused.is_empty()
        again = read(Path(folder), written, chosen)
    assert_frame_equal(again.select(frame.columns), frame)
    assert not any(one.inexact for one in written.manifest.objects)


@pytest.mark.parametrize("way", ["csv", "csv_german", "csv_exact"])
@FEW
@given(frames(WITHOUT_RETURNS))
def test_pandas_reads_the_cells_of_csv(way, frame):
    chosen = settings(**WAYS[way])
    with tempfile.TemporaryDirectory() as folder:
        written = write(Path(folder), [frame.with_columns(_action=pl.lit("insert"))], chosen)
        path = Path(folder) / written.manifest.files[0].file
        read_back = pd.read_csv(
            path, sep=chosen.separator, encoding=chosen.encoding, dtype=str, keep_default_na=False, lineterminator=None
        )
    assert list(read_back.columns) == layout(chosen).labels
    cells = rendered(frame, layout(chosen), "insert").fill_null("")
    assert read_back.to_numpy().tolist() == [list(row) for row in cells.iter_rows()]


def test_pandas_reads_the_cells_of_xlsx(tmp_path):
    chosen = settings(format="xlsx", readme="file")
    frame = records([name for name in NASTY if "_x" not in name])
    written = write(tmp_path, [frame], chosen)
    sheet = pd.read_excel(
        tmp_path / written.manifest.files[0].file, dtype=object, keep_default_na=False, engine="openpyxl"
    )
    sheet.columns = layout(chosen).fields
    cells = rendered(frame, layout(chosen), "insert").fill_null("")
    for field in (KEY, "name", "parent", "phone", "active", "stage"):
        assert sheet[field].tolist() == cells[field].to_list()
    amounts = [Decimal(str(value)) if value != "" else None for value in sheet["amount"]]
    assert amounts == [None if text is None else Decimal(text) for text in frame["amount"]]
    assert [str(value)[:10] for value in sheet["founded"]] == cells["founded"].to_list()
    assert [str(value)[:19] for value in sheet["seen"]] == cells["seen"].to_list()


def test_an_xlsx_holds_texts_as_texts_and_no_formula(tmp_path):
    written = write(tmp_path, [records(NASTY)], settings(format="xlsx", formula_cells="keep"))
    package = zipfile.ZipFile(io.BytesIO((tmp_path / written.manifest.files[0].file).read_bytes()))
    sheets = [package.read(name).decode() for name in package.namelist() if "worksheets" in name]
    assert len(sheets) == 2
    assert not any(re.search(r"<f[ >/]", sheet) for sheet in sheets)
    assert len(re.findall("<row ", sheets[0])) == 1 + len(NASTY)
    for cell in re.findall(r'<c r="[A-Z]+[0-9]+" s="(\d+)" t="inlineStr"><is><t xml:space="preserve">(.)', sheets[0]):
        assert (cell[0] == "2") == (cell[1] in FORMULA_STARTS)
    assert "<v>0007</v>" not in sheets[0]
    assert '">0007<' in sheets[0]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_begins_like_a_formula_but_numbers_and_telephone_numbers(tmp_path, form):
    chosen = settings(format=form)
    cells = rendered(records(NASTY), layout(chosen), "insert")
    for name in cells.columns:
        for text in cells[name].drop_nulls():
            harmless = re.fullmatch(r"[+-][0-9]+([.][0-9]+)?(;ext=[0-9]+)?", text) and name not in ("name", "parent")
            assert harmless or text[0] not in FORMULA_STARTS, name
    assert cells["name"][NASTY.index("=1+1")] == "'=1+1"
    assert cells["name"][NASTY.index("'=1+1")] == "''=1+1"
    assert cells["phone"][0] == "+8613812345678"


def test_what_a_cell_does_not_say_is_counted(tmp_path):
    frame = records(["a", "b"]).with_columns(seen=pl.lit("2026-10-25 00:30:00.250000"))
    for form in ("csv", "xlsx"):
        written = write(tmp_path / form, [frame], settings(format=form))
        assert written.manifest.objects[0].inexact == {"seen": 2}
        assert "seen hold less than the record does" in (tmp_path / form / "README.txt").read_text()
    exact = settings(format="xlsx", moment_format="%Y-%m-%d %H:%M:%S.%f")
    assert write(tmp_path / "exact", [frame], exact).manifest.objects[0].inexact == {}
    # 01:30 is there twice in this night: the second one is read as the first.
    later = frame.with_columns(seen=pl.lit("2026-10-25 01:30:00.000000"))
    berlin = settings(timezone="Europe/Berlin")
    assert write(tmp_path / "berlin", [later], berlin).manifest.objects[0].inexact == {"seen": 2}


def test_every_form_of_field_is_tried():
    assert {column.form for column in layout(settings()).columns} == {
        "text", "phone", "number", "date", "moment", "boolean",
    }  # fmt: skip
    assert set(FIELDS) < set(records(["a"]).columns)
