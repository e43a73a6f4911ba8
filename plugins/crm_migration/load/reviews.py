"""The pairs that wait for a person: kept in the ledger from run to run, listed, and decided."""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import MappingFault, OperatorNeeded
from crm_migration.ledger.decisions import Decided, Judgement, decision_history, record_decisions
from crm_migration.load.bulk import insert_rows, update_rows
from crm_migration.load.known import golden_ids
from crm_migration.load.lines import lines_of
from crm_migration.load.target import SqlTarget
from crm_migration.match.decisions import DIFFERENT, SAME, UNSURE, memory
from crm_migration.staging import RunFolder, TableWriter, open_table

LONGEST_IDENTITY = 400
State = Literal["open", "unsure", "accepted", "rejected", "closed"]
REVIEW = {"a": pl.String, "b": pl.String, "rule": pl.String, "reason": pl.String, "probability": pl.Float64}


def remember_review(target: SqlTarget, folder: RunFolder, entity: str, run_no: int) -> None:
    """Keep the pairs that a run left to a person; forget undecided ones of rows that it placed without asking again.

    Stages the numbers by which they are decided (`review_numbers`).
    """
    target_object = target.mapping.entities[entity].target.object
    stream = target.ledger.stream_no(folder.source, entity, target_object)
    staged = open_table(folder, entity, "review").frame([*REVIEW, "weights"])
    proposed = _proposed(target_object, staged)
    table = target.ledger.tables.match_review
    said = memory(decision_history(target.ledger, target_object))
    with target.transaction() as connection:
        known = _known(connection, table, target_object)
        if known.is_empty() and proposed.is_empty():
            return
        silent = known.join(proposed, on="pair_sha256", how="anti")
        undecided = [(a, b) not in said for a, b in silent.select("a", "b").iter_rows()]
        _forget(connection, table, silent.filter(undecided), (folder, entity))
        told = proposed.with_columns(pl.lit(stream).alias("stream_no"), pl.lit(run_no).alias("last_run"))
        again = told.join(known.select("pair_sha256", "pair_no"), on="pair_sha256", how="inner")
        if not again.is_empty():
            update_rows(connection, table, ["pair_no"], again.drop("pair_sha256", "object", "a", "b"))
        fresh = told.join(known, on="pair_sha256", how="anti").with_columns(pl.lit(run_no).alias("first_run"))
        insert_rows(connection, table, fresh)
        numbered = _known(connection, table, target_object).join(proposed, on="pair_sha256", how="semi")
    with TableWriter(folder, entity, "review_numbers") as writer:
        writer.write(numbered.select("a", "b", "pair_no").sort("pair_no"))


def _proposed(target_object: str, staged: pl.DataFrame) -> pl.DataFrame:
    """Return each pair once, in order of its identities, under the reason that says most of the two."""
    ordered = staged.with_columns(
        pl.min_horizontal("a", "b").alias("a"),
        pl.max_horizontal("a", "b").alias("b"),
        (pl.col("reason") == "key_value_shared_by_many").alias("_crowded"),
    )
    short = ordered.filter(pl.max_horizontal(pl.col("a", "b").str.len_chars()) <= LONGEST_IDENTITY)
    order = ["a", "b", "_crowded", "probability"]
    unique = short.sort(order, descending=[False, False, False, True], nulls_last=True).unique(
        ["a", "b"], keep="first", maintain_order=True
    )
    hashes = [_pair_hash(target_object, a, b) for a, b in unique.select("a", "b").iter_rows()]
    return unique.drop("_crowded").with_columns(
        pl.Series("pair_sha256", hashes, dtype=pl.String), pl.lit(target_object).alias("object")
    )


def _pair_hash(target_object: str, a: str, b: str) -> str:
    return hashlib.sha256(f"{target_object}\x1f{a}\x1f{b}".encode()).hexdigest()


def _known(connection: sa.Connection, table: sa.Table, target_object: str) -> pl.DataFrame:
    chosen = sa.select(table.c.pair_no, table.c.pair_sha256, table.c.a, table.c.b).where(
        table.c.object == target_object
    )
    schema = {"pair_no": pl.Int64, "pair_sha256": pl.String, "a": pl.String, "b": pl.String}
    return pl.DataFrame([tuple(row) for row in connection.execute(chosen)], schema=schema, orient="row")


def _placed(folder: RunFolder, entity: str, named: pl.Series) -> pl.Series:
    """Return those of the identities `named` whose rows this run has placed, for the first time or anew."""
    identity = pl.concat_str(pl.lit(f"{folder.source}.{entity}:"), "_key").alias("identity")
    found = [pl.Series("identity", [], pl.String)]
    for frame in open_table(folder, entity, "members").frames(["_key", "_placed"]):
        placed = frame.filter("_placed").select(identity)
        found.append(placed.filter(pl.col("identity").is_in(named.implode()))["identity"])
    return pl.concat(found)


def _forget(connection: sa.Connection, table: sa.Table, lines: pl.DataFrame, place: tuple[RunFolder, str]) -> None:
    if lines.is_empty():
        return
    anew = _placed(*place, pl.concat([lines["a"], lines["b"]])).implode()
    gone = lines.filter(pl.col("a").is_in(anew) | pl.col("b").is_in(anew))["pair_no"].to_list()
    for start in range(0, len(gone), 500):
        connection.execute(table.delete().where(table.c.pair_no.in_(gone[start : start + 500])))


@dataclass(frozen=True)
class Pair:
    """A pair of rows that a run proposed, and what has become of it.

    Attributes:
        number: by which it is decided.
        entity: the entity of the mapping whose object the rows are loaded into.
        a: identity of a row: `source.entity:key`.
        b: identity of the other row.
        weights: what each comparison weighed, by its name: `level` and `weight`; None where no model was asked.
        state: `open`; `unsure`; `accepted` or `rejected` by a person; `closed`: one record by now, or rolled back.
        waits: accepted, but the run that joins the two is yet to come.
    """

    number: int
    entity: str
    a: str
    b: str
    rule: str | None
    reason: str
    probability: float | None
    weights: dict[str, dict[str, float | str]] | None
    last_run: int
    state: State = "open"
    waits: bool = False


def review_pairs(target: SqlTarget, entity: str | None = None) -> list[Pair]:
    """Return the pairs of a mapping's entities, open ones first, likeliest first.

    Raises:
        OperatorNeeded: no run has loaded this target yet.
    """
    ready(target)
    objects: dict[str, str] = {}
    for name, spec in target.mapping.entities.items():
        if entity in (None, name):
            objects.setdefault(spec.target.object, name)
    pairs = [pair for target_object, name in objects.items() for pair in _pairs_of(target, target_object, name)]
    order = ("open", "unsure", "accepted", "rejected", "closed")
    return sorted(pairs, key=lambda pair: (order.index(pair.state), -(pair.probability or 0), pair.number))


def ready(target: SqlTarget) -> None:
    """Bring the ledger to this version's shape.

    Raises:
        OperatorNeeded: no run has loaded this target yet.
    """
    if not target.ledger.exists():
        raise OperatorNeeded(f"{target.mapping.target.name}: expected a ledger, found none; run the mapping first")
    target.ledger.migrate()


def _pairs_of(target: SqlTarget, target_object: str, entity: str) -> list[Pair]:
    table = target.ledger.tables.match_review
    columns = [table.c[name] for name in ("pair_no", "a", "b", "rule", "reason", "probability", "weights", "last_run")]
    with target.engine.connect() as connection:
        lines = [tuple(row) for row in connection.execute(sa.select(*columns).where(table.c.object == target_object))]
    said = memory(decision_history(target.ledger, target_object))
    identities = pl.Series([identity for line in lines for identity in line[1:3]], dtype=pl.String).unique()
    golden = dict(golden_ids(target, identities).select("identity", "golden_id").iter_rows())
    pairs = []
    for number, a, b, rule, reason, probability, weights, run in lines:
        one, other = golden.get(a), golden.get(b)
        state = _state(said.get((a, b)), one, other)
        told = json.loads(weights) if weights else None
        waits = state == "accepted" and one != other
        pairs.append(Pair(number, entity, a, b, rule, reason, probability, told, run, state, waits))
    return pairs


def _state(judgement: str | None, one: str | None, other: str | None) -> State:
    if judgement == SAME:
        return "accepted"
    if judgement == DIFFERENT:
        return "rejected"
    if one is None or other is None or one == other:
        return "closed"
    return "unsure" if judgement == UNSURE else "open"


def chosen_pairs(target: SqlTarget, numbers: list[int]) -> list[Pair]:
    """Return the pairs of these numbers, in that order.

    Raises:
        MappingFault: there is no such pair among the mapping's entities.
    """
    known = {pair.number: pair for pair in review_pairs(target)}
    if missing := [str(number) for number in numbers if number not in known]:
        raise MappingFault(
            f"expected numbers of this mapping's pairs, found {', '.join(missing)}; "
            "see them by: crm-migration review list"
        )
    return [known[number] for number in numbers]


def decide_pairs(target: SqlTarget, pairs: list[Pair], judgement: Judgement, decided: Decided) -> None:
    """Record a person's judgement of the pairs; the next run that reads one of the rows follows it."""
    for entity in dict.fromkeys(pair.entity for pair in pairs):
        target_object = target.mapping.entities[entity].target.object
        mine = [(pair.a, pair.b) for pair in pairs if pair.entity == entity]
        record_decisions(target.ledger, target_object, mine, judgement, decided)


@dataclass(frozen=True)
class Unmerged:
    """Rows that are to leave a record (identities), and those that stay in it."""

    leaving: list[str]
    staying: list[str]


def unmerge(target: SqlTarget, entity: str, rows: tuple[str, str | None], decided: Decided) -> Unmerged:
    """Record that a row (source key) differs from the other rows of its record, or from the second of `rows` only.

    The row that founded the record stays: the record bears its name for ever. So a founder is taken apart from others
    by letting those leave.

    Raises:
        MappingFault: the mapping has no such entity, or the rows are not members of one record.
        OperatorNeeded: no run has loaded this target yet.
    """
    ready(target)
    if entity not in target.mapping.entities:
        known = ", ".join(target.mapping.entities)
        raise MappingFault(f"expected an entity of the mapping, found '{entity}'; use {known}")
    key, other = rows
    identity = f"{target.mapping.source.name}.{entity}:{key}"
    golden, members = _members(target, identity)
    others = [member for member in members if member != identity]
    if other is not None:
        named = {other, f"{target.mapping.source.name}.{entity}:{other}"}
        others = [member for member in others if member in named]
    if golden is None or not others:
        raise MappingFault(f"{entity}: expected {key} to share its record with {other or 'another row'}; it does not")
    record_decisions(
        target.ledger,
        target.mapping.entities[entity].target.object,
        [(identity, member) for member in others],
        DIFFERENT,
        decided,
    )
    leaving = sorted({_leaver(golden, identity, member) for member in others})
    return Unmerged(leaving, [member for member in members if member not in leaving])


def _leaver(golden: str, one: str, other: str) -> str:
    """Return which of two members leaves their record, as matching decides it."""
    return min(one, other) if max(one, other) == golden else max(one, other)


def _members(target: SqlTarget, identity: str) -> tuple[str | None, list[str]]:
    """Return the golden id of a row's record and the identities of all its members."""
    found = golden_ids(target, pl.Series([identity], dtype=pl.String))
    if found.is_empty():
        return None, []
    golden = found["golden_id"].item()
    names = {number: name for name, number in target.ledger.streams().items()}
    with target.transaction() as connection:
        lines = lines_of(connection, target, found["golden_id"])
    listed = lines.select("stream_no", "source_key").iter_rows()
    return golden, sorted(f"{names[stream]}:{key}" for stream, key in listed)
