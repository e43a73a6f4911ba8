"""The rows that take part in a match: this extract's, and the known ones elsewhere that they may meet.

Each is a node. The extract's rows are the nodes 0, 1, … in staged order; known members and records that
are not in the extract follow. A node's identity is `<stream>:<key>`; its golden id is null until placed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from crm_migration.match.decisions import Settled, settle
from crm_migration.match.known import KnownRecords
from crm_migration.match.plan import Plan
from crm_migration.match.records import from_json, is_as_joined
from crm_migration.match.sought import Sought
from crm_migration.staging import Staged

NODE = pl.UInt32()
# Up to so many new rows and known records, all of these are at hand: which of two streams was loaded first makes no
# difference to what is compared. Beyond, those that share something telling with a new row are.
_WHOLE = 50_000


@dataclass(frozen=True)
class Pool:
    """The nodes of a match.

    Attributes:
        clean: the staged rows, nodes 0 to `rows` - 1.
        rows: how many they are.
        nodes: `node`, `identity`, `golden` (null: to be placed), `member` (false: a record of the target
            whose founding member is also here, so that it only helps to find the record).
        elsewhere: the nodes from `rows` on: `_node`, `_identity`, `_golden`, `_member`, `_record` (it stands
            in the target, not in the ledger's lineage) and the typed fields.
        settled: what people's decisions ask of this match.
        merged: golden ids of records that had several members before.
        stream: the name of the extract's stream, with which the identities of its rows begin.
        known: how many rows of each stream earlier runs have placed, whether they are here or not.
    """

    clean: Staged
    rows: int
    nodes: pl.DataFrame
    elsewhere: pl.DataFrame
    settled: Settled = field(default_factory=Settled)
    merged: pl.Series = field(default_factory=lambda: pl.Series("golden_id", [], pl.String))
    stream: str = ""
    known: dict[str, int] = field(default_factory=dict)

    @property
    def fresh(self) -> int:
        """Return how many nodes are to be placed."""
        return self.nodes["golden"].null_count()

    @cached_property
    def units(self) -> pl.DataFrame:
        """Return `node`, `unit`: the record that each node belongs to, or itself where it is to be placed."""
        return self.nodes.select("node", pl.coalesce("golden", "identity").alias("unit"))

    def values(self, wanted: pl.Series, fields: list[str]) -> pl.DataFrame:
        """Return `_node` and `fields` of the `wanted` nodes, reading only those columns from staging."""
        fields = list(dict.fromkeys(fields))
        chosen = pl.DataFrame({"_node": wanted.unique()})
        found = [self.elsewhere.select("_node", *fields).join(chosen, on="_node", how="semi")]
        start = 0
        for part in self.clean.frames(fields):
            numbered = part.select(node_numbers(start, part.height), *fields)
            found.append(numbered.join(chosen, on="_node", how="semi"))
            start += part.height
        return pl.concat(found)


def node_numbers(start: int, count: int) -> pl.Expr:
    """Return the nodes `start` to `start + count` as the column `_node`."""
    return pl.int_range(start, start + count, dtype=NODE).alias("_node")


def gather(plan: Plan, clean: Staged, known: KnownRecords) -> tuple[Pool, pl.DataFrame]:
    """Return the pool, and `node` with one column a strong key (`_value_0`, …) holding its value there."""
    sought = Sought.of(plan, by_model=known.records is not None)
    keys = pl.concat([pl.DataFrame(schema={"_key": pl.String()}), *clean.frames(["_key"])])
    settled = settle(plan, known, keys.select(plan.identity(pl.col("_key"))).to_series())
    rows = _extract(plan, clean, keys, _placed(plan, known, settled), sought)
    records = Counted(known.records)
    elsewhere = _elsewhere(plan, rows, replace(known, records=records), sought, settled)
    elsewhere = elsewhere.select(node_numbers(rows.height, elsewhere.height), pl.all())
    common = [pl.col(name).alias(name[1:]) for name in ("_node", "_identity", "_golden", "_member")]
    nodes = pl.concat([rows.select(common), elsewhere.select(common)])
    keyed = pl.concat([rows.select("_node", *sought.keys), elsewhere.select("_node", *sought.keys)])
    merged = known.lineage["golden_id"].unique()
    placed = _known_rows(known.lineage, records.founded) | {plan.stream: rows.height - rows["_golden"].null_count()}
    pool = Pool(clean, rows.height, nodes, elsewhere.drop(*sought.kinds), settled, merged, plan.stream, placed)
    return pool, keyed.rename({"_node": "node"})


class Counted:
    """Batches of records that are counted as they are read, by the stream that founded them."""

    def __init__(self, batches: Iterable[pl.DataFrame] | None) -> None:
        """Count `batches`, of which there may be none."""
        self._batches = batches
        self.founded: Counter[str] = Counter()

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the batches."""
        for batch in self._batches or ():
            self.founded.update(dict(stream_of(batch["_golden"]).value_counts().iter_rows()))
            yield batch


def stream_of(identities: pl.Series) -> pl.Series:
    """Return the streams of these identities; a key may hold colons, the name of a stream does not."""
    return identities.str.split_exact(":", 1).struct.field("field_0").alias("stream")


def _known_rows(lineage: pl.DataFrame, founded: Counter[str]) -> dict[str, int]:
    """Return how many rows of each stream are known: those that founded a record, and those that joined one."""
    identity = pl.concat_str(["source", "source_key"], separator=":")
    joined = lineage.filter(identity != pl.col("golden_id"))["source"].value_counts().iter_rows()
    return dict(founded + Counter(dict(joined)))


def _placed(plan: Plan, known: KnownRecords, settled: Settled) -> pl.DataFrame:
    """Return `_key`, `_golden` of this stream's rows that keep the record they belong to."""
    placed = known.crosswalk.select(pl.col("source_key").alias("_key"), pl.col("golden_id").alias("_golden"))
    if settled.moving.is_empty():
        return placed
    moving = settled.moving.select(plan.own_key(pl.col("identity")).alias("_key"))
    return placed.join(moving, on="_key", how="anti")


def _extract(plan: Plan, clean: Staged, keys: pl.DataFrame, placed: pl.DataFrame, sought: Sought) -> pl.DataFrame:
    """Return the extract's rows; without key values when none of them is to be placed."""
    rows = keys.join(placed, on="_key", how="left", maintain_order="left")
    nothing = pl.DataFrame(schema=sought.kinds)
    held = [nothing]
    if sought.kinds and rows["_golden"].null_count():
        held += [sought.columns(part) for part in clean.frames(plan.comparing)]
    return pl.concat(
        [
            rows.select(
                node_numbers(0, rows.height),
                plan.identity(pl.col("_key")).alias("_identity"),
                "_golden",
                pl.lit(value=True).alias("_member"),
            ),
            pl.concat(held) if len(held) > 1 else nothing.clear(rows.height),
        ],
        how="horizontal",
    )


def _elsewhere(plan: Plan, rows: pl.DataFrame, known: KnownRecords, by: Sought, settled: Settled) -> pl.DataFrame:
    """Return known members and records outside the extract that its rows touch or could meet, or decisions need."""
    unplaced = rows.filter(pl.col("_golden").is_null())
    sought = {name: _hashes(unplaced[name]) for name in by.kinds}
    members = _members(plan, rows["_identity"], known.lineage, by)
    met = members.filter(_met(members, sought))["_golden"]
    touched = pl.concat([rows["_golden"].drop_nulls(), met, settled.wanted.alias("_golden")]).unique()
    at_hand = pl.concat([rows["_identity"], members["_identity"]]).implode()
    partly = _partly_told(plan, known.lineage, settled).filter(~pl.col("_golden").is_in(rows["_identity"].implode()))
    whole_ones = touched.is_in(at_hand) & ~touched.is_in(partly["_golden"].implode())
    sought["_golden"] = _hashes(touched.filter(~whole_ones))
    batches = known.records if any(map(len, sought.values())) else None
    whole = _WHOLE if by.model and 0 < unplaced.height <= _WHOLE else 0
    records = _records(plan, batches, by, (sought, whole))
    records = records.filter(~pl.col("_golden").is_in(settled.emptied.implode()))
    records = _own_references(plan, records, known.lineage)
    members = _completed(plan, members, partly, records)
    records = records.with_columns(_member=~pl.col("_identity").is_in(at_hand))
    touched = pl.concat([touched, records["_golden"]]).implode()
    return pl.concat([members.filter(pl.col("_golden").is_in(touched)), records])


def _partly_told(plan: Plan, lineage: pl.DataFrame, settled: Settled) -> pl.DataFrame:
    """Return `_golden` and, for each field, whether the ledger lacks it of the founder of another stream.

    What such a founder was when a row joined it holds the fields of the stream that joined only; its own stream writes
    a whole line when it changes. Of a record that rows leave, no more is known than that line.
    """
    former = settled.moving["former"].implode()
    lines = lineage.filter(is_as_joined(pl.col("record")) & ~pl.col("golden_id").is_in(former))
    lacks = [(~pl.col("record").str.contains(f'"{name}":', literal=True)).alias(name) for name in plan.fields]
    return lines.select(pl.col("golden_id").alias("_golden"), *lacks).filter(pl.any_horizontal(list(plan.fields)))


def _completed(plan: Plan, members: pl.DataFrame, partly: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the members with what the ledger lacks of a founder as its record in the target has it."""
    if partly.is_empty():
        return members
    fields = list(plan.fields)
    stand_in = records.select("_identity", pl.col(fields).name.suffix(" now")).join(
        partly.rename({"_golden": "_identity"} | {name: f"{name} lacks" for name in fields}), on="_identity"
    )
    beside = members.join(stand_in, on="_identity", how="left", maintain_order="left")
    filled = [pl.when(pl.col(f"{name} lacks")).then(f"{name} now").otherwise(name).alias(name) for name in fields]
    return beside.with_columns(filled).select(members.columns)


def _hashes(values: pl.Series) -> pl.Series:
    return values.drop_nulls().unique().hash().sort()


def _met(frame: pl.DataFrame, sought: dict[str, pl.Series]) -> pl.Series:
    """Return which rows hold a sought value; two values of one hash pass together, which only costs time."""
    met = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    for name, hashes in sought.items():
        if len(hashes):
            own = frame[name].hash()
            place = hashes.search_sorted(own).clip(upper_bound=len(hashes) - 1)
            met |= (hashes[place] == own) & frame[name].is_not_null()
    return met


def _members(plan: Plan, present: pl.Series, lineage: pl.DataFrame, by: Sought) -> pl.DataFrame:
    identity = pl.concat_str(["source", "source_key"], separator=":")
    absent = lineage.with_columns(_identity=identity).filter(~pl.col("_identity").is_in(present.implode()))
    opened = from_json(absent.select("_identity", pl.col("golden_id").alias("_golden"), "record"), plan.fields)
    opened = opened.with_columns(_where(plan, plan.own_key(pl.col("_identity")).is_not_null()))
    flags = [pl.lit(True).alias("_member"), pl.lit(False).alias("_record")]
    return by.beside(opened.select("_identity", "_golden", *flags, *plan.fields))


def _own_references(plan: Plan, records: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """Return `records` with the references of those alone that no other stream feeds.

    What stands in a record that several feed may be another's, and must not pass for what this one brings.
    """
    fed = lineage.filter(pl.col("source") != plan.stream)["golden_id"].implode()
    return records.with_columns(
        _where(plan, plan.own_key(pl.col("_identity")).is_not_null() & ~pl.col("_golden").is_in(fed))
    )


def _where(plan: Plan, condition: pl.Expr) -> list[pl.Expr]:
    """Return the references where `condition` holds; elsewhere they are null, being keys of another source."""
    return [pl.when(condition).then(name).alias(name) for name in plan.references]


def _records(
    plan: Plan, batches: Iterable[pl.DataFrame] | None, by: Sought, wanted: tuple[dict[str, pl.Series], int]
) -> pl.DataFrame:
    """Return the records that hold a sought value; all, where they are no more than the second of `wanted`."""
    sought, whole = wanted
    kinds = {"_golden": pl.String(), **plan.fields}
    found, others = [by.beside(pl.DataFrame(schema=kinds))], [pl.DataFrame()]
    count = 0
    for batch in batches or ():
        typed = batch.select(
            (pl.col(name) if name in batch.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in kinds.items()
        )
        here = by.beside(typed)
        met = _met(here, sought)
        found.append(here.filter(met))
        count += here.height
        others = [*others, here.filter(~met)] if count <= whole else others[:1]
    unique = pl.concat([*found, *others[1:]]).unique("_golden", keep="first", maintain_order=True)
    flags = [pl.lit(True).alias("_member"), pl.lit(True).alias("_record")]
    return unique.select(pl.col("_golden").alias("_identity"), "_golden", *flags, *plan.fields, *by.kinds)
