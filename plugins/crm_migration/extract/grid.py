"""Rows of cells, as a workbook and a Google Sheet give them, become columns: header, blank and bad rows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class GridRow:
    """One row of a sheet: its number, counted from 1, its cells as text, and the error in a cell by its place."""

    number: int
    cells: list[str | None]
    errors: dict[int, str] = field(default_factory=dict)
