"""No file of the data sets is lost in silence, crashes the process, takes much memory or reaches out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm_migration.extract.workbook.process import CHILD

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("all-files")

HERE = Path(__file__).parent
MOST_MB = 600
READ = ("csv", "txt", "xlsx", "xlsm", "xls", "xlsb", "ods", "json", "ndjson", "jsonl", "xml", "gz", "zip")
SECONDS = 240
REFUSED = {
    "hostile/xlsx": {
        "bomb_6M_cells_300MB.xlsx", "bomb_one_cell_300MB.xlsx", "empty_0_bytes.xlsx", "html_as.xls",
        "laughs_sheet.xlsx", "not_a_zip.xlsx", "xxe_sheet.xlsx",
    },
    "hostile/zip": {"slip.zip"},
    "hostile/csv": {"duplicate_headers.csv"},
    "files/calamine": {"pass_protected.xlsx", "too_small.xls"},
}  # fmt: skip


@pytest.fixture(scope="module")
def ended(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """How reading each file ended, by its path below the data sets."""
    paths = sorted(
        path
        for folder in ("files", "hostile", "adventureworks", "dedupe")
        for path in (shared_data / folder).rglob("*")
        if path.is_file() and path.suffix[1:] in READ and "tar" not in path.name
    )
    listed = tmp_path_factory.mktemp("all") / "paths"
    listed.write_text("\n".join(map(str, paths)))
    before, staging = snapshot(shared_data), listed.parent / "staging"
    ran = watched(staging, str(HERE / "read_everything.py"), str(listed))
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, f"{ran.stderr[-2000:]} after {lines[-1:]}"
    assert marks(staging, "violation") == []
    assert set(marks(staging, "watched")) == {"parent", "child"}
    assert snapshot(shared_data) == before
    assert {path.name for path in listed.parent.iterdir()} == {"paths", "staging"}
    return {str(Path(line["path"]).relative_to(shared_data)): line for line in lines}


def watched(staging: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python so that it and its children may open no file but those of `staging` and those it says it reads."""
    staging.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (HERE / "watch", HERE.parents[1], HERE.parents[1] / "plugins"))),
        "TMPDIR": str(staging),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, check=False, timeout=SECONDS, env=environment, cwd=staging.parent,
    )  # fmt: skip


def marks(staging: Path, kind: str) -> list[str]:
    """Return what the watched processes left behind."""
    return [str(path.readlink()) for path in staging.glob(f".{kind}-*")]


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/hostname')",
        "open('taken', 'w')",
        "import os; os.open('/etc/hostname', os.O_RDONLY)",
        "import os; os.rename('paths', 'elsewhere')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_the_watch_sees_what_reading_never_needs(tmp_path: Path, code: str) -> None:
    (tmp_path / "paths").touch()
    ran = watched(tmp_path / "staging", "-c", code)
    assert (ran.returncode, "forbidden" in ran.stderr) == (99, True), ran.stderr
    assert len(marks(tmp_path / "staging", "violation")) == 1


@pytest.mark.parametrize("code", ["open('other')", f"import subprocess; subprocess.run(['python', '-m', '{CHILD}'])"])
def test_the_watch_sees_more_than_the_workbook_in_the_process_that_opens_it(tmp_path: Path, code: str) -> None:
    for name in ("book", "other"):
        (tmp_path / name).touch()
    ran = watched(tmp_path / "staging", "-c", f"open('book').close(); {code}", CHILD, "book")
    assert ran.returncode == 99, ran.stderr
    assert marks(tmp_path / "staging", "watched") == ["child"]
    assert len(marks(tmp_path / "staging", "violation")) == 1


def test_every_file_is_read_or_refused_by_name(ended: dict[str, dict]) -> None:
    assert len(ended) > 200
    for path, line in ended.items():
        if "refused" in line:
            assert line["refused"] == "SourceUnreadable", line
            assert line["message"].startswith(Path(path).name), line
            assert len(line["message"]) < 1000, line
        else:
            assert (line["rejected"] > 0) == bool(line["faults"]), line


def test_no_file_takes_much_memory(ended: dict[str, dict]) -> None:
    greedy = {path: line["peak_mb"] for path, line in ended.items() if line["peak_mb"] > MOST_MB}
    assert greedy == {}


@pytest.mark.parametrize("folder", sorted(REFUSED))
def test_what_must_not_be_read_is_refused(ended: dict[str, dict], folder: str) -> None:
    refused = {
        Path(path).name for path, line in ended.items() if Path(path).parent == Path(folder) and "refused" in line
    }
    assert REFUSED[folder] <= refused


def test_xml_with_a_doctype_is_refused(ended: dict[str, dict], shared_data: Path) -> None:
    for path, line in ended.items():
        if (
            path.startswith("hostile/xml")
            and path.endswith(".xml")
            and b"<!DOCTYPE" in (shared_data / path).read_bytes()
        ):
            assert "refused" in line, path


@pytest.mark.parametrize(
    ("path", "kept", "rejected"),
    [
        ("hostile/csv/formula_injection.csv", 17, 0),
        ("hostile/csv/sql_and_template_values.csv", 28, 0),
        ("hostile/json/ndjson_one_bad_line.ndjson", 2, 1),
        ("hostile/csv/10000_columns.csv", 1, 0),
        # A cell in the last row and column of a sheet costs no more than any other.
        ("hostile/xlsx/dimension_lie_XFD1048576.xlsx", 1, 0),
        ("dedupe/febrl1/records.csv", 1000, 0),
    ],
)
def test_known_counts(ended: dict[str, dict], path: str, kept: int, rejected: int) -> None:
    assert (ended[path].get("kept"), ended[path].get("rejected")) == (kept, rejected), ended[path]
