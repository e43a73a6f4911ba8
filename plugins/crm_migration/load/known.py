"""What ledger and target already know, for the match room."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.clean.types import polars_type
from crm_migration.extract.dialect import read_text
from crm_migration.ledger.decisions import decision_history
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.fingerprint import canonical_from_target
from crm_migration.load.retired import still_there
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Mapping, Reference
from crm_migration.match.decisions import DIFFERENT, SAME, memory
from crm_migration.match.known import CROSSWALK, DECISIONS, LINEAGE, KnownRecords
from crm_migration.match.model import model_path
from crm_migration.match.plan import MODEL_RULE
from crm_migration.match.thresholds import LABELS, UNGUARDED


def known_records(target: SqlTarget, mapping: Mapping, entity: str) -> KnownRecords:
    """Return the crosswalk of this source's `entity`, its merged rows, and the target's golden records (lazily)."""
    if not target.ledger.exists():
        return KnownRecords.nothing()
    target_object = mapping.entities[entity].target.object
    stream = f"{mapping.source.name}.{entity}"
    number = target.ledger.streams().get(stream)
    crosswalk = _crosswalk(target, number) if number is not None else pl.DataFrame(schema=CROSSWALK)
    lineage = _lineage(target, target_object)
    decisions = known_decisions(target, target_object)
    labels = labelled_pairs(target, target_object, decisions)
    return KnownRecords(crosswalk, GoldenRecords(target, mapping, entity), lineage, decisions, labels)


def known_decisions(target: SqlTarget, target_object: str) -> pl.DataFrame:
    """Return what people last said of pairs of rows of the object, and whose records they are (`DECISIONS`)."""
    said = memory(decision_history(target.ledger, target_object))
    lines = [(a, b, judgement) for (a, b), judgement in said.items()]
    pairs = pl.DataFrame(lines, schema=list(DECISIONS.items())[:3], orient="row")
    golden = golden_ids(target, pl.concat([pairs["a"], pairs["b"]]).unique())
    for side in ("a", "b"):
        named = golden.select(pl.col("identity").alias(side), pl.col("golden_id").alias(f"golden_{side}"))
        pairs = pairs.join(named, on=side, how="left", maintain_order="left")
    return pairs


def labelled_pairs(target: SqlTarget, target_object: str, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return of the pairs that the model showed and a person judged what either said (`LABELS`)."""
    judged = decisions.filter(pl.col("judgement").is_in([SAME, DIFFERENT])).select("a", "b", "judgement")
    if judged.is_empty():
        return pl.DataFrame(schema=LABELS)
    table = target.ledger.tables.match_review
    modelled = sa.and_(table.c.object == target_object, table.c.rule == MODEL_RULE, table.c.probability.is_not(None))
    chosen = sa.select(table.c.a, table.c.b, table.c.reason, table.c.probability).where(modelled)
    with target.engine.connect() as connection:
        lines = [tuple(row) for row in connection.execute(chosen)]
    schema = {"a": pl.String, "b": pl.String, "reason": pl.String, "probability": pl.Float64}
    shown = pl.DataFrame(lines, schema=schema, orient="row")
    return shown.join(judged, on=["a", "b"], how="inner").select(
        "probability",
        (pl.col("judgement") == SAME).alias("same"),
        (~pl.col("reason").is_in(UNGUARDED)).alias("guarded"),
    )


def untrained(target: SqlTarget, loaded: LoadedMapping) -> list[str]:
    """Return a sentence for each entity that asks for a model, has none saved, and shares its object with a source.

    Each run would train a model on its own rows, or none on few: which source comes first would matter.
    """
    if not target.ledger.exists():
        return []
    source, found = loaded.mapping.source.name, []
    for name, entity in loaded.mapping.entities.items():
        if entity.match is None or entity.match.model is None or model_path(loaded.path, name).exists():
            continue
        others = sorted(_feeding(target, entity.target.object) - {source})
        if others:
            found.append(
                f"{name}: {', '.join(others)} feeds {entity.target.object} too, and no model is saved: each run trains "
                f"its own, or none on few rows; train one over everything: `crm-migration train {loaded.path.name}`"
            )
    return found


def _feeding(target: SqlTarget, target_object: str) -> set[str]:
    """Return the sources of whose rows the crosswalk knows some in this object."""
    stream, crosswalk = target.ledger.tables.stream, target.ledger.tables.crosswalk
    some = sa.exists().where(crosswalk.c.stream_no == stream.c.stream_no)
    with target.engine.connect() as connection:
        return set(connection.scalars(sa.select(stream.c.source).where(stream.c.object == target_object, some)))


def golden_ids(target: SqlTarget, identities: pl.Series) -> pl.DataFrame:
    """Return `identity`, `golden_id`, `target_id` of the rows that the crosswalk knows, whichever stream is theirs."""
    found = [pl.DataFrame(schema=dict.fromkeys(["identity", "golden_id", "target_id"], pl.String))]
    crosswalk, streams = target.ledger.tables.crosswalk, target.ledger.streams()
    split = identities.str.split_exact(":", 1).struct.rename_fields(["stream", "key"]).struct.unnest()
    rows = split.select("stream", identities.str.strip_prefix(split["stream"]).str.slice(1).alias("source_key"))
    for (stream,), some in rows.group_by("stream", maintain_order=True):
        if str(stream) not in streams:
            continue
        with target.transaction() as connection:
            wanted = key_table(connection, some.select("source_key"))
            same = sa.and_(crosswalk.c.stream_no == streams[str(stream)], crosswalk.c.source_key == wanted.c.source_key)
            columns = [crosswalk.c.source_key, crosswalk.c.golden_id, crosswalk.c.target_id]
            lines = pl.concat(read_text(connection, crosswalk.join(wanted, same), columns))
            drop_keys(connection, wanted)
        identity = pl.concat_str(pl.lit(f"{stream}:"), "source_key").alias("identity")
        found.append(lines.select(identity, "golden_id", "target_id"))
    return pl.concat(found)


def _crosswalk(target: SqlTarget, stream_no: int) -> pl.DataFrame:
    table = target.ledger.tables.crosswalk
    columns = [table.c.source_key, table.c.golden_id]
    return pl.concat(read_text(target.engine, table, columns, where=table.c.stream_no == stream_no))


def _lineage(target: SqlTarget, target_object: str) -> pl.DataFrame:
    table, stream = target.ledger.tables.lineage, target.ledger.tables.stream
    chosen = (
        sa.select(table.c.golden_id, stream.c.source + "." + stream.c.entity, table.c.source_key, table.c.record)
        .join(stream, stream.c.stream_no == table.c.stream_no)
        .where(stream.c.object == target_object)
    )
    with target.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(chosen)]
    return pl.DataFrame(rows, schema=LINEAGE, orient="row")


@dataclass(frozen=True)
class GoldenRecords:
    """The records of an object that any run has loaded, typed as clean types them; read when iterated.

    A reference, in the target an id, is the key of a row of this source that the crosswalk knows by that id; null where
    there is none. One to parents of several types is left out: an id does not tell which of them it is.
    """

    target: SqlTarget
    mapping: Mapping
    entity: str

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield frames of `_golden` and the entity's fields."""
        spec = self.mapping.entities[self.entity]
        parents = {name: field.to for name, field in spec.fields.items() if isinstance(field, Reference) and field.to}
        fields = {name: field for name, field in spec.fields.items() if name in parents or field.kind != "reference"}
        golden = self._golden_ids()
        if golden.is_empty():
            return
        keys = {name: self._own_keys(parent) for name, parent in parents.items()}
        columns = list(dict.fromkeys([spec.target.id, *fields]))
        for frame in self.target.read(spec.target.object, columns):
            named = frame.with_columns(pl.col(spec.target.id).alias("target_id"))
            texts = canonical_from_target(named, spec).join(golden, on="target_id", how="inner")
            for name, key_of in keys.items():
                known = key_of.select(pl.col("target_id").alias(name), pl.col("source_key").alias("_key"))
                texts = texts.join(known, on=name, how="left").drop(name).rename({"_key": name})
            yield texts.select("_golden", *(_typed(name, field) for name, field in fields.items()))

    def _golden_ids(self) -> pl.DataFrame:
        crosswalk, stream = self.target.ledger.tables.crosswalk, self.target.ledger.tables.stream
        lines = crosswalk.join(stream, stream.c.stream_no == crosswalk.c.stream_no)
        of_object = stream.c.object == self.mapping.entities[self.entity].target.object
        master = sa.and_(of_object, crosswalk.c.fingerprint.is_not(None), still_there(crosswalk))
        columns = [crosswalk.c.target_id, crosswalk.c.golden_id.label("_golden")]
        return pl.concat(read_text(self.target.engine, lines, columns, where=master))

    def _own_keys(self, parent: str) -> pl.DataFrame:
        """Return `target_id`, `source_key` of the records of `parent` that rows of this source belong to."""
        number = self.target.ledger.streams().get(f"{self.mapping.source.name}.{parent}")
        if number is None:
            return pl.DataFrame(schema={"target_id": pl.String, "source_key": pl.String})
        crosswalk = self.target.ledger.tables.crosswalk
        mine = sa.and_(crosswalk.c.stream_no == number, still_there(crosswalk))
        lines = pl.concat(
            read_text(self.target.engine, crosswalk, [crosswalk.c.target_id, crosswalk.c.source_key], mine)
        )
        return lines.group_by("target_id").agg(pl.col("source_key").min())


def _typed(name: str, field: object) -> pl.Expr:
    dtype = polars_type(field)  # type: ignore[arg-type]
    column = pl.col(name)
    if isinstance(dtype, pl.Boolean):
        return column.replace_strict({"1": True, "0": False}, default=None, return_dtype=pl.Boolean).alias(name)
    if isinstance(dtype, pl.Datetime):
        return column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    if isinstance(dtype, pl.Date):
        return column.str.to_date("%Y-%m-%d", strict=False)
    return column.cast(dtype, strict=False)
