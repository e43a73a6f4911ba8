"""What is to be sent of records that differ, held against what the CRM holds at this moment.

Between the last reading of the CRM and a change that is sent, a person may have changed the same record. A field that
we leave alone is taken over; where we would change it, what the person put there stays, unless the mapping overwrites.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from crm_migration.load.replica.tables import CHANGED

Values = dict[str, str | None]


@dataclass(frozen=True)
class Change:
    """New values of some fields of a record, what they were, and all that the record holds once they are taken."""

    identity: str
    values: Values
    before: Values
    after: Values


@dataclass
class Compared:
    """What becomes of records: `changes` to send, and by id the fields that were `edited` by a person meanwhile.

    Where the CRM holds something else than was known, all that it holds: of records that an attempt before has changed
    as was meant (`arrived`), of others (`held`); and what the replica is to hold then (`meant`).
    """

    changes: list[Change] = field(default_factory=list)
    edited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    arrived: dict[str, Values] = field(default_factory=dict)
    held: dict[str, Values] = field(default_factory=dict)
    meant: dict[str, Values] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    """Records that somebody has changed since they were ours alone, be it in fields that the replica does not hold."""


def compared(both: pl.DataFrame, fields: Sequence[str], held: Mapping[str, Values], overwrite: bool) -> Compared:
    """Compare records (`_id`, each field, each as `<field>_was` known) with what the CRM holds now, by id."""
    found = Compared()
    for row in both.iter_rows(named=True):
        identity = str(row[both.columns[0]])
        meant = {name: row[name] for name in fields}
        was = {name: row[f"{name}_was"] for name in fields}
        _compare(found, identity, (meant, was, dict(held.get(identity, was))), overwrite)
    return found


def _compare(found: Compared, identity: str, sides: tuple[Values, Values, Values], overwrite: bool) -> None:
    """Compare what a record is meant to hold, what it was known to hold, and what it does."""
    meant, was, now = sides
    theirs = [name for name in now if now[name] not in (was[name], meant[name])]
    clashes = [name for name in theirs if meant[name] != was[name]]
    if now != was:
        (found.held if theirs else found.arrived)[identity] = now
    if clashes and not overwrite:
        found.edited[identity] = tuple(clashes)
        return
    after = meant | {name: now[name] for name in theirs if name not in clashes}
    if after != meant:
        found.meant[identity] = after
    values = {name: after[name] for name in now if after[name] != now[name]}
    if values:
        found.changes.append(Change(identity, values, {name: now[name] for name in values}, after))


def later_than_known(known: pl.DataFrame, now: pl.DataFrame, moment: str) -> frozenset[str]:
    """Return the ids, the first column of both, of records that were changed later (`moment`) than is known of them."""
    identity = known.columns[0]
    both = known.select(identity, CHANGED).join(now.select(identity, pl.col(moment).alias("_now")), on=identity)
    return frozenset(both.filter(pl.col("_now") > pl.col(CHANGED))[identity])


def padded(values: Values, decimals: Mapping[str, int | None]) -> Values:
    """Return values with as many decimals in a number as its field shows."""
    return {name: _padded(text, decimals.get(name)) for name, text in values.items()}


def _padded(text: str | None, decimals: int | None) -> str | None:
    if text is None or not decimals:
        return text
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')}"


def frame_of(identity: str, fields: Sequence[str], rows: Mapping[str, Values]) -> pl.DataFrame:
    """Return records, by id, as a frame of texts."""
    schema = dict.fromkeys([identity, *fields], pl.String)
    return pl.DataFrame(
        [[one, *(row[name] for name in fields)] for one, row in rows.items()], schema=schema, orient="row"
    )


def rows_of(frame: pl.DataFrame) -> Iterator[tuple[str, Values]]:
    """Yield the id, which is the first column, and the fields of each row."""
    identity, *fields = frame.columns
    for row in frame.iter_rows(named=True):
        yield str(row[identity]), {name: row[name] for name in fields}
