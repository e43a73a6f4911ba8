"""Duplicates that are in the target by now: its records under the mapping's strong keys, whoever made them."""

from collections.abc import Iterator, Sequence

import polars as pl

from crm_migration.load.known import golden_ids, known_decisions
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import StrongKey
from crm_migration.match.candidates import Proposals, propose
from crm_migration.match.compare import key_value
from crm_migration.match.decisions import DIFFERENT
from crm_migration.match.plan import Plan
from crm_migration.match.pool import NODE, Pool, node_numbers
from crm_migration.staging import RunFolder, TableWriter, has_table, open_table
from crm_migration.validate.target_review.findings import LISTED, Duplicates
from crm_migration.validate.target_review.held import Subject

STREAM, STEP = "target", "duplicates"
IDS = {"a": pl.String(), "b": pl.String()}


def duplicates(target: SqlTarget, subject: Subject, folder: RunFolder, previous: RunFolder | None) -> Duplicates | None:
    """Return the pairs that a strong key makes one customer, staged by their ids; None where no entity has keys.

    Pairs that people said are different customers are left out.
    """
    proposed = [one for one in (_proposed(subject, name) for name in subject.entities) if one is not None]
    if not proposed:
        return None
    pairs = pl.concat([_with_ids(subject, proposals.pairs) for proposals in proposed]).unique().sort("a", "b")
    pairs = pairs.join(_apart(target, subject.name), on=["a", "b"], how="anti", maintain_order="left")
    with TableWriter(folder, subject.name, STEP) as writer:
        writer.write(pairs)
    before = _before(subject.name, previous)
    arisen = pairs if before is None else pairs.join(before, on=["a", "b"], how="anti", maintain_order="left")
    return Duplicates(
        pairs=pairs.height,
        records=pl.concat([pairs["a"], pairs["b"]]).n_unique(),
        arisen=None if before is None else arisen.height,
        examples=tuple(arisen.head(LISTED).iter_rows()),
        crowded=sum(proposals.shared_values for proposals in proposed),
    )


def _proposed(subject: Subject, name: str) -> Proposals | None:
    """Return what the strong keys of one entity propose, as if every record of the target were a new row."""
    entity = subject.entities[name]
    held = subject.content.columns
    keys = [key for key in (entity.match.keys if entity.match else []) if _columns(key) <= held.keys()]
    if entity.match is None or not keys:
        return None
    plan = Plan(STREAM, name, entity.model_copy(update={"match": entity.match.model_copy(update={"keys": keys})}))
    keyed = _keyed(subject, keys)
    return propose(plan, _pool(subject, keys, keyed["node"]), keyed)


def _columns(key: StrongKey) -> set[str]:
    return {*key.fields, *(key.similar.fields if key.similar else [])}


def _pool(subject: Subject, keys: Sequence[StrongKey], chosen: pl.Series) -> Pool:
    """Return the `chosen` records as rows that are to be placed."""
    identity = pl.concat_str([pl.lit(f"{STREAM}:"), pl.col("id")]).alias("identity")
    placed = [pl.lit(None, pl.String).alias("golden"), pl.lit(value=True).alias("member")]
    nodes = _ids(subject, chosen).select("node", identity, *placed)
    named = sorted(set[str]().union(*map(_columns, keys)))
    elsewhere = pl.DataFrame(schema={"_node": NODE, **dict.fromkeys(named, pl.String())})
    return Pool(subject.content, subject.content.rows, nodes, elsewhere, stream=STREAM)


def _keyed(subject: Subject, keys: Sequence[StrongKey]) -> pl.DataFrame:
    """Return `node` and the value of each key, both as a match would have them, of records that may share a value.

    Of the others there are so many that no more is kept of a value than its hash.
    """
    hashes: list[list[pl.Series]] = [[pl.Series("hash", [], pl.UInt64)] for _ in keys]
    for frame in _valued(subject, keys):
        for at, found in enumerate(hashes):
            found.append(frame[_value(at)].drop_nulls().hash().alias("hash"))
    shared = [_repeated(pl.concat(found)) for found in hashes]
    schema = {"node": NODE, **dict.fromkeys(map(_value, range(len(keys))), pl.String())}
    kept = [pl.DataFrame(schema=schema)]
    for frame in _valued(subject, keys):
        sharing = (
            frame[_value(at)].is_not_null() & frame[_value(at)].hash().is_in(some) for at, some in enumerate(shared)
        )
        kept.append(frame.filter(pl.any_horizontal(*sharing)))
    return pl.concat(kept)


def _value(number: int) -> str:
    return f"_value_{number}"


def _repeated(hashes: pl.Series) -> pl.Series:
    return hashes.filter(hashes.is_duplicated()).unique().implode()


def _valued(subject: Subject, keys: Sequence[StrongKey]) -> Iterator[pl.DataFrame]:
    """Yield, part by part, `node` and the value of each key."""
    wanted = list(dict.fromkeys(field for key in keys for field in key.fields))
    told = [key_value(key).alias(_value(at)) for at, key in enumerate(keys)]
    for frame in _numbered(subject, wanted):
        yield frame.with_columns(pl.col(wanted).cast(pl.String)).select("node", *told)


def _numbered(subject: Subject, columns: list[str]) -> Iterator[pl.DataFrame]:
    start = 0
    for frame in subject.content.frames(columns):
        yield frame.select(node_numbers(start, frame.height).alias("node"), *columns)
        start += frame.height


def _ids(subject: Subject, chosen: pl.Series) -> pl.DataFrame:
    """Return `node` and the target's `id` of the chosen nodes."""
    nodes = pl.DataFrame({"node": chosen.unique().cast(NODE)})
    named = pl.col(subject.key).cast(pl.String).alias("id")
    parts = (
        frame.join(nodes, on="node", how="semi").select("node", named) for frame in _numbered(subject, [subject.key])
    )
    return pl.concat([pl.DataFrame(schema={"node": NODE, "id": pl.String}), *parts])


def _with_ids(subject: Subject, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of nodes as pairs of the target's ids, the smaller one first."""
    if pairs.is_empty():
        return pl.DataFrame(schema=IDS)
    ids = _ids(subject, pl.concat([pairs["a"], pairs["b"]]))
    sides = pairs.select("a", "b").join(ids.rename({"id": "one"}), left_on="a", right_on="node")
    return _in_order(sides.join(ids.rename({"id": "other"}), left_on="b", right_on="node"))


def _in_order(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select(pl.min_horizontal("one", "other").alias("a"), pl.max_horizontal("one", "other").alias("b"))


def _apart(target: SqlTarget, target_object: str) -> pl.DataFrame:
    """Return the pairs of ids of which people said that they are different customers."""
    if not target.ledger.exists():
        return pl.DataFrame(schema=IDS)
    said = known_decisions(target, target_object).filter(pl.col("judgement") == DIFFERENT).select("a", "b")
    ids = golden_ids(target, pl.concat([said["a"], said["b"]]).unique()).select("identity", "target_id")
    sides = said.join(ids.rename({"target_id": "one"}), left_on="a", right_on="identity")
    return _in_order(sides.join(ids.rename({"target_id": "other"}), left_on="b", right_on="identity"))


def _before(target_object: str, previous: RunFolder | None) -> pl.DataFrame | None:
    if previous is None or not has_table(previous, target_object, STEP):
        return None
    return open_table(previous, target_object, STEP).frame()
