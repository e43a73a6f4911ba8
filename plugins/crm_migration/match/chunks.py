"""Scoring in chunks: the features are staged once, and each chunk scores its share of the pairs by itself.

Blocking counts its rules, and a value's frequency is taken, over all rows in every chunk, and the prior is estimated
when all chunks are there: the result is that of one process. A chunk that is missing, or that was made from other
features, is scored where the result is asked for.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.matching import MatchModel
from crm_migration.mapping.model import Mapping
from crm_migration.match.blocking import Part
from crm_migration.match.engine import engine, put
from crm_migration.match.known import KnownRecords
from crm_migration.match.model import Model
from crm_migration.match.plan import Plan, check
from crm_migration.match.pool import Pool, gather
from crm_migration.match.scored import NAMES, Found, feature_table, model_for, possible_pairs, ranked
from crm_migration.match.scoring import Scored, estimate_priors, least_weight, overall, probable, weigh
from crm_migration.staging import RunFolder, Staged, TableWriter, has_table, open_table

FEATURE = "feature"
_MODEL = "feature_model"
_ROWS = 100_000


def prepare(mapping: Mapping, entity: str, folder: RunFolder, known: KnownRecords, model: Path | None) -> Staged:
    """Stage what the chunks of `entity` work on: `feature`, which is returned, and the model.

    Raises:
        MappingInvalid: `model` is not one for these fields, or `match` names a field there is not.
        OperatorNeeded: the ledger's lineage cannot be read.
        StagingMissing: `clean` did not finish.
    """
    plan = Plan(mapping.source.name, entity, mapping.entities[entity])
    check(plan)
    if plan.model is None:
        raise MappingInvalid([f"{plan.stream}: match: expected a model to prepare chunks for, found none"])
    pool, _ = gather(plan, open_table(folder, entity, "clean"), known)
    return _prepared(folder, Inputs(plan, pool, plan.model, model))


@dataclass(frozen=True)
class Inputs:
    """What features and model follow from: the entity's plan, its rows, its model's section and a saved model."""

    plan: Plan
    pool: Pool
    config: MatchModel
    saved: Path | None

    @property
    def digest(self) -> str:
        """Return a hash of all of it; of known rows as they are in ledger and target at this moment."""
        made = hashlib.sha256(self.pool.clean.sha256.encode())
        made.update(self.config.model_dump_json().encode())
        made.update(self.saved.read_bytes() if self.saved is not None and self.saved.exists() else b"")
        for frame in (ranked(self.pool).drop("node"), self.pool.elsewhere.drop("_node")):
            made.update(frame.hash_rows(seed=7).sort().to_numpy().tobytes())
        return made.hexdigest()


def _prepared(folder: RunFolder, inputs: Inputs) -> Staged:
    entity, pool = inputs.plan.name, inputs.pool
    model, origin, table = None, "none", pl.DataFrame(schema={"node": pl.UInt32()})
    if pool.fresh:
        table = feature_table(inputs.plan, pool, inputs.config)
        model, origin = model_for(inputs.config.kind, table, inputs.saved)
    with TableWriter(folder, entity, _MODEL) as writer:
        writer.write(pl.DataFrame({"model": [model.text() if model else None]}, schema={"model": pl.String()}))
    table = table.drop("node")
    with TableWriter(folder, entity, FEATURE) as writer:
        writer.write(table.clear())
        for part in table.iter_slices(_ROWS):
            writer.write(part)
        digest = model.digest if model else None
        facts = {"origin": origin, "model_sha256": digest, "possible": possible_pairs(pool)}
        return writer.finish(made_of=inputs.digest, **facts)


def score_chunk(folder: RunFolder, entity: str, part: Part) -> Staged:
    """Stage the weighed pairs of one chunk of `entity`.

    Raises:
        StagingMissing: `prepare` did not finish.
    """
    features = open_table(folder, entity, FEATURE)
    model = _model(folder, entity)
    with TableWriter(folder, entity, _step(part)) as writer:
        if model is None:
            writer.write(pl.DataFrame(schema={"bare": pl.Float64()}))
            return writer.finish(made_of=_identity(features), proposed=0)
        with engine() as connection:
            put(connection, FEATURE, (frame.drop("identity") for frame in features.frames()))
            weighed = weigh(connection, model, features.facts["possible"], part)
            for frame in weighed.frames(_ROWS):
                writer.write(frame)
        return writer.finish(made_of=_identity(features), proposed=weighed.proposed)


def _model(folder: RunFolder, entity: str) -> Model | None:
    text = open_table(folder, entity, _MODEL).frame()["model"].item()
    return Model.of(text) if text is not None else None


def _step(part: Part) -> str:
    return f"chunk_{part.number}_of_{part.of}"


def _identity(features: Staged) -> list[str | None]:
    """Return what a chunk must have been made of to be of these features."""
    return [features.sha256, features.facts["model_sha256"]]


def scored_in_chunks(folder: RunFolder, inputs: Inputs) -> Found | None:
    """Return the scored pairs of all rows, None where there is no model; what is not staged yet is staged now.

    Raises:
        MappingInvalid: `saved` is not a model for these fields.
    """
    entity = inputs.plan.name
    features = _staged(folder, entity, FEATURE)
    if features is None or features.facts["made_of"] != inputs.digest:
        features = _prepared(folder, inputs)
    model = _model(folder, entity)
    if model is None:
        return None
    names = features.frame(["unique_id", "identity", *NAMES])
    nodes = names.join(ranked(inputs.pool).select("node", "identity"), on="identity").drop("identity")
    count = inputs.config.chunks
    chunks = [_chunk(folder, entity, features, Part(number, count)) for number in range(count)]
    return Found(model, features.facts["origin"], nodes, _scored(chunks, features.facts["possible"]))


def _chunk(folder: RunFolder, entity: str, features: Staged, part: Part) -> Staged:
    """Return the staged pairs of a chunk, which are made where they are missing or of other features."""
    staged = _staged(folder, entity, _step(part))
    if staged is not None and staged.facts["made_of"] == _identity(features):
        return staged
    return score_chunk(folder, entity, part)


def _staged(folder: RunFolder, entity: str, step: str) -> Staged | None:
    return open_table(folder, entity, step) if has_table(folder, entity, step) else None


def _scored(chunks: list[Staged], possible: list[float]) -> Scored:
    told = [frame for chunk in chunks for frame in chunk.frames(["bare", "stratum"])]
    weights, strata = (np.concatenate([frame[name].to_numpy() for frame in told]) for name in ("bare", "stratum"))
    priors = estimate_priors(weights, strata, possible)
    least = least_weight(priors)
    kept = [frame.filter(pl.col("bare") >= least) for chunk in chunks for frame in chunk.frames()]
    proposed = sum(chunk.facts["proposed"] for chunk in chunks)
    return Scored(probable(pl.concat(kept), priors), overall(priors, possible), proposed)
