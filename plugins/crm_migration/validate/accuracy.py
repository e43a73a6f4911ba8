"""Accuracy: every record that was loaded, read back and compared with what was meant."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import polars as pl

from crm_migration.load.accounts import Account, opened, shared_heads
from crm_migration.load.fingerprint import WIDTH, canonical, canonical_from_target, fingerprints, hashes, unpack
from crm_migration.mapping.model import Entity, Reference
from crm_migration.staging import has_table, open_table
from crm_migration.validate.checks import Check, Status, Tally
from crm_migration.validate.edits import Edits
from crm_migration.validate.loaded import loaded_records
from crm_migration.validate.selection import SLICE_ROWS, Flags, Hashes, Selection, apart, hashed
from crm_migration.validate.totals import NO_CURRENCY, Totals

SCALE_OF_SHARE = Decimal("0.0001")


@dataclass
class ReadBack:
    """What reading an entity's records back has found; per golden record: lines in the crosswalk, and standing.

    `aside` marks records whose values are not this load's doing: edited in the target since, holding what another
    stream brought, or left as they were because the mapping only inserts. They are kept out of totals and suites.
    """

    selection: Selection
    seen: np.ndarray
    aside: Flags
    present: Flags
    target_hash: Hashes
    totals: Totals
    drawn: list[pl.DataFrame] = field(default_factory=list)
    absent: Tally = field(default_factory=Tally)
    absent_earlier: Tally = field(default_factory=Tally)
    differing: Tally = field(default_factory=Tally)
    differing_fields: dict[str, Tally] = field(default_factory=dict)
    edited: Tally = field(default_factory=Tally)
    not_comparable: Tally = field(default_factory=Tally)
    empty_required: dict[str, Tally] = field(default_factory=dict)

    @classmethod
    def of(cls, selection: Selection) -> "ReadBack":
        """Return the findings before anything was read."""
        size, entity = selection.rows, selection.scope.entity(selection.entity)
        return cls(
            selection=selection,
            seen=np.zeros(size, np.uint8),
            aside=np.zeros(size, np.bool_),
            present=np.zeros(size, np.bool_),
            target_hash=np.zeros(size, np.uint64),
            totals=Totals(entity),
            empty_required={name: Tally() for name, spec in entity.fields.items() if getattr(spec, "required", False)},
        )

    @property
    def entity(self) -> Entity:
        """Return the mapping's entity."""
        return self.selection.scope.entity(self.selection.entity)


def read_back(selection: Selection) -> ReadBack:
    """Read every record of the selection back from the target and compare it with its fingerprint."""
    found = ReadBack.of(selection)
    _set_apart(found)
    edits = Edits(selection.scope, selection.entity)
    for frame in loaded_records(selection):
        for piece in frame.iter_slices(SLICE_ROWS):
            _take(found, piece, edits)
    return found


def _set_apart(found: ReadBack) -> None:
    """Put aside the records that by survivorship do not hold what the golden record says."""
    selection, scope = found.selection, found.selection.scope
    step = f"{scope.phase}_apart"
    if has_table(scope.folder, selection.entity, step):
        for part in open_table(scope.folder, selection.entity, step).frames(["_golden"]):
            at = selection.positions(part["_golden"])
            found.aside[at[at >= 0]] = True


def _take(found: ReadBack, frame: pl.DataFrame, edits: Edits) -> None:
    marked = frame.with_columns(pl.Series("_at", found.selection.positions(frame["_golden"])))
    found.absent_earlier.add(marked.filter((pl.col("_at") < 0) & pl.col("_present").is_null())["_key"])
    mine = marked.filter(pl.col("_at") >= 0)
    np.add.at(found.seen, mine["_at"].to_numpy(), 1)
    found.absent.add(mine.filter(pl.col("_present").is_null())["_key"])
    _compare(found, mine.filter(pl.col("_present").is_not_null()), edits)


def _compare(found: ReadBack, frame: pl.DataFrame, edits: Edits) -> None:
    if frame.is_empty():
        return
    at, run_no = frame["_at"].to_numpy(), found.selection.scope.run_no
    found.present[at] = True
    found.target_hash[at] = hashed(frame["_target_id"])
    frame = canonical_from_target(frame, found.entity)
    mine = (pl.col("_inserted_run").cast(pl.Int64) == run_no) | (pl.col("_changed_run").cast(pl.Int64) == run_no)
    actual = fingerprints(frame, found.entity).bin.encode("hex")
    frame = frame.with_columns(
        mine.fill_null(value=False).alias("_mine"),
        (actual != frame["_fingerprint"].str.to_lowercase()).alias("_differs"),
    )
    _explain(found, frame.filter("_differs"), edits)
    if found.entity.target.write == "insert":
        found.aside[frame.filter(pl.col("_inserted_run").cast(pl.Int64) != run_no)["_at"].to_numpy()] = True
    counted = frame.filter(~pl.Series(found.aside[at]))
    found.totals.add(counted)
    drawn = counted.filter(pl.col("_golden").is_in(found.selection.drawn["_golden"].implode()))
    found.drawn.append(apart(drawn))
    for name, tally in found.empty_required.items():
        tally.add(counted.filter(pl.col(name).is_null())["_key"])


def _explain(found: ReadBack, frame: pl.DataFrame, edits: Edits) -> None:
    """Tell records that the load got wrong from those that somebody edited in the target afterwards."""
    if frame.is_empty():
        return
    kept = frame["_fingerprint"].str.decode("hex")
    stored, covered = unpack(kept, found.entity, edits.layouts)
    comparable = np.asarray(covered.all(axis=1))
    shared = kept.bin.slice(0, WIDTH).is_in(shared_heads(edits.layouts)).to_numpy()
    mine = frame["_mine"].to_numpy()
    differs = covered & (stored != hashes(frame, found.entity))
    allowed = edits.standing(frame)
    # Another stream of this run may have written a field that it gives another type.
    wrong = mine & ((differs & ~allowed).any(axis=1) | (~comparable & ~shared))
    # A fingerprint that other fields take part in is another text though no field differs.
    same = comparable & ~differs.any(axis=1)
    edited = ~wrong & comparable & ~same
    found.differing.add(frame["_key"].filter(pl.Series(wrong)))
    found.edited.add(frame["_key"].filter(pl.Series(edited)))
    found.not_comparable.add(frame["_key"].filter(pl.Series(~wrong & ~comparable)))
    found.aside[frame["_at"].to_numpy()[(~wrong & ~same) | _others_values(found, frame, edits)]] = True
    for place, name in enumerate(found.entity.fields):
        rows = wrong & differs[:, place] & ~allowed[:, place]
        if rows.any():
            found.differing_fields.setdefault(name, Tally()).add(frame["_key"].filter(pl.Series(rows)))


def _others_values(found: ReadBack, frame: pl.DataFrame, edits: Edits) -> Flags:
    """Return which records hold, in some field, another value than this stream brought."""
    stream = f"{found.selection.scope.folder.source}.{found.selection.entity}"
    parts = opened(frame["_fingerprint"].str.decode("hex"), frame["_golden"], edits.layouts)
    account = Account.of(parts, stream, found.entity, frame.height)
    return np.asarray((account.has_brought & (account.brought != account.loaded)).any(axis=1))


def golden_totals(found: ReadBack) -> Totals:
    """Return the totals of the golden records that the target is to hold as they are."""
    totals = Totals(found.entity)
    for part in found.selection.parts(["_golden", *found.entity.fields]):
        counted = part.filter(~pl.Series(found.aside[part["_at"].to_numpy()]))
        totals.add(canonical(counted, found.entity))
        del part, counted
    return totals


def accuracy_checks(found: ReadBack, meant: Totals) -> list[Check]:
    """Return the lines on fingerprints, sums, extremes and row counts."""
    return [
        *_fingerprint_checks(found),
        *_count_checks(found, meant),
        *_sum_checks(found, meant),
        *_extreme_checks(found, meant),
    ]


def _fingerprint_checks(found: ReadBack) -> Iterator[Check]:
    name = found.selection.entity
    read = int(found.present.sum())
    standing = found.edited.count + found.not_comparable.count
    yield found.differing.judged(
        Check(
            "accuracy", name, "fingerprint", "pass",
            source_value=str(read - standing),
            target_value=str(read - standing - found.differing.count),
            difference=str(found.differing.count),
        )
    )  # fmt: skip
    for field_name, tally in found.differing_fields.items():
        yield tally.judged(Check("accuracy", name, "field_differs", "pass", field=field_name))
    yield found.edited.judged(Check("accuracy", name, "edited_in_target", "info"))
    if found.not_comparable.count:
        yield found.not_comparable.judged(Check("accuracy", name, "fingerprint_not_comparable", "info"))


def _count_checks(found: ReadBack, meant: Totals) -> Iterator[Check]:
    yield _equal(found, ("rows", None), meant.rows, found.totals.rows)


def _sum_checks(found: ReadBack, meant: Totals) -> Iterator[Check]:
    tolerance = found.selection.scope.mapping.tolerances.sum_difference
    for name, currency in sorted({*meant.sums, *found.totals.sums}):
        expected = meant.sums.get((name, currency), Decimal(0))
        actual = found.totals.sums.get((name, currency), Decimal(0))
        status: Status = "pass" if abs(actual - expected) <= tolerance else "fail"
        label = "sum" if currency == NO_CURRENCY else f"sum {currency}"
        yield Check(
            "accuracy", found.selection.entity, label, status, field=name, source_value=f"{expected:f}",
            target_value=f"{actual:f}", difference=f"{actual - expected:f}", tolerance=f"{tolerance:f}",
        )  # fmt: skip


def _extreme_checks(found: ReadBack, meant: Totals) -> Iterator[Check]:
    for name in sorted({*meant.extremes, *found.totals.extremes}):
        expected = meant.extremes.get(name, (None, None))
        actual = found.totals.extremes.get(name, (None, None))
        yield _equal(found, ("minimum", name), expected[0], actual[0])
        yield _equal(found, ("maximum", name), expected[1], actual[1])


def _equal(found: ReadBack, what: tuple[str, str | None], expected: object, actual: object) -> Check:
    difference = str(actual - expected) if isinstance(expected, int) and isinstance(actual, int) else None
    return Check(
        "accuracy", found.selection.entity, what[0], "pass" if expected == actual else "fail", field=what[1],
        source_value=None if expected is None else str(expected),
        target_value=None if actual is None else str(actual), difference=difference,
    )  # fmt: skip


def fill_checks(found: ReadBack, meant: Totals, source: dict[str, Decimal | None]) -> list[Check]:
    """Return how full each field is at the source and in the target; fewer values than meant is a failure.

    A reference may be emptied because its parent is missing, together with the fields that the mapping names beside
    it: these are told, not judged.
    """
    emptied = {name for name, spec in found.entity.fields.items() if isinstance(spec, Reference)}
    for spec in found.entity.references.values():
        emptied.update(spec.null_together)
    checks = []
    for name in found.entity.fields:
        expected, actual = meant.filled.get(name, 0), found.totals.filled.get(name, 0)
        short = max(expected - actual, 0)
        status: Status = "pass"
        if short:
            status = "info" if name in emptied else "fail"
        checks.append(
            Check(
                "completeness", found.selection.entity, "fill_rate", status, field=name,
                source_value=_share(source.get(name), expected, meant.rows),
                target_value=_share(None, actual, found.totals.rows), difference=str(actual - expected), failing=short,
            )
        )  # fmt: skip
    return checks


def _share(known: Decimal | None, filled: int, rows: int) -> str | None:
    if known is None and not rows:
        return None
    share = known if known is not None else Decimal(filled) / rows
    return f"{share.quantize(SCALE_OF_SHARE):f}"
