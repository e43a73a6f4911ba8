"""The validation's lines and the sample, as the validate and load rooms staged them."""

import re

import polars as pl

from crm_migration.report.model import Check, Checks, Sample, SampleReason
from crm_migration.report.tables import RUN, EntityTables, find_table, read
from crm_migration.staging import RunFolder
from crm_migration.validate.checks import QUOTES_VALUES

REASONS_SHOWN = 60


def checks(folder: RunFolder, step: str) -> Checks | None:
    """Return the lines of `sample_checks` or `full_checks`; None when that validation was not reached."""
    staged = find_table(folder, RUN, step)
    if staged is None:
        return None
    lines = tuple(_check(row) for frame in read(staged) for row in frame.iter_rows(named=True))
    status = [line.status for line in lines]
    return Checks(
        passed=status.count("pass"),
        failed=status.count("fail"),
        info=status.count("info"),
        seconds=sum(line.seconds or 0.0 for line in lines),
        lines=lines,
    )


def _check(row: dict[str, object]) -> Check:
    known = {name: row[name] for name in Check.model_fields}
    known |= {"failing": row["failing"] or 0, "failing_keys": row["failing_keys"] or []}
    if row["name"] in QUOTES_VALUES:
        known |= {"source_value": None, "target_value": None}
    elif row["validation"] == "acceptance":
        known["target_value"] = _answer(row)
    return Check.model_validate(known)


def _answer(row: dict[str, object]) -> object:
    """Return what an acceptance query found, unless it may be a value out of a customer's record."""
    found, expected = row["target_value"], row["source_value"]
    plain = found == expected or re.fullmatch(r"[\d., -]*|(at least )?\d+ rows|no rows|rows", str(found))
    return found if plain else "another value"


def sample(tables: EntityTables) -> Sample | None:
    """Return the size of an entity's sample and why each record is in it; None when none was chosen."""
    if tables.sample is None:
        return None
    frames = [*read(tables.sample, ["_golden", "why"])]
    chosen = pl.concat(frames) if frames else pl.DataFrame(schema={"_golden": pl.String, "why": pl.String})
    counts = chosen["why"].fill_null("").value_counts(name="records").sort("records", "why", descending=[True, False])
    uncovered = tables.sample.facts.get("uncovered")
    return Sample(
        records=chosen["_golden"].n_unique(),
        of=None if tables.golden is None else tables.golden.rows,
        why=tuple(SampleReason(why=why, records=rows) for why, rows in counts.head(REASONS_SHOWN).iter_rows()),
        uncovered=tuple(map(str, uncovered)) if isinstance(uncovered, list) else None,
    )
