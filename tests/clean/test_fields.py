"""What the mapping's rules make of a value that cannot be read."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.clean.reference import key_parts, key_text
from tests.clean.columns import cleaned, spec

GOOD, BAD = "john@example.com", "  not an  address "


def outcome(**options: object) -> tuple:
    result = cleaned(spec("email", **options), [GOOD, BAD])
    assert result.values[0] == GOOD
    assert result.found.to_list() == [None, "email"]
    return result.values[1], result.refused[1], result.failed[1]


def test_reject_is_the_default() -> None:
    assert outcome() == (None, "email", False)


def test_null_empties() -> None:
    assert outcome(on_invalid="null") == (None, None, False)


def test_keep_keeps_the_tidied_text() -> None:
    assert outcome(on_invalid="keep") == ("not an address", None, False)


def test_fail_marks() -> None:
    assert outcome(on_invalid="fail") == (None, None, True)


def test_a_required_field_that_was_emptied_rejects() -> None:
    assert outcome(on_invalid="null", required=True) == (None, "required", False)
    assert cleaned(spec("text", required=True), [" "]).refused[0] == "required"


@pytest.mark.parametrize(("kind", "value"), [("integer", "x"), ("money", "x"), ("date", "x"), ("boolean", "x")])
def test_what_is_no_text_cannot_be_kept(kind: str, value: str) -> None:
    result = cleaned(spec(kind, on_invalid="keep"), [value])
    assert (result.values[0], result.refused[0]) == (None, None)


def test_keep_never_keeps_a_nul() -> None:
    result = cleaned(spec("phone", on_invalid="keep"), ["a\x00b"])
    assert (result.values[0], result.refused[0]) == (None, "nul")


def test_keep_never_keeps_what_the_target_cannot_hold() -> None:
    result = cleaned(spec("phone", on_invalid="keep", max_length=5), ["ask Ann", "Ann"])
    assert (result.values.to_list(), result.refused.to_list()) == ([None, "Ann"], ["length", None])


@pytest.mark.parametrize("kind", ["email", "phone", "url"])
def test_what_has_a_syntax_is_never_cut(kind: str) -> None:
    value = {"email": GOOD, "phone": "+49301234567", "url": "https://example.com"}[kind]
    result = cleaned(spec(kind, max_length=8, on_too_long="truncate"), [value])
    assert (result.values[0], result.refused[0]) == (None, "length")


def test_changed_and_filled() -> None:
    result = cleaned(spec("text"), ["same", " trimmed ", "", " ", None, "&amp;"])
    assert result.changed.to_list() == [False, True, False, True, False, True]
    assert result.before.to_list() == [True, True, False, False, False, True]
    typed = cleaned(spec("integer", on_invalid="null", default="0"), ["5", "x", None])
    assert typed.changed.to_list() == [False, True, True]


def test_no_rows_are_no_problem() -> None:
    kinds = [
        "text", "name", "email", "phone", "date", "datetime", "integer", "decimal", "money", "boolean",
        "country", "language", "url",
    ]  # fmt: skip
    assert [len(cleaned(spec(kind), []).values) for kind in kinds] == [0] * len(kinds)
    assert [cleaned(spec(kind), [None]).values.to_list() for kind in kinds] == [[None]] * len(kinds)


@given(st.lists(st.tuples(st.text(r"a\|", min_size=1), st.text(r"b|\ ", min_size=1)), min_size=1))
def test_keys_of_several_parts_never_meet_and_come_apart_again(rows: list[tuple[str, str]]) -> None:
    trimmed = [(left.strip(), right.strip()) for left, right in rows if left.strip() and right.strip()]
    columns = [pl.Series([row[at] for row in trimmed], dtype=pl.String) for at in (0, 1)]
    keys = key_text(columns).to_list()
    assert len(set(keys)) == len(set(trimmed))
    assert [tuple(key_parts(key, 2)) for key in keys] == trimmed
