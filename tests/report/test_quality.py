"""Fields before and after cleaning, and proposals for codes without an entry: what the report says of them."""

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from rich.console import Console

from crm_migration.clean.profile import NO_ENTRIES, PROFILE
from crm_migration.mapping.model import Choice, Mapping
from crm_migration.report import views
from crm_migration.report.assemble import report
from crm_migration.report.console import print_report
from crm_migration.report.model import Report
from crm_migration.report.page import render_html
from crm_migration.report.profile import LONGEST_LISTED, VALUES_LISTED, nearest
from tests.report.staged_run import HOSTILE, Builder, facts, mapping

CHOICE: dict[str, Any] = {
    "kind": "choice", "from": "st", "values": {"CUST": "Customer", "lead": "Lead", "": "None", "gone": ""},
}  # fmt: skip


def with_choice() -> Mapping:
    data = mapping().model_dump(by_alias=True)
    data["entities"]["contact"]["fields"]["origin"] = CHOICE
    return Mapping.model_validate(data)


def made(root: Path, entries: list[tuple[str, str | None, int]]) -> Report:
    run = Builder(root, rows=200).everything()
    side = {"rows": 200, "filled": 150, "more": False, "shortest": 2, "longest": 9, "top": []}
    lines = [
        {**side, "field": "email", "side": "before", "distinct": 50_000, "more": True},
        {**side, "field": "email", "side": "after", "distinct": 90, "filled": 140},
        {**side, "field": "origin", "side": "before", "distinct": 2, "top": [{"value": HOSTILE, "rows": 3}]},
        {**side, "field": "origin", "side": "after", "distinct": 1, "top": [{"value": "Customer", "rows": 3}]},
    ]
    run.write("contact", "profile", pl.DataFrame(lines, schema=PROFILE))
    run.write("contact", "no_entry", pl.DataFrame(entries, schema=NO_ENTRIES, orient="row"))
    clean = run.folder.table("contact", "clean")
    manifest = Path(clean) / "manifest.json"
    told = '"facts": {"invalid": {"email": {"email": 10}}, "flags": {"email": {"role": 4}},'
    manifest.write_text(manifest.read_text().replace('"facts": {', told))
    return report(with_choice(), run.folder, facts())


ENTRIES: list[tuple[str, str | None, int]] = [
    ("origin", "Custmer", 14),
    ("origin", "zzz", 30),
    ("origin", HOSTILE, 2),
    ("origin", "l" * (LONGEST_LISTED + 1), 5),
    ("origin", None, 7),
]


def contact(found: Report) -> Any:
    return next(entity for entity in found.entities if entity.name == "contact")


def test_a_field_is_told_on_both_sides_with_its_reasons_and_flags(tmp_path: Path) -> None:
    email, origin = views.profiled(contact(made(tmp_path, [])))
    assert (email.before.filled, email.after.filled, email.invalid, email.flags) == (
        150,
        140,
        {"email": 10},
        {"role": 4},
    )
    assert [value.value for value in origin.after.top] == ["Customer"]


def test_proposals_are_the_most_alike_and_long_values_stay_out(tmp_path: Path) -> None:
    found = contact(made(tmp_path, ENTRIES)).quality.no_entry
    assert [(entry.value, entry.rows, entry.proposal) for entry in found.listed] == [
        ("zzz", 30, None), ("Custmer", 14, "Customer"), (HOSTILE, 2, None),
    ]  # fmt: skip
    assert found.more_rows == 12


def test_what_may_be_pasted_is_yaml_of_the_mapping(tmp_path: Path) -> None:
    entries = [*ENTRIES, ("origin", 'cust"\n: x', 3), ("origin", "LEAD\u202e", 1), ("origin", "客Lead", 1)]
    text = views.entries_to_paste(contact(made(tmp_path, entries)))
    values = yaml.safe_load(text)["contact"]["fields"]["origin"]["values"]
    assert values == {"Custmer": "Customer", "LEAD\u202e": "Lead", "客Lead": "Lead"}
    assert '        "Custmer": "Customer"  # 14 rows, 93% alike' in text
    assert '        # "zzz": ""  # 30 rows' in text
    assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_only_so_many_are_listed(tmp_path: Path) -> None:
    entries = [("origin", f"code {n}", 1) for n in range(VALUES_LISTED + 9)]
    found = contact(made(tmp_path, entries)).quality.no_entry
    assert (len(found.listed), found.more_rows) == (VALUES_LISTED, 9)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Custmer", "Customer"),
        ("customr", "Customer"),
        ("cusst", "Customer"),
        ("Laed", "Lead"),
        ("x", None),
        ("goner", None),
    ],
)
def test_nearest(value: str, expected: str | None) -> None:
    assert nearest(value, Choice.model_validate(CHOICE))[0] == expected


def test_page_and_console_tell_it_and_the_console_without_values(tmp_path: Path) -> None:
    found = made(tmp_path, ENTRIES)
    page = render_html(found)
    assert "&gt; 50,000" in page
    assert "Custmer" in page
    assert HOSTILE not in page
    shown = io.StringIO()
    print_report(found, Console(file=shown, width=160))
    assert "Custmer" not in shown.getvalue()
    told = shown.getvalue()
    (line,) = [line for line in told[told.index("Data quality") :].splitlines() if line.strip().startswith("contact")][
        :1
    ]
    assert line.split() == ["contact", "2", "142", "10", "4", "3", "1"]


def test_a_run_of_before_has_none(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=50).everything()
    found = report(mapping(), run.folder, facts())
    assert contact(found).quality.profile is None
    assert "Not reached: the run stopped before cleaning" in render_html(found)
