"""Cells of a spreadsheet as Google's API describes them, written as a person thinks of them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001
ERROR_TEXTS = {
    "ERROR": "#ERROR!", "NULL_VALUE": "#NULL!", "DIVIDE_BY_ZERO": "#DIV/0!", "VALUE": "#VALUE!", "REF": "#REF!",
    "NAME": "#NAME?", "NUM": "#NUM!", "N_A": "#N/A", "LOADING": "Loading...",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A cell: Google's ExtendedValue, what is shown, and the format it is shown in."""

    value: dict[str, Any] = field(default_factory=dict)
    shown: str = ""
    number_format: dict[str, str] | None = None
    entered: dict[str, Any] | None = None

    def data(self) -> dict[str, Any]:
        """Return the cell as a CellData."""
        if not self.value:
            return {}
        told: dict[str, Any] = {
            "userEnteredValue": self.entered or self.value,
            "effectiveValue": self.value,
            "formattedValue": self.shown,
            "effectiveFormat": {"wrapStrategy": "OVERFLOW_CELL"},
        }
        if self.number_format:
            told["userEnteredFormat"] = {"numberFormat": self.number_format}
            told["effectiveFormat"]["numberFormat"] = self.number_format
        return told

    def rendered(self, option: str, dates: str) -> Any:
        """Return the cell as values.get renders it."""
        kind = (self.number_format or {}).get("type", "")
        if option == "FORMULA" and self.entered:
            return self.entered["formulaValue"]
        if option == "FORMATTED_VALUE" or "errorValue" in self.value:
            return self.shown
        if dates == "FORMATTED_STRING" and kind in ("DATE", "TIME", "DATE_TIME"):
            return self.shown
        return next(iter(self.value.values()), "")


def text(value: str) -> Cell:
    return Cell({"stringValue": value}, value)


def number(value: float, shown: str | None = None, pattern: str = "", kind: str = "NUMBER") -> Cell:
    shown_as = {"type": kind, "pattern": pattern} if pattern else None
    return Cell({"numberValue": value}, shown if shown is not None else str(value), shown_as)


def day(value: date, shown: str | None = None, pattern: str = "dd.mm.yyyy") -> Cell:
    serial = (value - EPOCH.date()).days
    return number(serial, shown or f"{value.day:02}.{value.month:02}.{value.year}", pattern, "DATE")


def moment(value: datetime, shown: str = "", pattern: str = "m/d/yyyy h:mm") -> Cell:
    serial = (value - EPOCH).total_seconds() / 86400
    return number(serial, shown or f"{value:%m/%d/%Y %H:%M}", pattern, "DATE_TIME")


def boolean(value: bool) -> Cell:
    return Cell({"boolValue": value}, "TRUE" if value else "FALSE")


def error(kind: str) -> Cell:
    return Cell({"errorValue": {"type": kind, "message": "told by Google"}}, ERROR_TEXTS[kind])


def formula(result: Cell, written: str) -> Cell:
    return Cell(result.value, result.shown, result.number_format, {"formulaValue": written})
