"""The arithmetic of a validation, and that its suites accept whatever cleaning lets through."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.clean.column import Context
from crm_migration.clean.fields import clean_field
from crm_migration.load.fingerprint import canonical
from crm_migration.mapping.model import Entity, SourceConfig
from crm_migration.validate.conservation import _differing
from crm_migration.validate.suites import FORMATS, MOMENTS
from crm_migration.validate.totals import Totals
from tests.validate.line import mapping

SOURCE = SourceConfig.model_validate({"name": "old", "connection": "old", "country": "DE"})
KEYS = st.lists(st.integers(0, 12), max_size=30)


def spec_of(**spec: Any) -> Any:
    target = {"object": "t", "external_id": "value"}
    return Entity.model_validate({"table": "t", "key": "id", "target": target, "fields": {"value": spec}}).fields[
        "value"
    ]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email", st.emails() | st.text(max_size=12).map(lambda text: f"{text}@münchen.example")),
        ("phone", st.from_regex(r"\+?[0-9 ()/-]{4,16}( ext\. [0-9]{1,5})?", fullmatch=True)),
        ("url", st.from_regex(r"(https?://)?[a-zA-Zé0-9.-]{3,20}(/[a-z%\"& ]{0,8})?(\?q=.{0,5})?", fullmatch=True)),
        ("language", st.sampled_from(["German", "de_DE.utf8", "zh-hans-cn", "EN", "pt_BR", "fr-CA", "klingon"])),
        ("date", st.dates().map(str) | st.text(max_size=10)),
        ("datetime", st.datetimes().map(str) | st.datetimes().map(lambda moment: moment.isoformat() + "+02:00")),
    ],
)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_suites_accept_what_cleaning_lets_through(
    kind: str, values: st.SearchStrategy[str], data: st.DataObject
) -> None:
    spec = spec_of(**{"from": "raw", "kind": kind, "on_invalid": "null"})
    frame = pl.DataFrame({"raw": data.draw(st.lists(values, min_size=1, max_size=20))}, schema={"raw": pl.String})
    cleaned = clean_field(frame, spec, Context(SOURCE)).values.to_frame("value")
    pattern = re.compile((FORMATS | MOMENTS)[type(spec)])
    entity = mapping().entities["note"].model_copy(update={"fields": {"value": spec}})
    for value in canonical(cleaned, entity)["value"].drop_nulls():
        assert pattern.search(value), (kind, value)


@given(expected=KEYS, found=KEYS)
def test_keys_differ_where_they_are_not_once_on_both_sides(expected: list[int], found: list[int]) -> None:
    sides = [np.sort(np.array(side, np.uint64)) for side in (expected, found)]
    once = {key for key in {*expected, *found} if Counter(expected)[key] == Counter(found)[key] == 1}
    assert set(_differing(*sides).tolist()) == {*expected, *found} - once


AMOUNTS = st.tuples(st.decimals(-(10**9), 10**9, places=2) | st.none(), st.sampled_from(["EUR", "USD", None]))


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(AMOUNTS, max_size=20), cut=st.integers(0, 20))
def test_totals_are_exact_however_the_rows_are_cut(rows: list[tuple[Decimal | None, str | None]], cut: int) -> None:
    entity = mapping().entities["contact"]
    texts = {name: [None] * len(rows) for name in entity.fields}
    frame = pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)).with_columns(
        pl.Series("amount", [None if amount is None else f"{amount:f}" for amount, _ in rows], dtype=pl.String),
        pl.Series("currency", [currency for _, currency in rows], dtype=pl.String),
    )
    whole, parts = Totals(entity), Totals(entity)
    whole.add(frame)
    for part in (frame.head(cut), frame.slice(cut)):
        parts.add(part)
    assert (whole.rows, whole.sums) == (parts.rows, parts.sums)
    assert Counter(whole.filled) == Counter(parts.filled)
    for currency in ("EUR", "USD"):
        expected = sum((amount for amount, unit in rows if unit == currency and amount is not None), Decimal(0))
        assert whole.sums.get(("amount", currency), Decimal(0)) == expected
