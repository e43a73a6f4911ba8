"""What a person sees before everything is loaded: figures, examples side by side, and foreign text as text."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.errors import StagingMissing
from crm_migration.report.approval import Approval, read_answer, write_answer
from crm_migration.report.markdown import code, table
from crm_migration.report.model import OutcomeCounts, Rejection, Sample
from crm_migration.report.sample_examples import ExampleLine, ExampleRecord
from crm_migration.report.sample_page import markdown, read_question, write_question
from crm_migration.report.sample_question import Ahead, Pace, Question
from crm_migration.staging import RunFolder

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png)",
    "[press](javascript:alert(1))",
    "http://evil.example me@evil.example www.evil.example",
    "`` ` ``",
    "a | b \\| c \\\\| d",
    "{{ ti.xcom_pull() }} {% raw %}",
    "one\r\ntwo\n\n# three",
    "\u202egnp.exe\u2066",
    "=cmd()",
    " ",
]
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)")


def asked(value: str = "Müller", **changes: Any) -> Question:
    """Return a question about two accounts, of which one is shown."""
    lines = (ExampleLine("name", (("nm", value),), value), ExampleLine("city", (("town", None),), None))
    sample = Sample(records=2, of=100, why=(), uncovered=(f"stage = {value}: no record holds it",))
    rejected = Rejection(reason="email", field="email", step="clean", rows=3, examples=())
    ahead = Ahead("account", OutcomeCounts(inserted=90, updated=5, unchanged=5, rejected=3), sample, (rejected,), None)
    known: dict[str, Any] = {
        "source": "old", "target": "new", "run_id": "r", "ahead": (ahead,), "checks": None,
        "examples": (ExampleRecord("account", "a1", "name longest", 2, lines),), "pace": Pace(50.0, "this sample"),
    }  # fmt: skip
    return Question(**known | changes)


def cells(line: str) -> list[str]:
    """Return the cells of a table's line as GitHub's Markdown cuts them: a backslash keeps what follows."""
    return re.findall(r"(?:\\[\\|]|[^|])+", line.strip().removeprefix("|").removesuffix("|"))


@pytest.mark.parametrize("value", HOSTILE)
def test_foreign_text_stays_text_in_markdown_and_page(value: str, tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path), "old", "r")
    written = write_question(asked(value), folder, with_examples=True)
    told = read_question(folder)
    outside = "\n".join(SPAN.sub("", line) for line in told.splitlines())
    assert not re.search(r"evil|script|xcom|gnp|cmd\(|three|\u202e", outside)
    assert [line for line in told.splitlines() if line.startswith("#") and "three" in line] == []
    rows = [line for line in told.splitlines() if line.startswith("| `name`")]
    assert [len(cells(row)) for row in rows] == [3]
    page = Path(written["html"]).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page


@given(text=st.text(max_size=60) | st.text(alphabet="`|\\ <>!\n", max_size=30))
def test_any_text_is_one_span_of_code_in_one_cell(text: str) -> None:
    row = table(["A", "B"], [[code(text), "end"]]).splitlines()[-1]
    assert len(row.splitlines()) == 1
    assert [cell.strip() for cell in cells(row)][1:] == ["end"]
    assert SPAN.sub("", code(text)) == ""


def test_examples_are_left_to_the_page_unless_the_mapping_shows_them(tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path), "old", "r")
    written = write_question(asked("Secretname"), folder, with_examples=False)
    told = read_question(folder)
    assert "Secretname" not in told.replace("stage = Secretname", "")
    assert written["html"] in told
    assert "approval_examples: true" in told
    assert "Secretname" in Path(written["html"]).read_text(encoding="utf-8")
    shown = markdown(asked("Secretname"), "page", with_examples=True)
    assert "| `name` | `nm` `Secretname` | `Secretname` |" in shown


def test_it_says_what_the_full_load_will_do_and_how_long_it_takes() -> None:
    told = markdown(asked(), "page", with_examples=False)
    assert "| `account` | 90 | 5 | 5 | 2 | 0 | 3 | 0 |" in told
    assert "about **2.0 s** at the pace of this sample (50 records a second)" in told
    assert "| `account` | 2 | 2.0% | 1 |" in told
    assert "- `account`: `stage = Müller: no record holds it`" in told
    assert "| `account` | Not an e-mail address | `email` | 3 |" in told or "| `email` | 3 |" in told
    assert "about" not in markdown(asked(pace=None), "page", with_examples=False)


def test_a_body_stays_short_enough_to_be_shown() -> None:
    lines = tuple(ExampleLine(f"field_{number}", (("column", "x" * 900),), "y" * 900) for number in range(60))
    many = tuple(ExampleRecord("account", f"a{number}", "random", 1, lines) for number in range(20))
    told = markdown(asked(examples=many), "page", with_examples=True)
    assert len(told) < 70_000
    assert "more record" in told


@pytest.mark.parametrize(
    ("by", "told"),
    [("Ann", "approved by Ann"), (None, "approved by the mapping's on_timeout, as nobody answered in time")],
)
def test_an_answer_is_kept_with_who_gave_it(tmp_path: Path, by: str | None, told: str) -> None:
    folder = RunFolder(str(tmp_path), "old", "r")
    assert read_answer(folder) is None
    write_answer(folder, Approval(answer="approved", by=by, at=datetime(2026, 1, 1, tzinfo=UTC)))
    found = read_answer(folder)
    assert found is not None
    assert (found.told, found.at.year) == (told, 2026)


def test_a_question_that_is_gone_is_missed_with_advice(tmp_path: Path) -> None:
    with pytest.raises(StagingMissing, match="clear 'describe_sample'"):
        read_question(RunFolder(str(tmp_path), "old", "r"))
