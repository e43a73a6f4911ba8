"""Conservation: every extracted row ends in exactly one outcome, by row and by key."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import polars as pl

from crm_migration.clean.classification import left_out
from crm_migration.mapping.model import Entity
from crm_migration.staging import RunFolder, Staged, open_table
from crm_migration.validate.checks import Check, Tally
from crm_migration.validate.selection import Hashes, hashed, repeated

CLEANED = ("clean", "rejected", "filtered")
FIELDS_AT_ONCE = 6


def conservation_checks(folder: RunFolder, entity: str) -> Iterator[Check]:
    """Yield the lines that account for every row of the extract."""
    yield _by_row(folder, entity)
    yield _by_key(folder, entity)


def _by_row(folder: RunFolder, entity: str) -> Check:
    """Each row of the extract was cleaned, rejected or filtered: one of them, once."""
    extract = open_table(folder, entity, "extract")
    times = np.zeros(extract.rows + 1, np.uint8)
    strays = 0
    for step in CLEANED:
        for frame in open_table(folder, entity, step).frames(["_row"]):
            rows = frame["_row"].to_numpy()
            known = (rows >= 1) & (rows <= extract.rows)
            strays += int((~known).sum())
            np.add.at(times, rows[known], 1)
    wrong = np.flatnonzero(times[1:] != 1) + 1
    tally = Tally(strays)
    tally.add(pl.Series([f"⟨row {row}⟩" for row in wrong], dtype=pl.String))
    accounted = int((times[1:] == 1).sum())
    return tally.judged(
        Check(
            "completeness", entity, "rows_cleaned_once", "pass", source_value=str(extract.rows),
            target_value=str(accounted), difference=str(accounted - extract.rows),
        )
    )  # fmt: skip


def _by_key(folder: RunFolder, entity: str) -> Check:
    """Each cleaned, rejected or filtered row has an outcome: one, and no outcome is without a row."""
    expected = _hashes(folder, entity, CLEANED)
    found = _hashes(folder, entity, ("outcome",))
    wrong = _differing(expected, found)
    tally = Tally()
    if len(wrong):
        tally.add(_keys(folder, entity, wrong))
    return tally.judged(
        Check(
            "completeness", entity, "rows_accounted_for", "pass" if not len(wrong) else "fail",
            source_value=str(len(expected)), target_value=str(len(found)), difference=str(len(found) - len(expected)),
        )
    )  # fmt: skip


def _hashes(folder: RunFolder, entity: str, steps: tuple[str, ...]) -> Hashes:
    """Return the sorted hashes of all keys in the steps' tables; eight bytes a row are held, whatever its key."""
    tables = [open_table(folder, entity, step) for step in steps]
    hashes, rows = np.empty(sum(table.rows for table in tables), np.uint64), 0
    for table in tables:
        for part in table.frames(["_key"]):
            hashes[rows : rows + part.height] = hashed(part["_key"])
            rows += part.height
    hashes.sort()
    return hashes


def _differing(expected: Hashes, found: Hashes) -> Hashes:
    """Return the hashes that are not exactly once on both sides; both are sorted."""
    if np.array_equal(expected, found) and not len(repeated(expected)):
        return np.empty(0, np.uint64)
    keys, times = np.unique(np.concatenate([np.unique(expected), np.unique(found)]), return_counts=True)
    return np.unique(np.concatenate([keys[times == 1], repeated(expected), repeated(found)]))


def _keys(folder: RunFolder, entity: str, wanted: Hashes) -> pl.Series:
    """Return the keys behind hashes, each once."""
    found = [pl.Series("_key", [], pl.String)]
    for step in (*CLEANED, "outcome"):
        parts = open_table(folder, entity, step).frames(["_key"])
        found += [part["_key"].filter(pl.Series(np.isin(hashed(part["_key"]), wanted))) for part in parts]
    return pl.concat(found).unique().sort()


def source_fill(folder: RunFolder, entity: str, spec: Entity) -> dict[str, Decimal | None]:
    """Return, per field that reads columns, the share of extracted rows in which one of them is filled.

    Of a table that several entities share, the rows that are this one's count.
    """
    wanted = {name: field.columns for name, field in spec.fields.items() if field.columns}
    extract = open_table(folder, entity, "extract")
    if not extract.rows:
        return dict.fromkeys(wanted, None)
    names = list(wanted)
    # A few columns at a time: all texts of a part at once are what a validation would hold most of.
    groups = [names[start : start + FIELDS_AT_ONCE] for start in range(0, len(names), FIELDS_AT_ONCE)]
    shares: dict[str, Decimal | None] = {}
    for group in groups:
        shares |= _filled(extract, spec, {name: wanted[name] for name in group})
    return shares


def _filled(extract: Staged, spec: Entity, wanted: dict[str, list[str]]) -> dict[str, Decimal | None]:
    columns = sorted({column for listed in wanted.values() for column in listed})
    shared, rows, counts = spec.classification is not None, 0, dict.fromkeys(wanted, 0)
    for part in extract.frames(sorted({*columns, *spec.identifying_columns}) if shared else columns):
        own = part.filter(left_out(part, spec).is_null()) if shared else part
        rows += own.height
        filled = own.select((pl.col(name).str.len_bytes() > 0).fill_null(value=False) for name in columns)
        present = filled.select(pl.any_horizontal(listed).sum().alias(name) for name, listed in wanted.items())
        for name, count in present.row(0, named=True).items():
            counts[name] += count
        del part, own, filled
    return {name: Decimal(count) / rows if rows else None for name, count in counts.items()}
