"""Which import a wizard's result file is of: told by a person, by its name, or by the external ids in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from crm_migration.errors import MigrationError, OperatorNeeded
from crm_migration.load.import_files.formulas import unquoted
from crm_migration.load.import_files.manifest import ACTIONS, WORDS, Action
from crm_migration.load.import_files.reading import rows_of
from crm_migration.load.import_files.result_headers import result_columns
from crm_migration.load.import_files.results import ResultKeyUnknown, ResultUnreadable
from crm_migration.load.import_files.writing import ACTION
from crm_migration.staging import safe_name

if TYPE_CHECKING:
    from crm_migration.load.import_files.layout import Layout
    from crm_migration.load.import_files.target import ImportFilesTarget


@dataclass(frozen=True)
class Import:
    """One import of a run: the object, whether its records were created or updated, and in which phase."""

    target_object: str
    action: Action
    phase: str


@dataclass(frozen=True)
class Said:
    """What a person says the result files are of; None where the files are to tell."""

    target_object: str | None = None
    action: Action | None = None


def imports_of(
    target: "ImportFilesTarget", files: Sequence[Path], sent: pl.DataFrame, said: Said
) -> dict[Import, list[Path]]:
    """Return the imports whose results the files hold; `sent` has a line a record that was handed over.

    Raises:
        ResultUnreadable: a file has no column of external ids.
        ResultKeyUnknown: a file names external ids that this run has not handed over.
        OperatorNeeded: the files may be of several imports.
        DataFault: a file cannot be read.
    """
    known = [Import(*one) for one in sent.select("object", ACTION, "phase").unique(maintain_order=True).iter_rows()]
    known = [one for one in known if said.target_object in (None, one.target_object)]
    known = [one for one in known if said.action in (None, one.action)]
    found: dict[Import, list[Path]] = {}
    for path in files:
        for one in _imports_of(target, path, _named(path, known), sent):
            found.setdefault(one, []).append(path)
    return found


def _named(path: Path, known: list[Import]) -> list[Import]:
    """Return the imports that a file's name speaks of, as the import files' names do; all where it does not."""
    named = [one for one in known if f"_{safe_name(one.target_object)}_{WORDS[one.action]}_" in path.name]
    return named or known


def _imports_of(target: "ImportFilesTarget", path: Path, known: list[Import], sent: pl.DataFrame) -> list[Import]:
    """Return the imports of a file: of one object and action, in both phases where it holds records of both.

    A file without a record, as of an import without failures, is of none where it may be of several.
    """
    keys = {name: _keys(path, target.layout(name)) for name in dict.fromkeys(one.target_object for one in known)}
    fitting: dict[tuple[str, Action], list[Import]] = {}
    for name, found in keys.items():
        for action in ACTIONS:
            mine = [one for one in known if (one.target_object, one.action) == (name, action)]
            if found is not None and mine and (phases := _phases(found, mine, sent)):
                fitting[name, action] = phases
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if fitting and all(found is None or found.is_empty() for found in keys.values()):
        return []
    raise _unclear(path, fitting, readable=any(found is not None for found in keys.values()))


def _unclear(path: Path, fitting: dict[tuple[str, Action], list[Import]], *, readable: bool) -> MigrationError:
    if fitting:
        listed = ", ".join(f"{name} ({WORDS[action]})" for name, action in fitting)
        return OperatorNeeded(
            f"{path.name}: expected the results of one import, found external ids that may be of {listed}; say which "
            "with --object and --action, or give the file the name of the import file"
        )
    if readable:
        return ResultKeyUnknown(
            f"{path.name}: expected external ids that this run has handed over, found others; give the results of this "
            "run's import files"
        )
    return ResultUnreadable(
        f"{path.name}: expected the column of the external id beside what was sent, found none; download the wizard's "
        "result file"
    )


def _keys(path: Path, layout: "Layout") -> pl.Series | None:
    """Return the external ids in a file, None where it has no column of them."""
    columns, parts = rows_of(path)
    told = result_columns(columns, layout)
    if told is None:
        return None
    frames = [rows.frame.select(unquoted(pl.col(told.key)).alias("key")) for rows in parts]
    return pl.concat([pl.DataFrame(schema={"key": pl.String}), *frames])["key"].drop_nulls().unique()


def _phases(keys: pl.Series, mine: list[Import], sent: pl.DataFrame) -> list[Import]:
    """Return the phases whose records the keys name, all without a key; none where a key is of no phase."""
    if keys.is_empty():
        return mine
    handed_by = {one: _handed(one, sent) for one in mine}
    # What the sample's import has refused was handed over in both; a file is of the one phase that holds all of it.
    if whole := [one for one, handed in handed_by.items() if keys.is_in(handed.implode()).all()]:
        return whole[:1]
    left, found = keys, []
    for one, handed in handed_by.items():
        if left.is_in(handed.implode()).any():
            found.append(one)
            left = left.filter(~left.is_in(handed.implode()))
    return [] if len(left) else found


def _handed(one: Import, sent: pl.DataFrame) -> pl.Series:
    chosen = pl.col("object").eq(one.target_object) & pl.col(ACTION).eq(one.action) & pl.col("phase").eq(one.phase)
    return sent.filter(chosen)["external_id"]
