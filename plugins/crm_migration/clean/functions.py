"""Applies a function of the mapping's author to a column: pandas is used here, and imported only when there is one.

The function gets the column's source text as a pandas Series of dtype `string`, one part of the rows at a time, and
returns a Series of the same index that holds text or nothing. Whatever else it does is told by function, field and
row, never by value: not even its own error's text is repeated, which may quote one.
"""

from typing import TYPE_CHECKING, Any

import polars as pl

from crm_migration.errors import MappingFault
from crm_migration.mapping.functions import SeriesFunction, attempted, load_function

if TYPE_CHECKING:
    import pandas as pd

ROWS_NAMED = 3
CALLS_AT_MOST = 200


class FunctionFailed(MappingFault):
    """A function of the mapping's raised an error or returned something else than it must; `rows` are positions."""

    def __init__(self, text: str, rows: list[int] | None = None) -> None:
        """Keep `rows`, so that a caller who knows their keys can name them."""
        self.rows = rows or []
        super().__init__(text)

    def of(self, field: str, keys: list[str]) -> "FunctionFailed":
        """Return the same fault with the field, and the keys of the rows."""
        named = f"; it happens for the row(s) with the key {', '.join(keys)}" if keys else ""
        return FunctionFailed(f"{field}: {self}{named}; correct the function", self.rows)


def apply_function(reference: str, text: pl.Series) -> pl.Series:
    """Return what the function `reference` makes of `text`.

    Raises:
        FunctionFailed: it raises an error, or returns anything but a Series of the same index with text or nulls.
        MappingFault: there is no such function.
    """
    import pandas as pd

    function = load_function(reference)
    if text.is_empty():
        return text
    given = pd.Series(text.to_list(), dtype="string")
    result, failed = attempted(function, given.copy())
    if failed is not None:
        rows = _failing_rows(function, given)
        whole = "" if rows else ", though not for any one row that was tried alone"
        raise FunctionFailed(f"function {reference} raised {type(failed).__name__}{whole}", rows)
    text, failed = attempted(_text, reference, result, given)
    if isinstance(failed, FunctionFailed):
        raise failed
    if failed is not None:
        raise FunctionFailed(f"function {reference}: expected a Series that can be read, found {type(failed).__name__}")
    return text


def _text(reference: str, result: Any, given: "pd.Series[str]") -> pl.Series:
    import pandas as pd

    if not isinstance(result, pd.Series):
        raise FunctionFailed(f"function {reference}: expected a pandas Series, found {type(result).__name__}")
    if len(result) != len(given):
        raise FunctionFailed(f"function {reference}: expected {len(given)} values as given, found {len(result)}")
    if not result.index.equals(given.index):
        raise FunctionFailed(f"function {reference}: expected the index of the Series given, found another one")
    nothing = result.isna().to_list()
    values = [None if empty else value for empty, value in zip(nothing, result.astype(object), strict=True)]
    for row, value in enumerate(values):
        if value is not None and not isinstance(value, str):
            found = type(value).__name__
            raise FunctionFailed(
                f"function {reference}: expected text or nothing, found a value of type {found}", [row]
            )
    made, failed = attempted(pl.Series, "text", values, pl.String)
    if failed is not None:
        raise FunctionFailed(f"function {reference}: expected Unicode text, found half of a surrogate pair")
    return made  # type: ignore[no-any-return]


def _failing_rows(function: SeriesFunction, given: "pd.Series[str]") -> list[int]:
    """Return the first rows for which the function raises an error even alone, found by halving.

    Where it is not any one row that the function fails for, every row would be asked: the calls are counted.
    """
    pending, found, calls = [range(len(given))], list[int](), 0
    while pending and len(found) < ROWS_NAMED and calls < CALLS_AT_MOST:
        calls += 1
        rows = pending.pop()
        _, failed = attempted(function, given.iloc[rows.start : rows.stop].reset_index(drop=True))
        if failed is None:
            continue
        if len(rows) == 1:
            found.append(rows.start)
            continue
        middle = (rows.start + rows.stop) // 2
        pending += [range(middle, rows.stop), range(rows.start, middle)]
    return found
