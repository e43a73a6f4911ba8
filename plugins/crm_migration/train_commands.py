"""The command that trains the matching models of a mapping: train."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from crm_migration.command import DEFAULT_STAGING, AsJson, MappingPath, err, fail, out
from crm_migration.drift.follow import followed
from crm_migration.drift.staged import read_drift
from crm_migration.errors import DataFault, MappingFault, MappingInvalid, MigrationError, StagingMissing
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.reader import read_mapping
from crm_migration.match.comparisons import comparisons
from crm_migration.match.learning import Learned, changes, learn, modelled_entities, weights
from crm_migration.match.model import Model, model_path
from crm_migration.report.model_console import print_changes, print_model
from crm_migration.staging import RunFolder, latest_run


@dataclass(frozen=True)
class _Trained:
    """One entity's training: what it learned from which run, and the model that was there before."""

    entity: str
    run_id: str
    learned: Learned
    path: Path
    before: Model | None = None
    unreadable: str | None = None


def train_models(
    mapping: MappingPath,
    entity: Annotated[str | None, typer.Option(help="This entity only.")] = None,
    run_id: Annotated[str | None, typer.Option(help="Run whose rows to learn from; default: the last one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the model, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train the matching models on the clean rows that a run has staged, and save them beside the mapping."""
    try:
        loaded = read_mapping(mapping)
        trained = [_train(loaded, name, run_id) for name in _asked(loaded, entity)]
        for one in trained:
            _finish(one, dry_run, as_json)
    except MigrationError as error:
        fail(error, as_json)
    missing = [sentence for one in trained for sentence in _missing(one)]
    if as_json and not missing:
        told = [_as_json(one) | {"written": not dry_run} for one in trained]
        typer.echo(json.dumps({"ok": True, "models": told}, ensure_ascii=False))
    if missing:
        fail(DataFault("\n".join(missing)), as_json)


def _asked(loaded: LoadedMapping, entity: str | None) -> list[str]:
    """Return the entities to train.

    Raises:
        MappingFault: none is matched by a model, or not the one that is asked for.
    """
    known = list(modelled_entities(loaded.mapping))
    if not known:
        raise MappingFault(f"{loaded.path.name}: expected an entity with match.model, found none; see docs/matching.md")
    if entity is not None and entity not in known:
        raise MappingFault(
            f"{loaded.path.name}: --entity: expected one with match.model ({', '.join(known)}), found {entity}"
        )
    return [entity] if entity else known


def _train(loaded: LoadedMapping, entity: str, run_id: str | None) -> _Trained:
    run = _run(loaded, entity, run_id)
    with err.status(f"{entity}: training on the rows of run {run.run_id}"):
        learned = learn(followed(loaded.mapping, read_drift(run).changes), entity, run)
    path = model_path(loaded.path, entity)
    if learned.model is None:
        return _Trained(entity, run.run_id, learned, path)
    return _Trained(entity, run.run_id, learned, path, *_before(path, learned.model.kind))


def _run(loaded: LoadedMapping, entity: str, run_id: str | None) -> RunFolder:
    """Return the run to learn from.

    Raises:
        StagingMissing: no run has staged clean rows of the entity.
    """
    root, source = os.environ.get("CRM_MIGRATION_STAGING", DEFAULT_STAGING), loaded.mapping.source.name
    run = RunFolder(root, source, run_id) if run_id else latest_run(root, source, entity, "clean")
    if run is None:
        raise StagingMissing(
            f"{source}: {entity}: expected a run with clean rows under {root}, found none; stage them first, by "
            f"`crm-migration plan {loaded.path.name}`, which touches nothing, or `crm-migration run … --sample-only`"
        )
    return run


def _before(path: Path, kind: str) -> tuple[Model | None, str | None]:
    """Return the model that is saved already, or why it cannot be used any more."""
    if not path.exists():
        return None, None
    try:
        return Model.read(path, kind, comparisons(kind)), None
    except MappingInvalid as error:
        return None, str(error)


def _write(model: Model, path: Path) -> None:
    try:
        model.write(path)
    except OSError as error:
        raise MappingFault(
            f"{path.name}: expected to write the model beside the mapping, found: {error.strerror}; "
            "let the folder be written to, or train with --dry-run"
        ) from None


def _missing(trained: _Trained) -> list[str]:
    if trained.learned.model is not None:
        return []
    where = f"{trained.entity}: no model can be learned from run {trained.run_id}"
    return [f"{where}: {sentence}; the strong keys decide alone" for sentence in trained.learned.missing]


def _finish(trained: _Trained, dry_run: bool, as_json: bool) -> None:
    """Show the model and what changes by it, then write it."""
    model = trained.learned.model
    if model is None:
        return
    if not as_json:
        _print(trained, model)
    if not dry_run:
        _write(model, trained.path)
    if not as_json:
        _say(f"{'not written' if dry_run else 'written'}: {trained.path} (sha256 {model.digest[:12]})")


def _print(trained: _Trained, model: Model) -> None:
    rows, sessions = f"{model.rows:,} rows of run {trained.run_id}", "; ".join(model.sessions)
    _say(f"{trained.entity}: a model of kind {model.kind}, from {rows}", "bold")
    _say(f"learned from pairs that share: {sessions}")
    print_model(model, out)
    if trained.before is not None:
        _say(f"compared with the model of {trained.before.rows:,} rows that was saved ({trained.before.digest[:12]}):")
        print_changes(trained.before, model, out)
    elif trained.unreadable is not None:
        _say(f"the saved model could not be compared: {trained.unreadable}", "yellow")


def _say(sentence: str, style: str = "") -> None:
    out.print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)


def _as_json(trained: _Trained) -> dict[str, Any]:
    model, before = trained.learned.model, trained.before
    if model is None:
        return {}
    return {
        "entity": trained.entity,
        "run_id": trained.run_id,
        "kind": model.kind,
        "rows": model.rows,
        "sessions": model.sessions,
        "sha256": model.digest,
        "weights": [asdict(one) | {"weight": round(one.weight, 2)} for one in weights(model)],
        "before": before and before.digest,
        "changes": None if before is None else [asdict(change) for change in changes(before, model)],
        "path": str(trained.path),
    }
