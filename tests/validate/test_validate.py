"""A load as meant is green, on every database; whatever is wrong in the target is found, and named by its key."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from crm_migration.errors import ValidationFailed
from crm_migration.validate.checks import raise_if_failed
from tests.validate.line import Line, failed, picked

FOREIGN = (
    "INSERT INTO contact (legacy_id, last_name, email, stage, origin) VALUES (NULL, 'X', 'no address', 'Odd', 'crm')",
    "INSERT INTO account (legacy_id, country) VALUES ('old-1', '??')",
)


FOREIGN = (
    "INSERT INTO contact (legacy_id, last_name, email, stage, origin) VALUES (NULL, 'X', 'no address', 'Odd', 'crm')",
    "INSERT INTO account (legacy_id, country) VALUES ('old-1', '??')",
)


def test_a_load_as_meant_is_green_beside_records_of_others(line: Line) -> None:
    line.change(*FOREIGN)
    line.run("one")
    with statements() as asked:
        staged = line.validate("one")
    assert failed(staged) == {}
    raise_if_failed(staged)
    assert staged.facts["failed"] == 0
    assert staged.facts["checks"] == staged.rows > 80
    assert set(picked(staged, "info")) == {
        *((entity, "edited_in_target", None) for entity in ("account", "contact", "note")),
        ("account", "fill_rate", "parent_id"), ("note", "fill_rate", "parent_id"), ("note", "fill_rate", "parent_type"),
    }  # fmt: skip
    assert line.source.asked == ["account", "contact", "note"]
    whole = [text for text in asked if "contact.note" in text and "sum(" not in text and "count(" not in text]
    assert [text.endswith("LIMIT 0") for text in whole] == [True]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Yield what any engine is asked within the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "after_cursor_execute", note)
    yield asked
    sa.event.remove(sa.Engine, "after_cursor_execute", note)


DAMAGE = (
    "INSERT INTO contact (legacy_id, last_name, origin) VALUES ('c2', 'Twice', 'legacy')",
    "DELETE FROM contact WHERE legacy_id = 'c8'",
    "UPDATE contact SET amount = amount + 0.01, born = '1980-02-28' WHERE legacy_id = 'c1'",
    "UPDATE contact SET account_id = 999, stage = 'won' WHERE legacy_id = 'c2'",
    "UPDATE contact SET last_name = 'Zoe' WHERE legacy_id = 'c3'",
    "UPDATE account SET name = NULL WHERE legacy_id = 'a2'",
    "UPDATE account SET country = 'XX' WHERE legacy_id = 'a3'",
)
DAMAGE_FOUND = {
    ("account", "drawn_against_source", None): [],
    ("account", "drawn_against_source", "country"): ["a3"],
    ("account", "drawn_against_source", "name"): ["a2"],
    ("account", "expect_column_values_to_be_in_set", "country"): ["a3"],
    ("account", "expect_column_values_to_not_be_null", "name"): ["a2"],
    ("account", "field_differs", "country"): ["a3"],
    ("account", "field_differs", "name"): ["a2"],
    ("account", "fill_rate", "name"): [],
    ("account", "fingerprint", None): ["a2", "a3"],
    ("account", "required_filled", "name"): ["a2"],
    ("contact", "drawn_against_source", None): [],
    ("contact", "drawn_against_source", "account_id"): ["c2"],
    ("contact", "drawn_against_source", "last_name"): ["c3"],
    ("contact", "drawn_against_source", "stage"): ["c2"],
    ("contact", "expect_column_values_to_be_in_set", "stage"): ["c2"],
    ("contact", "external_id_once", "legacy_id"): ["c2"],
    ("contact", "field_differs", "account_id"): ["c2"],
    ("contact", "field_differs", "amount"): ["c1"],
    ("contact", "field_differs", "born"): ["c1"],
    ("contact", "field_differs", "last_name"): ["c3"],
    ("contact", "field_differs", "stage"): ["c2"],
    ("contact", "fingerprint", None): ["c1", "c2", "c3"],
    ("contact", "maximum", "born"): [],
    ("contact", "minimum", "born"): [],
    ("contact", "records_in_target", None): ["c8"],
    ("contact", "reference_resolves", "account_id"): ["c2"],
    ("contact", "rows", None): [],
    ("contact", "sum EUR", "amount"): [],
    ("contact", "sum USD", "amount"): [],
}


def test_all_damage_is_found_on_every_database(line: Line) -> None:
    line.run("one")
    line.change(*DAMAGE)
    found = {place: sorted(keys) for place, keys in failed(line.validate("one")).items()}
    missing = {place for place in found if place[1] == "fill_rate" and place[0] == "contact"}
    assert {place: keys for place, keys in found.items() if place not in missing} == DAMAGE_FOUND
    assert ("contact", "fill_rate", "amount") in missing


ROW = {"fingerprint", "field_differs"}
DRAWN = {*ROW, "drawn_against_source"}
SHARED = (
    "UPDATE crm_migration_crosswalk SET target_id ="
    " (SELECT target_id FROM crm_migration_crosswalk WHERE source_key = 'c2') WHERE source_key = 'c3'"
)


LOST = "UPDATE crm_migration_crosswalk SET target_id = '999' WHERE source_key = 'c4'"


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (["UPDATE contact SET amount = 7.06 WHERE legacy_id = 'c3'"], {*DRAWN, "sum EUR"}),
        (
            ["UPDATE contact SET created_at = '2020-01-01 00:00:01', born = '12.2001' WHERE legacy_id = 'c3'"],
            {*DRAWN, "minimum", "expect_column_values_to_match_regex"},
        ),
        (
            [
                "UPDATE contact SET active = 0, rank = 10, phone = '030 901820' WHERE legacy_id = 'c8'",
                "UPDATE contact SET last_name = 'A name that is far too long' WHERE legacy_id = 'c2'",
            ],
            {
                *DRAWN,
                "expect_column_value_lengths_to_be_between",
                "expect_column_values_to_be_between",
                "expect_column_values_to_match_regex",
            },
        ),
        (
            ["UPDATE contact SET legacy_id = 'c2' WHERE legacy_id = 'c3'"],
            {*DRAWN, "external_id_once", "expect_column_values_to_be_unique"},
        ),
        (["UPDATE note SET parent_id = '77' WHERE legacy_id = 'call|n1'"], {*DRAWN, "reference_resolves"}),
        ([SHARED], {*DRAWN, "records_once", "sum EUR", "sum USD", "minimum"}),
        (
            [LOST, "DELETE FROM crm_migration_crosswalk WHERE source_key = 'mail|n3'"],
            {"merged_rows_resolve", "records_in_crosswalk", "rows"},
        ),
    ],
)
def test_each_damage_is_found_alone(loaded: Line, damage: list[str], expected: set[str]) -> None:
    loaded.change(*damage)
    found = {name for _, name, _ in failed(loaded.validate("one"))}
    assert found - {"fill_rate"} == expected


def test_the_error_names_checks_and_keys_but_no_values(loaded: Line) -> None:
    loaded.change("UPDATE contact SET last_name = 'Secretname', born = '1977-07-07' WHERE legacy_id = 'c8'")
    with pytest.raises(ValidationFailed) as caught:
        raise_if_failed(loaded.validate("one"))
    text = str(caught.value)
    assert "contact.last_name: accuracy: field_differs: 1 failing" in text
    assert "source keys c8" in text
    assert "contact.born: accuracy: maximum: failed" in text
    assert not any(value in text for value in ("Secretname", "1977", "Kim", "2001"))
