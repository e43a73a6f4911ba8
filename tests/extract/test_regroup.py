"""Frames are grouped by rows and by size."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.extract import printing
from crm_migration.extract.printing import regroup


def frames(heights: list[int]) -> list[pl.DataFrame]:
    """Return frames of the given heights, whose values count on from one to the next."""
    starts = [sum(heights[:at]) for at in range(len(heights))]
    return [
        pl.DataFrame({"c0": [str(n) for n in range(start, start + height)]}, schema={"c0": pl.String})
        for start, height in zip(starts, heights, strict=True)
    ]


@given(st.lists(st.integers(0, 10), max_size=20), st.integers(10, 30))
def test_rows_keep_their_order_and_groups_their_limit(heights: list[int], most: int) -> None:
    grouped = list(regroup(iter(frames(heights)), ["name"], most))
    assert [value for frame in grouped for value in frame["name"]] == [str(n) for n in range(sum(heights))]
    assert all(frame.height <= most and frame.columns == ["name"] for frame in grouped)
    assert grouped


def test_wide_rows_make_short_frames(monkeypatch) -> None:
    monkeypatch.setattr(printing, "FRAME_BYTES", 1_000)
    wide = [pl.DataFrame({"c0": ["x" * 600]}) for _ in range(10)]
    assert [frame.height for frame in regroup(iter(wide), ["name"], 100)] == [2] * 5
