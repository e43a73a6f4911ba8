"""The generator: same plan, same rows, in bounded parts."""

import numpy as np
import polars as pl
import pytest

from demo import contacts, legacy, record
from demo.draws import Draws
from demo.plan import LARGEST, SMALLEST, Plan
from demo.rendering import Patterns, uuid_column
from demo.schema import METADATA
from tests.demo.generated import rows


def test_same_seed_same_rows_and_another_seed_other_rows() -> None:
    first, again, other = (list(legacy.generate(Plan(300, seed))) for seed in (1, 1, 2))
    assert all(one[table].equals(two[table]) for one, two in zip(first, again, strict=True) for table in one)
    assert not first[1]["accounts"].equals(other[1]["accounts"])


def test_a_row_does_not_depend_on_the_part_it_is_made_in() -> None:
    plan = Plan(2000, 3)
    whole = contacts.tables(plan, np.arange(1000, dtype=np.int64))
    part = contacts.tables(plan, np.arange(400, 600, dtype=np.int64))
    for table, frame in part.items():
        assert frame.join(whole[table], on=frame.columns, how="anti", nulls_equal=True).is_empty(), table


@pytest.mark.parametrize("size", [SMALLEST, 1000, 1234, 10_000])
def test_sizes_and_keys(size: int) -> None:
    tables = rows(size)
    plan = Plan(size, 7)
    assert {name: tables[name].height for name in plan.rows} == plan.rows
    for name, frame in tables.items():
        declared = METADATA.tables[name]
        assert set(frame.columns) == set(declared.columns.keys())
        key = frame[next(iter(declared.primary_key)).name]
        assert key.n_unique() == frame.height
        assert key.str.contains("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$").all()


def test_texts_fit_their_columns() -> None:
    for name, frame in rows(10_000).items():
        for column in METADATA.tables[name].columns:
            length = getattr(column.type, "length", None)
            if length and frame[column.name].dtype == pl.String:
                assert (frame[column.name].str.len_chars().max() or 0) <= length, column


def test_memory_is_bounded_by_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "CHUNK", 1000)
    largest = max(frame.height for part in legacy.generate(Plan(5000, 7)) for frame in part.values())
    assert largest <= 2.5 * 1000  # a contact has at most two e-mail addresses and two company links


def test_sizes_out_of_range_are_refused() -> None:
    for size in (SMALLEST - 1, LARGEST + 1):
        with pytest.raises(ValueError, match=f"found {size}"):
            Plan(size, 7)


def test_places_and_slots_are_inverse() -> None:
    for size in (SMALLEST, 999, 10_007):
        plan = Plan(size, 11)
        slots = plan.slots("contacts", np.arange(size, dtype=np.int64))
        assert sorted(slots) == list(range(size))
        assert (plan.places("contacts", slots) == np.arange(size)).all()


def test_draws_are_even_and_apart() -> None:
    draws, many = Draws(5), np.arange(100_000, dtype=np.int64)
    counts = np.bincount(draws.below("a", many, 10), minlength=10)
    assert abs(counts - 10_000).max() < 500
    assert abs(np.corrcoef(draws.share("a", many), draws.share("b", many))[0, 1]) < 0.02
    picked = np.bincount(draws.pick("c", many, (0.5, 0.0, 0.3, 0.2)))
    assert picked[1] == 0
    assert abs(picked / 100_000 - [0.5, 0, 0.3, 0.2]).max() < 0.01


def test_patterns_write_digits_and_other_letters() -> None:
    patterns = Patterns(["0049 ###", "〒#号", "none"])
    found = patterns.render(np.array([0, 1, 2]), np.array([7, 7, 7]))
    assert found.to_list() == ["0049 007", "〒7号", "none"]
    assert patterns.render(0, np.empty(0, dtype=np.int64)).to_list() == []
    assert uuid_column(np.array([2**64 - 1], dtype=np.uint64), np.array([0], dtype=np.uint64)).to_list() == [
        "ffffffff-ffff-4fff-af00-000000000000"
    ]
