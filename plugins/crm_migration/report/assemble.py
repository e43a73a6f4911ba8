"""Builds the report of a run from its staged tables."""

import shlex
from pathlib import PurePath

from crm_migration.mapping.model import Entity, Mapping
from crm_migration.report.approval import read_answer
from crm_migration.report.checks import checks, sample
from crm_migration.report.gone import source_deletes
from crm_migration.report.identity import identity
from crm_migration.report.merges import merges, review
from crm_migration.report.model import (
    BackupFact,
    EntityReport,
    Identity,
    OutcomeCounts,
    Report,
    RunFacts,
    Stage,
    Undo,
)
from crm_migration.report.quality import quality
from crm_migration.report.rejections import filters, rejections
from crm_migration.report.source import source_changes, source_documents
from crm_migration.report.tables import EntityTables
from crm_migration.report.verdict import verdict
from crm_migration.staging import RunFolder

ROLLBACK_DAG = "rollback_migration"


def report(mapping: Mapping, folder: RunFolder, facts: RunFacts) -> Report:
    """Return the report of the run staged in `folder`.

    Any staged table may be missing because the run stopped early; its part is then None. A status
    of green turns red when a row is not accounted for, a check failed, or a step was not reached.

    Raises:
        StagingMissing: a manifest names a part that is gone.
    """
    planned = facts.mode == "dry_run" or facts.status == "planned"
    found = {name: EntityTables.of(folder, name, planned=planned) for name in mapping.entities}
    entities = tuple(_entity(mapping.source.name, name, spec, found[name]) for name, spec in mapping.entities.items())
    phases = {"sample": checks(folder, "sample_checks"), "full load": checks(folder, "full_checks")}
    extracted = [entity.identity.extracted for entity in entities if entity.identity.extracted is not None]
    totals = _totals(entities)
    return Report(
        facts=facts,
        description=mapping.description,
        verdict=verdict(facts, entities, phases, totals),
        totals=totals,
        extracted=sum(extracted) if extracted else None,
        entities=entities,
        changes=source_changes(folder, found),
        sample_checks=phases["sample"],
        full_checks=phases["full load"],
        approval=read_answer(folder),
        undo=_undo(facts, found),
    )


def _entity(source: str, name: str, spec: Entity, tables: EntityTables) -> EntityReport:
    accounted = identity(tables, spec)
    return EntityReport(
        name=name,
        origin=spec.table or spec.file or spec.sheet or "query",
        object=spec.target.object,
        steps=tables.states,
        identity=accounted,
        funnel=_funnel(tables, accounted),
        rejections=rejections(tables),
        filters=filters(tables),
        merges=merges(tables, f"{source}.{name}"),
        review=review(tables),
        quality=quality(tables, spec),
        sample=sample(tables),
        source_deletes=source_deletes(tables, spec),
        documents=source_documents(tables),
    )


def _totals(entities: tuple[EntityReport, ...]) -> OutcomeCounts | None:
    counts = [entity.identity.counts for entity in entities if entity.identity.counts is not None]
    if not counts:
        return None
    names = OutcomeCounts.model_fields
    return OutcomeCounts(**{name: sum(getattr(count, name) for count in counts) for name in names})


def _funnel(tables: EntityTables, accounted: Identity) -> tuple[Stage, ...]:
    extracted, counts = accounted.extracted, accounted.counts
    clean = None if tables.clean is None else tables.clean.rows
    kept = None if extracted is None or tables.filtered is None else extracted - tables.filtered.rows
    records = None if tables.golden is None else tables.golden.rows
    if clean is not None and counts is not None:
        records = clean - counts.merged
    levels = [
        Stage(name="extracted", rows=extracted),
        Stage(name="kept", rows=kept),
        Stage(name="clean", rows=clean),
        Stage(name="records", rows=records),
        Stage(name="written", rows=None if counts is None else counts.records),
    ]
    return tuple(_with_loss(level, levels[:number]) for number, level in enumerate(levels))


def _with_loss(level: Stage, above: list[Stage]) -> Stage:
    if not above or level.rows is None or above[-1].rows is None:
        return level
    return level.model_copy(update={"lost": above[-1].rows - level.rows})


def _undo(facts: RunFacts, found: dict[str, EntityTables]) -> Undo:
    default = shlex.join(["crm-migration", "rollback", facts.mapping_path, "--run-id", facts.run_id])
    written = any(tables.outcome is not None for tables in found.values()) or facts.status == "sample_only"
    return Undo(
        possible=written and facts.mode != "dry_run" and facts.status not in ("planned", "rolled_back"),
        command=facts.undo_command or default,
        dag=ROLLBACK_DAG,
        dag_conf={"mapping": PurePath(facts.mapping_path).stem, "run_id": facts.run_id},
        backups=tuple(facts.backups) or _staged_backups(found),
    )


def _staged_backups(found: dict[str, EntityTables]) -> tuple[BackupFact, ...]:
    return tuple(
        BackupFact(entity=name, path=tables.backup.path, rows=tables.backup.rows, sha256=tables.backup.sha256)
        for name, tables in found.items()
        if tables.backup is not None
    )
