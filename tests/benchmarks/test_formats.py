"""The benchmark of formats reads every format to its end on little data, in processes that import what they need."""

import sys
from pathlib import Path

import pytest

from benchmarks import format_steps, formats, measure


@pytest.mark.parametrize("kind", ["csv", "ndjson", "json", "xml"])
def test_each_format_is_staged_and_read_plainly(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"120.{kind}"
    formats.WRITERS[kind](path, 120)
    assert format_steps.extract_file(path, tmp_path / "staging") == format_steps.PLAIN[kind](path) == 120


def test_a_step_is_a_process_that_says_what_its_work_took(tmp_path: Path) -> None:
    path = tmp_path / "50.csv"
    formats.write_csv(path, 50)
    found = measure.python(formats.STEPS, "extract", str(path), str(tmp_path / "staging"))
    assert (found.error, found.rows) == (None, 50)
    assert 0 < found.seconds < found.process_seconds


def test_files_of_this_machine_are_staged_without_libraries_that_take_long_to_import(tmp_path: Path) -> None:
    path = tmp_path / "5.csv"
    formats.write_csv(path, 5)
    code = (
        "import sys; from pathlib import Path; from benchmarks import format_steps as steps;"
        f"steps.extract_file(Path({str(path)!r}), Path({str(tmp_path)!r}));"
        "slow = {'sqlalchemy', 'psycopg', 'pymysql', 'pandas', 'fsspec'} & sys.modules.keys();"
        "sys.exit(', '.join(sorted(slow)) or None)"
    )
    assert measure.run("imports", [sys.executable, "-c", code]).error is None
