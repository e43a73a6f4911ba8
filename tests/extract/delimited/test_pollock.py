"""Pollock's polluted files, each with its clean version: what is kept is right, the rest is rejected or refused.

Rule: the rows kept are the rows of the clean version, in their order, with the same names; each clean row that is not
kept has a rejected row that says why. A file is *exact* (nothing rejected), *partial*, or *refused* by name; anything
else would be wrong in silence.
"""

import codecs
import csv
import io
import tarfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.delimited.records import LINE_END
from crm_migration.extract.delimited.stream import decoded
from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import Outcome, read

# The clean version joins the two lines of names; we keep the first, and reject the second as no row.
TWO_NAMES = "file_header_multirow_2.csv"
# The clean version keeps the first of two tables. We reject the second line of names and read on, exactly what the
# second table spells, which is not all that the first one does.
TWO_TABLES = "file_multitable_same.csv"

# Only the parameters tell that two quotation marks stand for one here, where neither quotes.
DECLARED = {"file_quotation_char_0x27.csv": DelimitedOptions(escape='"')}


def unpacked(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def sample(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(shared_data / "files/pollock/pollock_sample.tar.xz", tmp_path_factory.mktemp("pollock"))


@pytest.fixture(scope="module")
def survey(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("survey")
    return unpacked(shared_data / "files/pollock/pollock_survey_sample_small.tar.xz", folder) / "survey_sample"


def test_pollock_sample(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdicts: dict[str, list[str]] = {"exact": [], "partial": [], "refused": []}
    for path in sorted((sample / "csv").iterdir()):
        verdicts[_verdict(path, sample / "clean" / path.name)].append(path.name)

    counts = {verdict: len(names) for verdict, names in verdicts.items()}
    with capsys.disabled():
        print(f"\nPollock sample: {counts}")  # noqa: T201 (the measure of this reader)
    assert verdicts["refused"] == [name for name in verdicts["refused"] if "_row0_" in name]
    assert counts == {"exact": 6, "partial": 204, "refused": 1}


def read_or_refused(path: Path) -> Outcome | None:
    try:
        return read(path, DECLARED.get(path.name))
    except SourceUnreadable as refusal:
        if not str(refusal).startswith(f"{path.name}: line "):
            raise
        return None


def _verdict(path: Path, clean: Path) -> str:
    found = read_or_refused(path)
    if found is None:
        return "refused"
    names, rows = _clean(clean)
    assert found.columns == (found.columns if path.name == TWO_NAMES else names)
    kept = [tuple(value or "" for value in row) for row in found.kept]
    if path.name == TWO_TABLES:
        second = next(line for line, fault, _, _ in found.rejected if fault == "header")
        kept = [row for row, line in zip(kept, found.lines, strict=True) if line < second]
        assert kept == rows
    assert _in_order(kept, rows), path.name
    assert len(rows) - len(kept) <= len(found.rejected), path.name
    _check_lines(path, found)
    return "partial" if found.rejected else "exact"


def _clean(path: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    return names, [tuple(row) for row in rows]


def _in_order(part: Iterable[object], whole: Iterable[object]) -> bool:
    rest = iter(whole)
    return all(row in rest for row in part)


def _check_lines(path: Path, found: Outcome) -> None:
    """Check that the rows stand on lines of their own, and that a rejected row's text is that line's."""
    lines = LINE_END.split(decoded(path.read_bytes(), final=True))
    at = [*found.lines, *(line for line, *_ in found.rejected)]
    assert len(set(at)) == len(at)
    for line, _, _, raw in found.rejected:
        assert raw.startswith(lines[line - 1][:100])


def test_pollock_survey(survey: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Real files of open data: each line with content is in a row, before the names, or in a named refusal."""
    counts: Counter[str] = Counter()
    for path in sorted((survey / "csv").iterdir()):
        found = read_or_refused(path)
        if found is None:
            counts["refused"] += 1
        else:
            counts["rejected rows" if found.rejected else "whole"] += 1
            _check_account(path, found)
    with capsys.disabled():
        print(f"\nPollock survey: {dict(counts)}")  # noqa: T201 (the measure of this reader)
    assert counts.total() == 84
    assert counts["whole"] >= 55


def _check_account(path: Path, found: Outcome) -> None:
    """Check the number of rows against a count by Python's own reader, which never rejects."""
    details = found.reading.facts.details
    text = decoded(path.read_bytes().removeprefix(codecs.BOM_UTF8), final=True)
    if not found.columns:
        assert not text.strip()
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=details["delimiter"], quotechar=details["quote"])
    counted = sum(any(row) and reader.line_num > details["header_row"] for row in reader)
    names = 1 if details["header_row"] and "\n" in "".join(found.columns) else 0
    assert found.rows == counted - names, path.name
