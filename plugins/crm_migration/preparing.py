"""The first steps of the line, entity by entity: extract, clean and match, as a whole or in parts."""

from typing import Any

import polars as pl

from crm_migration.clean.clean import clean
from crm_migration.clean.parts import clean_part as stage_clean_part
from crm_migration.clean.reference import key_parts
from crm_migration.clean.work import Work
from crm_migration.extract.extract import extract
from crm_migration.extract.parts import Parts, PutTogether
from crm_migration.extract.present_keys import needs_keys, stage_keys
from crm_migration.extract.source import Divisible, KeyedSource, RowSource, Window
from crm_migration.extract.waiting import WithWaiting
from crm_migration.job import Job, timed
from crm_migration.load.departed import back_in_source
from crm_migration.load.known import known_records
from crm_migration.mapping.model import Owner
from crm_migration.match.blocking import Part
from crm_migration.match.chunks import prepare as prepare_chunks
from crm_migration.match.chunks import score_chunk
from crm_migration.match.model import model_path
from crm_migration.match.room import match
from crm_migration.staging import open_table


def _lookups(job: Job, entity: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {
        field: {} for field, spec in job.mapping.entities[entity].fields.items() if isinstance(spec, Owner)
    }
    for field, key, identity in open_table(job.folder, entity, "lookups").frame().iter_rows():
        found[field][key] = identity
    return found


def extract_entity(job: Job, entity: str) -> dict[str, Any]:
    """Stage the rows of `entity` as the source prints them; of an entity in parts, put them together."""
    with timed(job, "extract", entity) as figures:
        window, parts = window_of(job, entity), _parts(job, entity)
        _prepare(job, entity, parts)
        source = PutTogether(job.source, parts.all()) if parts else job.source
        staged = extract(_source(job, source, entity, window), job.mapping, entity, job.folder, window)
        if parts:
            parts.drop()
        figures["rows"] = staged.rows
    return staged.reference()


def extract_prepare(job: Job, entity: str) -> dict[str, Any]:
    """Stage what each part of the extract of `entity` reads, where its mapping cuts it into parts."""
    with timed(job, "extract_prepare", entity):
        parts = _parts(job, entity)
        _stage_keys(job, entity)
        return parts.divide().reference() if parts else {}


def extract_part(job: Job, entity: str, number: int) -> dict[str, Any]:
    """Stage the rows of one part of `entity`, divided now where it is not; `extract_entity` reads those left out."""
    with timed(job, f"extract_part_{number}", entity) as figures:
        parts = _parts(job, entity)
        if parts is None:
            return {}
        _prepare(job, entity, parts)
        staged = parts.read(number)
        figures["rows"] = staged.rows
    return staged.reference()


def _parts(job: Job, entity: str) -> Parts | None:
    """Return the parts of the extract of `entity`, None where it is read in one."""
    if job.mapping.entities[entity].parts == 1 or not isinstance(job.source, Divisible):
        return None
    return Parts(job.source, job.mapping, entity, job.folder, window_of(job, entity))


def _prepare(job: Job, entity: str, parts: Parts | None) -> None:
    """Do what `extract_prepare` does, where that was not done, was done for another mapping, or is used up."""
    if parts is None or not parts.divided:
        _stage_keys(job, entity)
        if parts:
            parts.divide()


def _stage_keys(job: Job, entity: str) -> None:
    if needs_keys(job.mapping.entities[entity], window_of(job, entity)):
        stage_keys(job.source, job.mapping, entity, job.folder)


def window_of(job: Job, entity: str) -> Window | None:
    """Return the window to read of `entity`, None for everything: the run's, begun earlier by the entity's lag.

    A database table without a watermark is read whole; of files and sheets without one, those that have changed.
    """
    spec, window = job.mapping.entities[entity], job.window_of(entity)
    if window is None or (spec.watermark is None and job.mapping.source.kind == "database"):
        return None
    return Window(window.start - spec.late if window.start else None, window.end)


def _source(job: Job, source: KeyedSource, entity: str, window: Window | None) -> RowSource:
    """Return `source`; for a window, with the rows that still wait for a parent, and those that are back."""
    spec = job.mapping.entities[entity]
    fields = [name for name, reference in spec.references.items() if reference.on_missing_parent == "wait"]
    if window is None:
        return source
    keys = job.target.ledger.waiting_keys(job.mapping.source.name, entity, fields)
    parts = [key_parts(key, len(spec.key_columns)) for key in keys]
    wanted = pl.DataFrame(parts, schema=dict.fromkeys(spec.key_columns, pl.String), orient="row")
    if needs_keys(spec, window):
        wanted = pl.concat([wanted, back_in_source(job.target, job.folder, entity)]).unique(maintain_order=True)
    return WithWaiting(source, wanted) if wanted.height else source


def clean_entity(job: Job, entity: str) -> dict[str, Any]:
    """Stage the cleaned, the rejected and the filtered rows of `entity`."""
    with timed(job, "clean", entity) as figures:
        staged = clean(job.mapping, entity, job.folder, _lookups(job, entity), job.folders)
        figures["rows"] = open_table(job.folder, entity, "extract").rows
    return staged.reference()


def clean_part(job: Job, entity: str, number: int) -> dict[str, Any]:
    """Stage the clean rows of one part of `entity`; `clean_entity` cleans those that nobody has staged."""
    with timed(job, f"clean_part_{number}", entity) as figures:
        work = Work(job.mapping, entity, job.folder, _lookups(job, entity), job.folders)
        staged = stage_clean_part(work, number)
        figures["rows"] = staged.rows
    return staged.reference()


def match_entity(job: Job, entity: str) -> dict[str, Any]:
    """Stage the golden records of `entity`."""
    with timed(job, "match", entity) as figures:
        known = known_records(job.target, job.mapping, entity)
        staged = match(job.mapping, entity, job.folder, known, model_path(job.loaded.path, entity))
        figures["rows"] = open_table(job.folder, entity, "clean").rows
    return staged.reference()


def match_prepare(job: Job, entity: str) -> dict[str, Any]:
    """Stage what the chunks of `entity` work on, where its mapping cuts scoring into chunks."""
    with timed(job, "match_prepare", entity) as figures:
        known = known_records(job.target, job.mapping, entity)
        staged = prepare_chunks(job.mapping, entity, job.folder, known, model_path(job.loaded.path, entity))
        figures["rows"] = staged.rows
    return staged.reference()


def match_chunk(job: Job, entity: str, number: int) -> dict[str, Any]:
    """Stage the pairs of one chunk of `entity`; `match_entity` scores those that nobody has staged."""
    with timed(job, f"match_chunk_{number}", entity) as figures:
        staged = score_chunk(job.folder, entity, Part(number, job.mapping.entities[entity].chunks))
        figures["rows"] = staged.rows
    return staged.reference()
