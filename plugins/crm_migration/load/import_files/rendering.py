"""From canonical text to what stands in a file's cell, and back.

Canonical texts are those of `fingerprint.canonical`. A reference holds its parent's external id already.
"""

from collections.abc import Iterable
from functools import partial

import polars as pl

from crm_migration.load.import_files.formulas import quoted, unquoted
from crm_migration.load.import_files.layout import Column, Layout
from crm_migration.mapping.import_files import ImportFiles

DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
_CANONICAL_MOMENT = f"{MOMENT}%.6f"
_READ_MOMENT = f"{MOMENT}%.f"


def rendered(frame: pl.DataFrame, layout: Layout, action: str) -> pl.DataFrame:
    """Return the columns of the file, named by their fields, as the cells' texts; null for an empty cell."""
    settings, empty = layout.settings, _empty_word(layout, action)
    columns = []
    for column in layout.columns:
        text = _rendered(_given(frame, column.field), column, settings)
        text = quoted(text, column) if settings.formula_cells == "quote" else text
        text = pl.when(text != "").then(text)
        if empty is not None and column.field != layout.external_id:
            text = text.fill_null(empty)
        columns.append(text.alias(column.field))
    return frame.select(columns)


def canonical_again(frame: pl.DataFrame, layout: Layout, action: str) -> pl.DataFrame:
    """Return the canonical texts of cells' texts, those that cannot be read as null."""
    settings, empty = layout.settings, _empty_word(layout, action)
    columns = []
    for column in layout.columns:
        text = pl.col(column.field)
        text = pl.when(text != "").then(text)
        if empty is not None and column.field != layout.external_id:
            text = pl.when(text != empty).then(text)
        text = unquoted(text) if settings.formula_cells == "quote" else text
        columns.append(_canonical(text, column, settings).alias(column.field))
    return frame.select(columns)


def inexact(frame: pl.DataFrame, cells: pl.DataFrame, layout: Layout, action: str) -> dict[str, int]:
    """Return, by field, how many cells do not say all that the record holds, such as fractions of a second."""
    again = canonical_again(cells, layout, action)
    counts = {name: int((again[name].ne_missing(frame[name])).sum()) for name in layout.fields if name in frame.columns}
    return {name: count for name, count in counts.items() if count}


def number_format(pattern: str, fallback: str) -> str:
    """Return a form of % directives as a spreadsheet's number format; `fallback` where it has none."""
    letters = {"%Y": "yyyy", "%m": "mm", "%d": "dd", "%H": "hh", "%M": "mm", "%S.%f": "ss.000", "%S": "ss", "%y": "yy"}
    code = pattern
    for directive, letter in letters.items():
        code = code.replace(directive, letter)
    plain = code.translate(dict.fromkeys(map(ord, "ymdhs0-/.: ")))
    return fallback if plain else code


def _given(frame: pl.DataFrame, field: str) -> pl.Expr:
    return pl.col(field) if field in frame.columns else pl.lit(None, pl.String)


def _empty_word(layout: Layout, action: str) -> str | None:
    return layout.settings.empty_word if action == "update" else None


def _rendered(text: pl.Expr, column: Column, settings: ImportFiles) -> pl.Expr:
    words = _words(column, settings)
    if words is not None:
        return _replaced(text, words.items())
    if column.form == "date":
        form = DAY if _has_date_cells(settings) else _polars_form(settings.date_format)
        return text.str.to_date(DAY, strict=False).dt.to_string(form)
    if column.form == "moment":
        moment = text.str.to_datetime(_READ_MOMENT, time_unit="us", strict=False)
        return _local(moment, settings).dt.to_string(_moment_form(settings))
    if column.form == "number" and settings.format == "csv":
        return text.str.replace(".", settings.decimal_mark, literal=True)
    return text


def _canonical(text: pl.Expr, column: Column, settings: ImportFiles) -> pl.Expr:
    words = _words(column, settings)
    if words is not None:
        return _replaced(text, ((shown, code) for code, shown in words.items()))
    match column.form:
        case "date":
            return pl.coalesce(text.str.to_date(form, strict=False) for form in _date_forms(settings)).cast(pl.String)
        case "moment":
            moments = (partial(_utc, text, settings)(form) for form in _moment_forms(settings))
            return pl.coalesce(moments).dt.to_string(_CANONICAL_MOMENT)
        case "number":
            return _number(text, column, settings)
        case _:
            return text


def _words(column: Column, settings: ImportFiles) -> dict[str, str] | None:
    if column.values is not None:
        return dict(column.values)
    return {"1": settings.true_word, "0": settings.false_word} if column.form == "boolean" else None


def _replaced(text: pl.Expr, pairs: Iterable[tuple[str, str]]) -> pl.Expr:
    table = dict(pairs)
    return text.replace(list(table), list(table.values()))


def _has_date_cells(settings: ImportFiles) -> bool:
    return settings.format == "xlsx" and settings.date_cells


def _polars_form(pattern: str) -> str:
    return pattern.replace("%S.%f", "%S%.6f")


def _moment_form(settings: ImportFiles) -> str:
    if _has_date_cells(settings):
        return f"{MOMENT}%.3f" if "%f" in settings.moment_format else MOMENT
    return _polars_form(settings.moment_format)


def _local(moment: pl.Expr, settings: ImportFiles) -> pl.Expr:
    return moment.dt.replace_time_zone("UTC").dt.convert_time_zone(settings.timezone)


def _date_forms(settings: ImportFiles) -> list[str]:
    """Return what a cell's date is read by; a date's cell of a sheet is printed as ISO."""
    return list(dict.fromkeys([*([DAY] if _has_date_cells(settings) else []), settings.date_format]))


def _moment_forms(settings: ImportFiles) -> list[str]:
    isolated = [_READ_MOMENT, DAY] if _has_date_cells(settings) else []
    return list(dict.fromkeys([*isolated, settings.moment_format.replace("%S.%f", "%S%.f")]))


def _utc(text: pl.Expr, settings: ImportFiles, form: str) -> pl.Expr:
    if form == DAY:
        read = text.str.to_date(DAY, strict=False).cast(pl.Datetime("us"))
    else:
        read = text.str.to_datetime(form, time_unit="us", strict=False)
    if "%z" not in form:
        read = read.dt.replace_time_zone(settings.timezone, ambiguous="earliest", non_existent="null")
    return read.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _number(text: pl.Expr, column: Column, settings: ImportFiles) -> pl.Expr:
    if settings.format == "csv" and settings.decimal_mark != ".":
        text = text.str.replace(settings.decimal_mark, ".", literal=True)
    if not column.scale:
        return text
    return text.cast(pl.Decimal(38, column.scale), strict=False).cast(pl.String).fill_null(text)
