"""One part of an entity's rows, sorted into clean, rejected and filtered ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from crm_migration.clean.classification import left_out, unclassified
from crm_migration.clean.column import Context
from crm_migration.clean.facts import Facts
from crm_migration.clean.fields import CleanField, clean_field
from crm_migration.clean.functions import FunctionFailed
from crm_migration.clean.keys import KeyClashes, labelled, row_label
from crm_migration.clean.messages import key_refusal, refusal, unclassified_refusal
from crm_migration.extract.document import FAULT, FILE, MESSAGE, RAW, place
from crm_migration.mapping.model import Entity
from crm_migration.mapping.row_tests import UNCLASSIFIED

AS_READ = "_raw"
REJECTED = {"_key": pl.String, "_row": pl.Int64} | dict.fromkeys(("field", "reason", "message", "raw"), pl.String)


@dataclass(frozen=True)
class Plan:
    """What sorting a part needs to know: the entity, a context per field, the keys that rows share.

    `place` is what the entity is called in messages.
    """

    entity: Entity
    contexts: Mapping[str, Context]
    clashes: KeyClashes
    place: str


@dataclass(frozen=True)
class SortedRows:
    """The staged tables' share of one part; every row of the part is in exactly one of the first three.

    `flagged` names some of the clean rows, by field and flag.
    """

    clean: pl.DataFrame
    rejected: pl.DataFrame
    filtered: pl.DataFrame
    flagged: pl.DataFrame


def sort_rows(frame: pl.DataFrame, plan: Plan, facts: Facts) -> SortedRows:
    """Return the rows of `frame` sorted, and count in `facts` what happened to them."""
    frame, unread = _apart(frame)
    names = left_out(frame, plan.entity)
    facts.overlaps.add(frame, plan.entity, names)
    labels = labelled(frame, plan.entity, names, plan.clashes)
    nobodys = unclassified(names, plan.entity)
    filtered = labels.select("_key", "_row", names.alias("filter")).filter(names.is_not_null() & ~nobodys)
    unread = pl.concat([unread, _nobodys(frame.filter(nobodys), labels.filter(nobodys), plan.entity)])
    facts.rejected += unread.height
    facts.add_filtered(filtered["filter"])
    if names.null_count() < len(names):
        frame, labels = frame.filter(names.is_null()), labels.filter(names.is_null())
    results = _cleaned(frame, labels["_key"], plan)
    refusals = pl.DataFrame([labels["reason"].alias("key"), *_refusals(results)])
    bad = refusals.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    flagged = facts.flagged(results, labels, ~bad)
    _count(facts, results, labels["_key"], bad)
    for name, result in results.items():
        facts.profile.add(name, plan.entity.fields[name], result, ~bad)
    refused = _rejected(frame.filter(bad), labels.filter(bad), refusals.filter(bad), plan.entity)
    values = pl.DataFrame([result.values.alias(name) for name, result in results.items()])
    return SortedRows(
        clean=labels.select("_key", "_row").hstack(values).filter(~bad),
        rejected=pl.concat([unread, refused]),
        filtered=filtered,
        flagged=flagged,
    )


def _cleaned(frame: pl.DataFrame, keys: pl.Series, plan: Plan) -> dict[str, CleanField]:
    results = {}
    for name, spec in plan.entity.fields.items():
        try:
            results[name] = clean_field(frame, spec, plan.contexts[name])
        except FunctionFailed as failed:
            raise failed.of(f"{plan.place}, field '{name}'", [keys[row] for row in failed.rows]) from None
    return results


def _apart(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that were read, and the lines for those that the extract could not read."""
    if FAULT not in frame.columns:
        return frame, _no_rejections()
    unread = frame[FAULT].is_not_null()
    if not unread.any():
        return frame, _no_rejections()
    lines = frame.filter(unread).select(
        row_label().alias("_key"),
        "_row",
        pl.lit(None, pl.String).alias("field"),
        pl.col(FAULT).alias("reason"),
        pl.concat_str(place(), pl.lit(": "), MESSAGE).alias("message"),
        pl.struct(pl.col(RAW).alias(AS_READ)).struct.json_encode().alias("raw"),
    )
    return frame.filter(~unread), lines


def _nobodys(frame: pl.DataFrame, labels: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return the lines for rows that no rule takes, which this entity rejects for all that share their origin."""
    shared = entity.classification
    if frame.is_empty() or shared is None:
        return _no_rejections()
    told = pl.select(
        pl.lit(", ".join(shared.columns)).alias("field"),
        pl.lit(UNCLASSIFIED).alias("reason"),
        pl.lit(unclassified_refusal(shared.columns, list(shared.rules))).alias("message"),
    )
    return _lines(frame, labels, pl.concat([told] * frame.height), entity)


def _no_rejections() -> pl.DataFrame:
    return pl.DataFrame(schema=REJECTED)


def _refusals(results: Mapping[str, CleanField]) -> list[pl.Series]:
    """Return the reasons per field; a colon in front keeps a field named `key` apart from the row's key."""
    return [result.refused.alias(f":{name}") for name, result in results.items()]


def _count(facts: Facts, results: Mapping[str, CleanField], keys: pl.Series, bad: pl.Series) -> None:
    facts.rejected += int(bad.sum() or 0)
    for name, result in results.items():
        facts.add_field(name, result, keys, ~bad)


def _rejected(frame: pl.DataFrame, labels: pl.DataFrame, refusals: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return a line per rejected row: the first failing field, its reason, all messages, the source's row."""
    columns = {"key": ", ".join(entity.key_columns), **{f":{name}": name for name in entity.fields}}
    fields = [pl.when(pl.col(column).is_not_null()).then(pl.lit(name)) for column, name in columns.items()]
    told = refusals.select(
        pl.coalesce(fields).alias("field"),
        pl.coalesce(pl.all()).alias("reason"),
        pl.concat_str(
            [_messages(refusals[column], column, entity) for column in columns],
            separator="; ",
            ignore_nulls=True,
        ).alias("message"),
    )
    return _lines(frame, labels, told, entity)


def _lines(frame: pl.DataFrame, labels: pl.DataFrame, told: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return lines with what identifies their rows, where a file has them, and the rows as the source has them."""
    if FILE in frame.columns:
        where = frame.select(pl.concat_str(place(), pl.lit(": "))).to_series()
        told = told.with_columns(pl.concat_str(where, "message").alias("message"))
    raw = frame.select(pl.struct(entity.source_columns).struct.json_encode().alias("raw"))
    return labels.select("_key", "_row").hstack(told).hstack(raw)


def _messages(reasons: pl.Series, column: str, entity: Entity) -> pl.Series:
    """Return the message for each reason of one column, null where there is none."""
    codes = reasons.drop_nulls().unique().to_list()
    if column == "key":
        texts = [key_refusal(entity.key_columns, code) for code in codes]
    else:
        name = column.removeprefix(":")
        texts = [refusal(name, entity.fields[name], code) for code in codes]
    return reasons.replace_strict(codes, texts, default=None, return_dtype=pl.String)
