"""Cleaning in parts: the tables are those of cleaning in one piece, whoever cleans which part and when."""

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.clean import profile
from crm_migration.clean.clean import clean
from crm_migration.clean.parts import clean_part
from crm_migration.clean.work import SORTED, Work
from crm_migration.errors import InvalidValue, StagingMissing
from crm_migration.staging import RunFolder, open_table
from tests.clean.entities import FIELDS, mapping, stage

TABLES = (*SORTED, "profile", "no_entry")
LOOKUPS = {"owner_id": {"ann@example.com": "17"}}
STAGE = {"kind": "choice", "from": "stage", "values": {"won": "Won", "lost": "Lost"}, "on_invalid": "null"}
MORE = {**FIELDS, "stage": STAGE}
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from([None, "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
            "name": st.sampled_from([None, "JOHN SMITH", "Ann & Bob", "x" * 50, "Wang Wei"]),
            "mail": st.sampled_from([None, "a@example.com", "info@example.com", "bad@", "a@gmial.com"]),
            "born": st.sampled_from(["2000-02-29", "2000-02-30", None]),
            "amount": st.sampled_from(["1", "1.234", None]),
            "land": st.sampled_from(["Homeland", "Congo", "nowhere"]),
            "stage": st.sampled_from(["won", "lost", "lots", "open", None]),
            "deleted": st.sampled_from(["0", "1"]),
            "owner": st.sampled_from(["Ann@example.com", "nobody"]),
        }
    ),
    max_size=60,
)


def planned(parts: int, **entity):
    return mapping(**{"fields": MORE, "parts": parts, **entity})


def tables(folder: RunFolder) -> dict[str, list[tuple]]:
    """Return the rows of every table that cleaning writes; those for a person to look at in an order of their own."""
    found = {step: open_table(folder, "contact", step).frame().rows() for step in TABLES}
    return found | {"flagged": sorted(found["flagged"])}


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, parts=st.integers(2, 7), staged=st.integers(1, 30))
def test_parts_make_the_tables_of_one_piece(rows: list[dict[str, str | None]], parts: int, staged: int) -> None:
    with tempfile.TemporaryDirectory() as root:
        one, several = (RunFolder(root, "crm", name) for name in ("one", "several"))
        stage(one, planned(1), rows, staged)
        stage(several, planned(parts), rows, staged)
        whole = clean(planned(1), "contact", one, LOOKUPS)
        together = clean(planned(parts), "contact", several, LOOKUPS)
        assert tables(several) == tables(one)
        assert together.facts == whole.facts
        assert together.rows + together.facts["rejected"] + together.facts["filtered"] == len(rows)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(str(tmp_path), "crm", "run")


def rows_of(count: int) -> list[dict[str, str | None]]:
    return [
        {"id": f"{n}", "name": f"Person {n}", "mail": f"p{n}@example.com", "stage": f"s{n % 7}"} for n in range(count)
    ]


def work(folder: RunFolder, **entity) -> Work:
    return Work(planned(3, **entity), "contact", folder, LOOKUPS)


def test_staged_parts_are_taken_over_as_they_are(folder: RunFolder) -> None:
    stage(folder, planned(3), rows_of(90), 25)
    parts = [clean_part(work(folder), number) for number in (2, 0, 1)]
    assert [part.rows for part in parts] == [30, 30, 30]
    kept = [open_table(folder, "contact", f"clean_{number}_of_3").frame() for number in range(3)]
    assert clean(planned(3), "contact", folder, LOOKUPS).frame().equals(pl.concat(kept))


def test_a_part_of_other_rows_or_another_mapping_is_cleaned_anew(folder: RunFolder) -> None:
    stage(folder, planned(3), rows_of(90))
    clean_part(work(folder), 0)
    changed = {**MORE, "name": {"kind": "constant", "value": "same"}}
    assert set(clean(planned(3, fields=changed), "contact", folder, LOOKUPS).frame()["name"]) == {"same"}
    clean_part(work(folder), 0)
    stage(folder, planned(3), rows_of(9))
    assert clean(planned(3), "contact", folder, LOOKUPS).rows == 9


def test_parts_are_dropped_once_they_are_put_together(folder: RunFolder) -> None:
    stage(folder, planned(3), rows_of(9))
    clean(planned(3), "contact", folder, LOOKUPS)
    steps = {path.name for path in Path(folder.table("contact", "clean")).parent.iterdir()}
    assert steps == {"extract", *TABLES}


def test_what_stops_a_run_names_the_first_row_of_all(folder: RunFolder) -> None:
    strict = {**MORE, "born": {"kind": "date", "from": "born", "on_invalid": "fail"}}
    rows = [{**row, "born": "bad" if number in (40, 41, 80) else None} for number, row in enumerate(rows_of(90))]
    stage(folder, planned(3, fields=strict), rows)
    with pytest.raises(InvalidValue, match=r"3 value\(s\) cannot be read, the first in the row with key '40'"):
        clean(planned(3, fields=strict), "contact", folder, LOOKUPS)
    with pytest.raises(StagingMissing):
        open_table(folder, "contact", "clean")


def test_many_values_are_counted_as_in_one_piece(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "DISTINCT_COUNTED", 50)
    monkeypatch.setattr(profile, "VALUES_HELD", 5)
    stage(folder, planned(3), rows_of(90))
    one = replace(folder, run_id="one")
    stage(one, planned(1), rows_of(90))
    clean(planned(3), "contact", folder, LOOKUPS)
    clean(planned(1), "contact", one, LOOKUPS)
    told, meant = (open_table(place, "contact", "profile").frame() for place in (folder, one))
    assert told.equals(meant)
    assert told.filter(field="name", side="after").select("distinct", "more").rows() == [(50, True)]
    unknown = open_table(folder, "contact", "no_entry").frame()
    assert unknown["rows"].sum() == 90
    assert unknown["value"].null_count() == 1


def test_a_part_made_by_other_code_of_a_function_is_cleaned_anew(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "own_functions_of_parts.py"
    module.write_text("def shout(names):\n    return names.str.upper()\n")
    spelled = {**MORE, "name": {"kind": "text", "from": "name", "function": "own_functions_of_parts:shout"}}
    stage(folder, planned(3, fields=spelled), rows_of(9))
    before = clean_part(work(folder, fields=spelled), 0)
    module.write_text("def shout(names):\n    return names.str.lower()\n")
    assert work(folder, fields=spelled).digest != before.facts["made_of"]
