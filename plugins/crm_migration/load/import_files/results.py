"""What became of each record, read from the files that the wizard gives out afterwards."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from crm_migration.errors import DataFault
from crm_migration.load.import_files.formulas import unquoted
from crm_migration.load.import_files.layout import Layout
from crm_migration.load.import_files.reading import Rows, rows_of
from crm_migration.load.import_files.result_headers import ResultColumns, outcome_of, result_columns
from crm_migration.load.import_files.writing import ACTION

RESULT: dict[str, type[pl.DataType]] = {
    "external_id": pl.String,
    "target_id": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
}
_FROM: dict[str, type[pl.DataType]] = {**RESULT, "_at": pl.String}
_MOST_REASON = 500
_SHORTEST_HIDDEN = 2
_SHORT = 4
_DONE = {"insert": "created", "update": "updated"}


class ResultUnreadable(DataFault):
    """A result file is not one that is known here."""


class ResultKeyMissing(DataFault):
    """A row of a result file has no external id, or records that were sent are in no result file."""


class ResultKeyUnknown(DataFault):
    """A result file names external ids that were not sent."""


class ResultKeyDoubled(DataFault):
    """Result files say several things of one record."""


def read_results(files: Sequence[Path], layout: Layout, sent: pl.DataFrame) -> pl.DataFrame:
    """Return what became of each record that was sent (columns of RESULT), in the order of `sent`.

    `sent` holds `external_id` and `_action` of one object's records. `outcome` is created, updated or refused;
    `target_id` is null where the wizard does not tell it. A value of the record that the wizard repeats in its reason
    is replaced by its column's name. A record that no file mentions is loaded or missing by the settings'
    `unmentioned`.

    Raises:
        ResultUnreadable: a file has no column of external ids, says nothing of them, or uses an unknown word.
        ResultKeyMissing: a row has no external id, or a record is in no file.
        ResultKeyUnknown: an external id was not sent.
        ResultKeyDoubled: a record is loaded twice, or loaded and refused.
        DataFault: a file cannot be read.
    """
    frames = [pl.DataFrame(schema=_FROM)]
    for path in files:
        frames += _read(path, layout)
    found = _each_once(pl.concat(frames))
    unknown = found.join(sent, on="external_id", how="anti", maintain_order="left")
    if unknown.height:
        raise ResultKeyUnknown(
            f"{unknown['_at'][0]}: expected external ids that were sent as {layout.target_object}, found "
            f"{unknown.height} others; give the results of these import files, as they were downloaded"
        )
    result = sent.select("external_id", ACTION).join(found, on="external_id", how="left", maintain_order="left")
    _refuse_missing(result, layout)
    by_action = pl.col(ACTION).replace(_DONE)
    outcome = pl.when(pl.col("outcome").is_null() | (pl.col("outcome") == "loaded")).then(by_action)
    return result.with_columns(outcome.otherwise("outcome").alias("outcome")).select(*RESULT)


def _read(path: Path, layout: Layout) -> list[pl.DataFrame]:
    columns, parts = rows_of(path)
    known = result_columns(columns, layout)
    if known is None or not known.says_something:
        missing = f"the column {layout.key_label!r}" if known is None else "a column of outcomes, ids or reasons"
        raise ResultUnreadable(
            f"{path.name}: expected {missing} beside what was sent, found none; download the wizard's result file, or "
            "name its headers under results in the settings"
        )
    return [_part(path, rows, known) for rows in parts]


def _part(path: Path, rows: Rows, known: ResultColumns) -> pl.DataFrame:
    made = []
    for place, row in enumerate(rows.frame.iter_rows(named=True)):
        where = f"{path.name}, {rows.at(place)}"
        if not row[known.key]:
            raise ResultKeyMissing(f"{where}: expected an external id, found none; download the file again")
        made.append(_line(row, known, where))
    frame = pl.DataFrame(made, schema=_FROM, orient="row")
    return frame.with_columns(unquoted(pl.col("external_id")))


def _line(row: dict[str, str | None], known: ResultColumns, where: str) -> tuple[str | None, ...]:
    said = [text for column in known.reasons if (text := (row[column] or "").strip())]
    word = (row[known.outcome] or "").strip() if known.outcome else ""
    outcome = outcome_of(word, known.outcome or "") if word else None
    if word and outcome is None:
        raise ResultUnreadable(
            f"{where}: expected a word for created, updated or failed in column {known.outcome!r}, found another; "
            "repair it, or take the column out of the file"
        )
    if said:
        outcome = "refused"
    elif outcome == "refused":
        said = ["the wizard gives no reason"]
    target_id = (row[known.target_id] or None) if known.target_id else None
    reason = _without_values(": ".join(dict.fromkeys(said)), row, known) if said else None
    return row[known.key], target_id, outcome or "loaded", reason, where


def _without_values(reason: str, row: dict[str, str | None], known: ResultColumns) -> str:
    """Return a reason with the record's own values replaced by the names of their columns."""
    return without_values(reason, {label: row[column] for column, label in known.sent.items()})


def without_values(reason: str, values: Mapping[str, str | None]) -> str:
    """Return a reason with a record's `values` replaced by their names, and no longer than a reason may be."""
    named = {text.strip().lower(): name for name, text in values.items() if text and text.strip()}
    hidden = sorted((text for text in named if len(text) >= _SHORTEST_HIDDEN), key=len, reverse=True)
    if hidden:
        pattern = re.compile("|".join(map(_pattern, hidden)), re.IGNORECASE)
        reason = pattern.sub(lambda found: f"<{named.get(found[0].lower(), 'value')}>", reason)
    return reason[:_MOST_REASON]


def _pattern(value: str) -> str:
    """Return the pattern of a value; a short one of Latin letters is only hidden where it stands alone."""
    alone = len(value) < _SHORT and value.isascii()
    return rf"(?<!\w){re.escape(value)}(?!\w)" if alone else re.escape(value)


def _each_once(found: pl.DataFrame) -> pl.DataFrame:
    """Return one line a record: the reasons of one that was refused for several joined.

    Raises:
        ResultKeyDoubled: a record was loaded twice, or loaded and refused.
    """
    counted = found.group_by("external_id", maintain_order=True).agg(
        pl.col("target_id").drop_nulls().first(),
        pl.col("outcome").first(),
        pl.col("reason").unique(maintain_order=True).str.join("; ").str.slice(0, _MOST_REASON),
        pl.col("_at").last(),
        twice=(pl.len() > 1) & (pl.col("outcome") != "refused").any(),
    )
    twice = counted.filter("twice")
    if twice.height:
        raise ResultKeyDoubled(
            f"{twice['_at'][0]}: expected one result of each record, found several of {twice.height} records, at "
            "least one of them loaded; look in the CRM whether they are there twice, and give the files of one import"
        )
    refused = pl.col("outcome") == "refused"
    return counted.with_columns(pl.when(refused).then("reason").alias("reason")).drop("twice")


def _refuse_missing(result: pl.DataFrame, layout: Layout) -> None:
    if layout.settings.unmentioned == "loaded":
        return
    missing = result["outcome"].null_count()
    if missing:
        raise ResultKeyMissing(
            f"{layout.target_object}: expected a result of each of {result.height} records, found none of {missing}; "
            "give the files of what was loaded and of what failed, of every import"
        )
