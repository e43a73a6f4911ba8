"""Rows that were kept out: rejected, by reason and field, and filtered, by rule; and those not taken over whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from crm_migration.report.model import EXAMPLES, Example, FilterCount, Rejection
from crm_migration.report.tables import EntityTables, read
from crm_migration.report.words import REASONS, reason_advice, reason_title

Group = tuple[str, str | None, str]


@dataclass
class _Found:
    rows: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, rows: int, lines: list[dict[str, str | None]]) -> None:
        self.rows += rows
        for line in lines[: EXAMPLES - len(self.examples)]:
            self.examples.append(Example(key=line["_key"] or "", message=line["message"] or ""))


def rejections(tables: EntityTables) -> tuple[Rejection, ...] | None:
    """Return rejected rows by reason and field, most frequent first; None when clean was not reached.

    Rows whose references were refused in the second pass are among them, though the rest of them is loaded.
    """
    if tables.rejected is None and tables.outcome is None:
        return None
    found: dict[Group, _Found] = {}
    for frame in [*_rejected_by_clean(tables), *_rejected_by_load(tables), *_unlinked(tables)]:
        _add(frame, found)
    lines = [
        Rejection(reason=reason, field=name, step=step, rows=group.rows, examples=tuple(group.examples))
        for (reason, name, step), group in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.rows, line.reason, line.field or "")))


def _add(frame: pl.DataFrame, found: dict[Group, _Found]) -> None:
    grouped = frame.group_by("reason", "field", "step", maintain_order=True).agg(
        pl.len().alias("rows"), pl.struct("_key", "message").head(EXAMPLES).alias("lines")
    )
    for reason, name, step, rows, lines in grouped.iter_rows():
        found.setdefault((reason or "unknown", name, step), _Found()).add(rows, lines)


def _rejected_by_clean(tables: EntityTables) -> Iterator[pl.DataFrame]:
    for frame in read(tables.rejected, ["_key", "field", "reason", "message"]):
        yield frame.with_columns(step=pl.lit("clean"))


def _rejected_by_load(tables: EntityTables) -> Iterator[pl.DataFrame]:
    """Yield rejected outcomes that cleaning did not reject already, under the code before any colon."""
    cleaned = [frame["_key"] for frame in read(tables.rejected, ["_key"])]
    known = pl.concat(cleaned).to_frame() if cleaned else pl.DataFrame(schema={"_key": pl.String})
    for frame in read(tables.outcome, ["_key", "outcome", "reason"]):
        mine = frame.filter(pl.col("outcome") == "rejected").join(known, on="_key", how="anti")
        # A target's own words may follow the code, and may quote a value: the code alone is shown.
        code = pl.col("reason").str.split(":").list.first().str.strip_chars()
        yield mine.select(
            "_key", reason=code, field=pl.lit(None, pl.String), step=pl.lit("load"), message=_messages(code)
        )


def _unlinked(tables: EntityTables) -> Iterator[pl.DataFrame]:
    for frame in read(tables.unlinked, ["_key", "field", "reason", "message"]):
        yield frame.with_columns(step=pl.lit("link"))


def _messages(code: pl.Expr) -> pl.Expr:
    texts = {reason: f"{reason_title(reason)}. {reason_advice(reason)}" for reason in REASONS}
    return code.replace_strict(list(texts), list(texts.values()), default="", return_dtype=pl.String)


def filters(tables: EntityTables) -> tuple[FilterCount, ...] | None:
    """Return filtered rows by rule, most frequent first; None when clean was not reached."""
    if tables.filtered is None:
        return None
    counts: dict[str, int] = {}
    keys: dict[str, list[str]] = {}
    for frame in read(tables.filtered, ["_key", "filter"]):
        grouped = frame.group_by("filter", maintain_order=True).agg(
            pl.len().alias("rows"), pl.col("_key").head(EXAMPLES)
        )
        for name, rows, first in grouped.iter_rows():
            counts[name] = counts.get(name, 0) + rows
            keys[name] = [*keys.get(name, []), *first][:EXAMPLES]
    lines = [FilterCount(name=name, rows=rows, keys=tuple(keys[name])) for name, rows in counts.items()]
    return tuple(sorted(lines, key=lambda line: (-line.rows, line.name)))
