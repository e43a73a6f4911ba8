"""LibreOffice opens the files, takes nothing in them for a formula, and what it saves holds the same records."""

import csv
import random

from polars.testing import assert_frame_equal

from crm_migration.load.import_files.reading import read_import_file
from tests.import_files.records import HOSTILE, KEY, NASTY, layout, records, settings, write

CSV = "Text - txt - csv (StarCalc)"
AS_TEXT = f"--infilter={CSV}:44,34,76,1,,0,true,false"
EVALUATED = f"--infilter={CSV}:44,34,76,1,,0,false,true,false,false,0,true"
TO_CSV = f"--convert-to\ncsv:{CSV}:44,34,76,1,,0,true,true,false"


def texts() -> list[str]:
    """Return texts without what a spreadsheet itself changes: returns at the end of lines."""
    chance, alphabet = random.Random(5), HOSTILE.replace("\r", "")
    return NASTY + ["".join(chance.choices(alphabet, k=chance.randint(1, 9))) for _ in range(400)]


def test_what_libreoffice_saves_holds_the_same_records(tmp_path, libreoffice):
    frame, saved = records(texts()), tmp_path / "saved"
    as_csv = settings(encoding="utf-8")
    as_xlsx = settings(format="xlsx", readme="file")
    sheet = write(tmp_path / "xlsx", [frame], as_xlsx).manifest.files[0].file
    lines = write(tmp_path / "csv", [frame], as_csv).manifest.files[0].file
    libreoffice(saved, TO_CSV, [tmp_path / "xlsx" / sheet])
    libreoffice(saved, f"{AS_TEXT}\n--convert-to\nxlsx", [tmp_path / "csv" / lines])
    wanted = frame.drop("_action").sort(KEY)
    names = layout(as_csv).fields
    from_xlsx = read_import_file(saved / f"{sheet[:-5]}.csv", layout(as_csv))
    assert_frame_equal(from_xlsx.sort(KEY), wanted.select(names))
    from_csv = read_import_file(saved / f"{lines[:-4]}.xlsx", layout(as_xlsx))
    assert_frame_equal(from_csv.sort(KEY), wanted.select(names))


def test_libreoffice_evaluates_nothing(tmp_path, libreoffice):
    names = [name for name in NASTY if "=" in name and "\n" not in name]
    quoted = [name if name == "{=1}" else f"'{name}" for name in names]
    frame, saved = records(names), tmp_path / "saved"
    control = tmp_path / "control.csv"
    control.write_text('"=1+1","\'=1+1"\r\n')
    files = {
        way: tmp_path / way / write(tmp_path / way, [frame], settings(**chosen)).manifest.files[0].file
        for way, chosen in {
            "csv": {"encoding": "utf-8"},
            "keep": {"format": "xlsx", "formula_cells": "keep"},
            "quote": {"format": "xlsx", "formula_cells": "quote"},
        }.items()
    }
    libreoffice(saved, f"{EVALUATED}\n{TO_CSV}", [control, files["csv"]])
    # Under the same options a formula that is not quoted is evaluated.
    assert _cells(saved / "control.csv") == [["2", "'=1+1"]]
    assert _names(saved / files["csv"].name) == quoted
    for way, wanted in (("keep", names), ("quote", quoted)):
        libreoffice(saved, TO_CSV, [files[way]])
        assert _names(saved / f"{files[way].stem}.csv") == wanted


def _cells(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def _names(path):
    return [row[1] for row in _cells(path)[1:]]
