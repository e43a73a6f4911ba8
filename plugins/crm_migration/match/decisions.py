"""Decisions: what people said of pairs of rows, and what that means for the records of this match.

A decision names two rows. What it binds is their *units*: the record that a row belongs to, or the row itself while
it is to be placed. `same` joins units, whatever guards say; `different` keeps them apart, also where others would
connect them, and wins over `same`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import polars as pl

from crm_migration.match.known import DECISIONS, KnownRecords
from crm_migration.match.pairs import DECIDED, PAIR, beside
from crm_migration.match.plan import Plan

if TYPE_CHECKING:
    from crm_migration.match.pool import Pool

SAME: Literal["same"] = "same"
DIFFERENT: Literal["different"] = "different"
UNSURE: Literal["unsure"] = "unsure"
RULE = "decision"
CONTRADICTION = "contradiction"
UNITS = {"a": pl.String(), "b": pl.String()}
MOVING = {"identity": pl.String(), "former": pl.String()}


def memory(history: Iterable[tuple[int, str, str, str]]) -> dict[tuple[str, str], str]:
    """Return the judgement of each pair: its last one in `history` (number, a, b, judgement), in whatever order."""
    return {(a, b): judgement for _, a, b, judgement in sorted(history)}


@dataclass(frozen=True)
class Settled:
    """What the decisions ask of one match.

    Attributes:
        moving: `identity`, `former`: rows of this extract that leave the record they belonged to and are placed anew.
        together: `a`, `b`: units that are one customer; of each group only one is a record that exists.
        apart: `a`, `b`: units that are different customers.
        unsure: `a`, `b`: identities of rows of which a person said that nobody can tell.
        contradictions: `a`, `b`: identities that `same` would join against a `different`.
        wanted: golden ids of records that the match must have at hand.
    """

    moving: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVING))
    together: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNITS))
    apart: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNITS))
    unsure: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNITS))
    contradictions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNITS))
    wanted: pl.Series = field(default_factory=lambda: pl.Series("golden", [], pl.String))

    @property
    def emptied(self) -> pl.Series:
        """Return the golden ids of records that their last row leaves for another one."""
        return self.moving.filter(pl.col("identity") == pl.col("former"))["former"]

    @cached_property
    def groups(self) -> dict[str, str]:
        """Return the smallest unit of the group that each unit in `together` belongs to."""
        return Groups.of(self.together.iter_rows()).roots()


class Groups:
    """Units joined so far, and the pairs of groups that must not be joined."""

    def __init__(self, apart: Iterable[tuple[str, str]] = ()) -> None:
        """Start with every unit alone, and the units `apart` that must stay so."""
        self._root: dict[str, str] = {}
        self._enemies: dict[str, set[str]] = {}
        for one, other in apart:
            self._enemies.setdefault(one, set()).add(other)
            self._enemies.setdefault(other, set()).add(one)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, ...]]) -> "Groups":
        """Return the groups that `pairs` make."""
        made = cls()
        for one, other in pairs:
            made.join(one, other)
        return made

    def root(self, unit: str) -> str:
        """Return the smallest unit of the group of `unit`."""
        found = unit
        while (above := self._root.get(found, found)) != found:
            found = above
        self._root[unit] = found
        return found

    def join(self, one: str, other: str) -> bool:
        """Join two groups; return whether that was allowed."""
        low, high = sorted((self.root(one), self.root(other)))
        if low == high:
            return True
        hostile = {self.root(enemy) for enemy in self._enemies.get(low, ())}
        if high in hostile:
            return False
        self._root[high] = low
        if enemies := self._enemies.pop(high, set()):
            self._enemies.setdefault(low, set()).update(enemies)
            for enemy in enemies:
                self._enemies.setdefault(self.root(enemy), set()).add(low)
        return True

    def roots(self) -> dict[str, str]:
        """Return the smallest unit of each unit's group."""
        return {unit: self.root(unit) for unit in sorted(self._root)}


def leaving(known: KnownRecords) -> pl.DataFrame:
    """Return `identity`, `former` of the rows that must leave their record since they differ from another member.

    The row that founded the record stays, since the record bears its name for ever; of two others the later one leaves.
    """
    inside = known.decisions.filter((pl.col("judgement") == DIFFERENT) & (pl.col("golden_a") == pl.col("golden_b")))
    later = pl.when(pl.col("b") == pl.col("golden_b")).then("a").otherwise("b")
    return inside.select(later.alias("identity"), pl.col("golden_a").alias("former")).unique(maintain_order=True)


def settle(plan: Plan, known: KnownRecords, here: pl.Series) -> Settled:
    """Return what the decisions ask of a match whose extract holds the identities `here`."""
    if known.decisions.is_empty():
        return Settled()
    gone = leaving(known)
    gone = gone.filter(pl.col("identity").is_in(here.implode()))
    left = dict(gone.select("identity", "former").iter_rows())
    units, existing = _units(known.decisions, left)
    of = known.decisions.select("a", "b", "judgement")
    apart = [(units[a], units[b]) for a, b, said in of.iter_rows() if said == DIFFERENT and units[a] != units[b]]
    groups, contradictions = Groups(apart), []
    for a, b, said in of.sort("a", "b").iter_rows():
        if said == SAME and not groups.join(units[a], units[b]):
            contradictions.append((a, b))
    survivors, losers = _survivors(groups, existing)
    moved = _movable(plan, known, here, losers)
    moving = pl.concat([gone, moved])
    together = [(unit, survivors.get(root, root)) for unit, root in groups.roots().items() if unit not in losers]
    together += [(identity, losers[former]) for identity, former in moved.iter_rows()]
    together = [pair for pair in together if pair[0] != pair[1]]
    return Settled(
        moving,
        pl.DataFrame(sorted(set(together)), schema=UNITS, orient="row"),
        pl.DataFrame(sorted(set(apart)), schema=UNITS, orient="row"),
        of.filter(pl.col("judgement") == UNSURE).select("a", "b"),
        pl.DataFrame(contradictions, schema=UNITS, orient="row"),
        _wanted(moving, together, existing),
    )


def _units(decisions: pl.DataFrame, left: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return the unit of each identity that decisions name, and which units are records that exist."""
    units: dict[str, str] = {}
    existing: set[str] = set()
    for a, b, _, golden_a, golden_b in decisions.select(*DECISIONS).iter_rows():
        for identity, golden in ((a, golden_a), (b, golden_b)):
            placed = golden is not None and identity not in left
            units[identity] = golden if placed else identity
            if golden is not None:
                existing.add(golden)
    return units, existing


def _survivors(groups: Groups, existing: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the record that each group with one joins, by root, and of every other record the one that it joins."""
    survivors: dict[str, str] = {}
    losers: dict[str, str] = {}
    for unit, root in groups.roots().items():
        if unit in existing:
            if root in survivors:
                losers[unit] = survivors[root]
            else:
                survivors[root] = unit
    return survivors, losers


def _movable(plan: Plan, known: KnownRecords, here: pl.Series, losers: dict[str, str]) -> pl.DataFrame:
    """Return the rows of losing records that can move now: the founder only when all the others do, or have."""
    members = known.crosswalk.select(
        plan.identity(pl.col("source_key")).alias("identity"), pl.col("golden_id").alias("former")
    ).filter(pl.col("former").is_in(list(losers)))
    read = members.filter(pl.col("identity").is_in(here.implode()))
    others = known.lineage.select(
        pl.concat_str(["source", "source_key"], separator=":").alias("identity"), pl.col("golden_id").alias("former")
    ).filter(pl.col("former").is_in(list(losers)))
    staying = pl.concat([members, others]).unique().join(read, on="identity", how="anti")
    tied = staying.filter(pl.col("identity") != pl.col("former"))["former"].implode()
    return read.filter((pl.col("identity") != pl.col("former")) | ~pl.col("former").is_in(tied)).sort("identity")


def _wanted(moving: pl.DataFrame, together: list[tuple[str, str]], existing: set[str]) -> pl.Series:
    named = {unit for pair in together for unit in pair if unit in existing}
    return pl.concat([moving["former"], pl.Series(sorted(named), dtype=pl.String)]).unique().alias("golden")


def together(pool: "Pool") -> pl.DataFrame:
    """Return the pairs of nodes (see `pairs`) that `same` makes one customer."""
    groups = pool.settled.groups
    if not groups:
        return pl.DataFrame(schema=PAIR)
    named = pool.units.filter(pl.col("unit").is_in(list(groups))).unique("unit", keep="first", maintain_order=True)
    grouped = named.with_columns(pl.col("unit").replace_strict(groups).alias("group")).sort("group", "unit")
    first = pl.col("node").first().over("group")
    return (
        grouped.with_columns(first.alias("first"))
        .filter(pl.col("node") != pl.col("first"))
        .select(
            pl.col("first").alias("a"),
            pl.col("node").alias("b"),
            pl.lit(DECIDED, dtype=PAIR["rule"]).alias("rule"),
            pl.lit(1.0).alias("weight"),
        )
    )


def undecided(pool: "Pool", pairs: pl.DataFrame) -> pl.DataFrame:
    """Return `pairs` of nodes without those whose records a person said are one, or are not."""
    settled = pool.settled
    if pairs.is_empty() or (settled.together.is_empty() and settled.apart.is_empty()):
        return pairs
    groups = settled.groups
    sides = beside(pairs, pool.units).with_columns(
        pl.col(f"unit_{side}").replace(groups).alias(f"group_{side}") for side in ("a", "b")
    )
    one, other = pl.min_horizontal("unit_a", "unit_b"), pl.max_horizontal("unit_a", "unit_b")
    known = settled.apart.select(pl.min_horizontal("a", "b").alias("one"), pl.max_horizontal("a", "b").alias("other"))
    named = sides.with_columns(one.alias("one"), other.alias("other"))
    open_ones = named.filter(pl.col("group_a") != pl.col("group_b")).join(known, on=["one", "other"], how="anti")
    return open_ones.select(pairs.columns)
