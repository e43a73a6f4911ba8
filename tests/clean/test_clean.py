"""The room as a whole, on staged tables: every row comes out once."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from crm_migration.clean.clean import clean
from crm_migration.errors import InvalidValue, StagingMissing
from crm_migration.staging import RunFolder, has_table, open_table
from tests.clean.entities import FIELDS, mapping, run, stage

GOOD: dict[str, str | None] = {
    "id": "1", "name": "JOHN SMITH", "mail": "John@Example.com", "born": "2000-02-29", "amount": "12.5",
    "land": "Homeland", "phone": "01 5130000", "owner": "Ann@example.com", "account": "7", "deleted": "0",
}  # fmt: skip


def row(**changes: str | None) -> dict[str, str | None]:
    return {**GOOD, **changes}


def test_a_good_row_comes_out_typed(tmp_path: Path) -> None:
    found = run(tmp_path, [row()])
    assert found.clean.rows(named=True) == [
        {
            "_key": "1",
            "_row": 1,
            "name": "John Smith",
            "email": "John@example.com",
            "born": date(2000, 2, 29),
            "amount": Decimal("12.50"),
            "country": "AT",
            "phone": "+4315130000",
            "owner_id": "17",
            "account_id": "7",
            "origin": "legacy",
        }
    ]
    assert found.staged.rows == 1
    assert found.clean.schema["amount"] == pl.Decimal(14, 2)


def test_a_rejected_row_says_why_and_what_it_was(tmp_path: Path) -> None:
    found = run(tmp_path, [row(id="9", mail="secret@", amount="1.234", phone="private")])
    (line,) = found.rejected.rows(named=True)
    assert (line["_key"], line["_row"], line["field"], line["reason"]) == ("9", 1, "email", "email")
    fix = "correct it at the source, or change the field's rule in the mapping"
    assert line["message"] == (
        f"email: expected one e-mail address such as name@example.com in column 'mail', {fix}; "
        f"amount: expected a number with at most 12 digits before and 2 after '.' in column 'amount', {fix}"
    )
    assert "secret" not in line["message"]
    assert json.loads(line["raw"]) == row(id="9", mail="secret@", amount="1.234", phone="private")


def test_a_required_value_that_is_missing_is_told_as_such(tmp_path: Path) -> None:
    message = run(tmp_path, [{"id": "1"}], mapping(filters=[])).rejected["message"][0]
    assert message.startswith("name: expected a value that can be read in column 'name', correct it at the source")


def test_the_raw_row_keeps_nulls_and_odd_characters(tmp_path: Path) -> None:
    odd = row(mail='a"b\\c\n\x00\u2028💩', name="x", land=None)
    found = run(tmp_path, [odd])
    assert json.loads(found.rejected["raw"][0]) == odd
    assert found.rejected["reason"][0] == "nul"


def test_filters_come_first_and_the_first_names_the_row(tmp_path: Path) -> None:
    rows = [
        row(id="1", deleted=" 1 ", mail="bad"),
        row(id="2", name=" "),
        row(id="3", name=None, deleted="1"),
        row(id="4"),
    ]
    found = run(tmp_path, rows)
    assert found.filtered.rows() == [("1", 1, "deleted"), ("2", 2, "nameless"), ("3", 3, "deleted")]
    assert found.clean["_key"].to_list() == ["4"]
    assert found.staged.facts["filters"] == {"deleted": 2, "nameless": 1}


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"equals": ["b", " c"]}, ["a", None, ""]),
        ({"not_equals": ["a", "b"]}, ["a", "b "]),
        ({"is_null": True}, ["a", "b ", "c"]),
        ({"is_null": False}, [None, ""]),
        ({"equals": ["", "a"]}, ["b ", "c", None, ""]),
    ],
)
def test_what_filters_take_out(tmp_path: Path, rule: dict, kept: list[str | None]) -> None:
    plan = mapping(filters=[{"name": "rule", "column": "x", **rule}], fields={"origin": FIELDS["origin"]})
    values = ["a", "b ", "c", None, ""]
    found = run(tmp_path, [{"id": str(n), "x": value} for n, value in enumerate(values)], plan)
    assert [values[int(key)] for key in found.clean["_key"]] == kept


def test_a_row_without_key_is_rejected(tmp_path: Path) -> None:
    found = run(tmp_path, [row(id=None), row(id="  "), row(id="a\x00"), row(id=" 5 ")])
    assert found.clean["_key"].to_list() == ["5"]
    assert found.rejected.select("_key", "field", "reason").rows() == [
        ("⟨row 1⟩", "id", "key_missing"),
        ("⟨row 2⟩", "id", "key_missing"),
        ("⟨row 3⟩", "id", "nul"),
    ]


def test_all_rows_that_share_a_key_are_rejected_across_parts(tmp_path: Path) -> None:
    found = run(tmp_path, [row(id=key) for key in ["a", "b", "a ", "c", "a"]], part=2)
    assert sorted(found.clean["_key"]) == ["b", "c"]
    assert found.rejected["_key"].to_list() == ["a⟨row 1⟩", "a⟨row 3⟩", "a⟨row 5⟩"]
    assert set(found.rejected["reason"]) == {"key_duplicate"}


def test_a_filtered_copy_does_not_spoil_the_key(tmp_path: Path) -> None:
    found = run(tmp_path, [row(id="a"), row(id="a", deleted="1"), row(id="b", deleted="1"), row(id="b", deleted="1")])
    assert found.clean["_key"].to_list() == ["a"]
    assert found.rejected.is_empty()
    assert found.filtered["_key"].to_list() == ["a⟨row 2⟩", "b⟨row 3⟩", "b⟨row 4⟩"]


def test_a_key_that_looks_like_a_label_cannot_pass_for_one(tmp_path: Path) -> None:
    found = run(tmp_path, [row(id="⟨row 2⟩"), row(id=None), row(id="a⟨row 4⟩"), row(id="a"), row(id="a")])
    assert found.clean.is_empty()
    assert len(set(found.keys)) == 5
    assert set(found.rejected["reason"]) == {"key_missing", "key_duplicate"}


def test_a_key_of_two_columns(tmp_path: Path) -> None:
    plan = mapping(key=["id", "part"])
    rows = [
        row(id="1", part="x"),
        row(id="1", part="y"),
        row(id="1", part=None),
        row(id="1|y", part="z"),
        row(id="1", part="y|z"),
    ]
    found = run(tmp_path, rows, plan)
    assert found.clean["_key"].to_list() == ["1|x", "1|y", "1\\|y|z", "1|y\\|z"]
    assert found.rejected.select("_key", "field", "reason").rows() == [("⟨row 3⟩", "id, part", "key_missing")]


def test_a_bad_key_is_told_beside_the_bad_fields(tmp_path: Path) -> None:
    found = run(tmp_path, [row(id=None, mail="bad")])
    assert found.rejected["message"][0].startswith("key: expected a value in column 'id'")
    assert "; email: expected one e-mail address" in found.rejected["message"][0]


def test_facts(tmp_path: Path) -> None:
    rows = [
        row(id="1"),
        row(id="2", born="0000-00-00", phone="ask Ann", amount=None),
        row(id="3", born="31.02.2020", owner="bob@example.com"),
        row(id="4", mail="bad"),
        row(id="5", deleted="1", mail="bad"),
    ]
    facts = run(tmp_path, rows, part=2).staged.facts
    assert (facts["rejected"], facts["filtered"]) == (1, 1)
    assert facts["invalid"] == {
        "email": {"email": 1},
        "born": {"zero_date": 1, "date": 1},
        "phone": {"phone": 1},
        "owner_id": {"owner": 1},
    }
    assert facts["changed"] == {
        "name": 3, "email": 3, "born": 2, "amount": 1, "country": 3, "phone": 2, "owner_id": 1,
        "account_id": 0, "origin": 0,
    }  # fmt: skip
    assert facts["filled_before"] == {**dict.fromkeys(FIELDS, 3), "amount": 2}
    assert facts["filled_after"] == {**dict.fromkeys(FIELDS, 3), "born": 1, "owner_id": 2}
    assert json.loads(json.dumps(facts)) == facts


def test_fail_stops_the_run_and_leaves_nothing(tmp_path: Path) -> None:
    plan = mapping(fields={**FIELDS, "email": {**FIELDS["email"], "on_invalid": "fail"}})
    rows = [row(id="1"), row(id="2", mail="hidden@"), row(id="3", mail="hidden too")]
    with pytest.raises(InvalidValue) as caught:
        run(tmp_path, rows, plan, part=1)
    assert str(caught.value) == (
        "source 'crm', entity 'contact', field 'email': 2 value(s) cannot be read, the first in the row with "
        "key '2'; correct them at the source, or set the field's on_invalid to reject or null"
    )
    folder = RunFolder(str(tmp_path), "crm", "run")
    assert not any(has_table(folder, "contact", step) for step in ("clean", "rejected", "filtered"))
    assert not list(Path(folder.table("contact", "clean")).glob("part-*"))


def test_no_rows_give_empty_tables_with_columns(tmp_path: Path) -> None:
    found = run(tmp_path, [])
    assert found.clean.columns == ["_key", "_row", *FIELDS]
    assert found.clean.schema["born"] == pl.Date
    assert found.rejected.columns == ["_key", "_row", "field", "reason", "message", "raw"]
    assert found.filtered.columns == ["_key", "_row", "filter"]


def test_tables_have_the_same_types_whatever_the_rows(tmp_path: Path) -> None:
    one, none = (
        run(tmp_path / "a", [row(), row(id="2", mail="bad"), row(id="3", deleted="1")]),
        run(tmp_path / "b", []),
    )
    for table in ("clean", "rejected", "filtered"):
        assert getattr(one, table).schema == getattr(none, table).schema


def test_a_part_cleaned_in_pieces_comes_out_as_if_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(id=str(number), mail="bad" if number == 3 else f"{number}@example.com") for number in range(5)]
    rows += [row(id="4"), row(id="6", deleted="1")]
    whole = run(tmp_path / "whole", rows)
    monkeypatch.setattr("crm_migration.clean.work.PIECE_ROWS", 2)
    found = run(tmp_path / "pieces", rows)
    assert found.clean.equals(whole.clean)
    assert found.rejected.equals(whole.rejected)
    assert found.filtered.equals(whole.filtered)
    assert found.staged.facts == whole.staged.facts
    assert [frame.height for frame in found.staged.frames()] == [2, 1]


def test_cleaning_again_replaces_the_tables(tmp_path: Path) -> None:
    first, second = run(tmp_path, [row()] * 3, part=1), run(tmp_path, [row()], part=1)
    assert (first.rejected.height, second.rejected.height) == (3, 0)
    assert second.clean.height == 1


def test_without_extract_there_is_nothing_to_clean(tmp_path: Path) -> None:
    with pytest.raises(StagingMissing, match="no finished 'extract' table"):
        clean(mapping(), "contact", RunFolder(str(tmp_path), "crm", "run"), {})


def test_an_extract_of_another_mapping_is_refused(tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path), "crm", "run")
    stage(folder, mapping(), [row()])
    wider = mapping(fields={**FIELDS, "city": {"kind": "text", "from": "city"}})
    with pytest.raises(StagingMissing, match=r"expected column\(s\) city .* clear the extract task"):
        clean(wider, "contact", folder, {})
    assert open_table(folder, "contact", "extract").rows == 1


def test_flags_are_counted_and_lead_to_their_rows(tmp_path: Path) -> None:
    rows = [row(id=str(n), phone="ask Ann") for n in range(7)] + [row(id="9", phone="ask Ann", mail="x")]
    found = run(tmp_path, rows, part=3)
    assert found.staged.facts["flags"] == {"phone": {"kept_phone": 7}}
    flagged = open_table(RunFolder(str(tmp_path), "crm", "run"), "contact", "flagged").frame()
    assert flagged.columns == ["_key", "_row", "field", "flag"]
    assert flagged.rows() == [(str(n), n + 1, "phone", "kept_phone") for n in range(5)]
