"""Writes the import files of a load: creates and updates of each object apart, in the order they are imported."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from crm_migration.errors import DataFault
from crm_migration.load.import_files.csv_file import unencodable
from crm_migration.load.import_files.formulas import endangered
from crm_migration.load.import_files.layout import Layout, layout_of
from crm_migration.load.import_files.manifest import (
    ACTIONS,
    MANIFEST,
    WORDS,
    Action,
    Manifest,
    Told,
    put,
    read_manifest,
    write_manifest,
)
from crm_migration.load.import_files.readme import README, readme_text
from crm_migration.load.import_files.rendering import inexact, rendered
from crm_migration.load.import_files.series import Place, Series
from crm_migration.load.import_files.xlsx_file import MOST_LETTERS
from crm_migration.mapping.import_files import ImportFiles
from crm_migration.mapping.model import FieldSpec

ACTION = "_action"
REFUSED: dict[str, type[pl.DataType]] = {
    "object": pl.String,
    "external_id": pl.String,
    "reason": pl.String,
}
_ROWS_AT_ONCE = 2000
_MOST_SPREAD, _MOST_FRAME = 8, 1 << 17
"""How much larger a text may become in a file; what a file needs beside its texts at most: headers, cells' marks."""


@dataclass(frozen=True)
class Outgoing:
    """The records of one object: frames of canonical text with `_action` (insert or update).

    A reference holds its parent's external id.
    """

    target_object: str
    fields: Mapping[str, FieldSpec]
    external_id: str
    frames: Iterable[pl.DataFrame]


@dataclass(frozen=True)
class Written:
    """What was written, and the records (columns of REFUSED) that no file can hold, each with its reason."""

    manifest: Manifest
    refused: pl.DataFrame


def write_import_files(folder: Path, outgoing: Sequence[Outgoing], settings: ImportFiles) -> Written:
    """Write the files of all objects into a folder, and return what was written.

    `outgoing` is in the order of import, parents first; all creates come before all updates. The manifest goes
    first and comes last, so that a folder with a manifest is whole. The same records give the same bytes.

    Raises:
        MappingFault: the settings do not fit an object.
        DataFault: a record has no external id, or another action.
    """
    layouts = [layout_of(one.target_object, one.fields, one.external_id, settings) for one in outgoing]
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    names = [f"{layout.title} ({WORDS[action]})" for action in ACTIONS for layout in layouts]
    objects = []
    for number, (one, layout) in enumerate(zip(outgoing, layouts, strict=True), 1):
        places = [Place(number, names), Place(len(layouts) + number, names)]
        files = _ObjectFiles(folder, layout, dict(zip(ACTIONS, places, strict=True)))
        objects.append(files.write_all(one.frames))
    manifest = _manifest(objects, settings)
    if layouts:
        put(folder / README, readme_text(manifest, {one.target_object: one for one in layouts}).encode())
    write_manifest(folder, manifest)
    return Written(manifest, pl.concat([pl.DataFrame(schema=REFUSED), *(one.refused for one in objects)]))


def unwritable(rows: pl.DataFrame, layout: Layout, action: Action) -> pl.Series:
    """Return why each of these records cannot be written, null for those that can."""
    cells = rendered(rows, layout, action)
    found = _reasons(cells, rows, layout)
    sizes = cells.select(pl.sum_horizontal(pl.all().str.len_bytes().fill_null(0))).to_series()
    doubtful = (found.is_null() & (_MOST_SPREAD * sizes > layout.settings.bytes_per_file - _MOST_FRAME)).arg_true()
    if len(doubtful):
        with TemporaryDirectory() as folder:
            series = Series(Path(folder), layout, action, Place(1, []))
            alone = doubtful.gather(series.write(cells[doubtful]))
            series.abandon()
        found = found.scatter(alone, _too_large(layout))
    return found


def _too_large(layout: Layout) -> str:
    return f"expected a record that fits into a file of {layout.settings.bytes_per_file} bytes, found a larger one"


def clear(folder: Path) -> None:
    """Take away the files that an earlier call has written into a folder, and what one that was killed has left."""
    before = read_manifest(folder).files if (folder / MANIFEST).is_file() else []
    (folder / MANIFEST).unlink(missing_ok=True)
    stale = [folder / one.file for one in before if Path(one.file).name == one.file]
    for path in (*stale, *folder.glob(".*.part")):
        path.unlink(missing_ok=True)


def _manifest(objects: "list[_ObjectFiles]", settings: ImportFiles) -> Manifest:
    manifest = Manifest(settings.format)
    for action in ACTIONS:
        for one in objects:
            manifest.files.extend(one.series[action].written(len(manifest.files) + 1))
            told = one.told(action)
            if told.rows or told.refused:
                manifest.objects.append(told)
    return manifest


class _ObjectFiles:
    """The two series of an object's files, and what they do not say as it is."""

    def __init__(self, folder: Path, layout: Layout, places: dict[Action, Place]) -> None:
        self.layout = layout
        self.series = {action: Series(folder, layout, action, place) for action, place in places.items()}
        self._tally = {action: _Tally() for action in ACTIONS}
        self._refused = [pl.DataFrame(schema=REFUSED)]

    def write_all(self, frames: Iterable[pl.DataFrame]) -> "_ObjectFiles":
        """Write all records, each into the series of its action."""
        try:
            for frame in frames:
                self._check(frame)
                self._share(frame)
            for series in self.series.values():
                series.finish()
        finally:
            for series in self.series.values():
                series.abandon()
        return self

    def _share(self, frame: pl.DataFrame) -> None:
        for action in ACTIONS:
            chosen = frame.filter(pl.col(ACTION) == action)
            for rows in chosen.iter_slices(_ROWS_AT_ONCE):
                self._write(rows, action)

    @property
    def refused(self) -> pl.DataFrame:
        """Return the records that no file can hold."""
        return pl.concat(self._refused)

    def told(self, action: Action) -> Told:
        """Return what the files of an action do not say as it is."""
        tally = self._tally[action]
        return Told(
            self.layout.target_object, action, tally.rows, tally.refused, dict(tally.quoted), dict(tally.inexact)
        )

    def _check(self, frame: pl.DataFrame) -> None:
        where = f"import files, object {self.layout.target_object!r}"
        missing = frame[self.layout.external_id].fill_null("").eq("").sum()
        if missing:
            raise DataFault(
                f"{where}: expected an external id ({self.layout.external_id}) in every record, found {missing} "
                "without one; give the entity a key that every row has"
            )
        others = (~frame[ACTION].is_in(ACTIONS).fill_null(False)).sum()
        if others:
            raise DataFault(f"{where}: expected the actions {list(ACTIONS)}, found {others} records with another one")

    def _write(self, rows: pl.DataFrame, action: Action) -> None:
        cells = rendered(rows, self.layout, action)
        reasons = _reasons(cells, rows, self.layout)
        fit = reasons.is_null()
        self._refuse(rows.filter(~fit), reasons.drop_nulls(), action)
        rows, cells = rows.filter(fit), cells.filter(fit)
        too_large = self.series[action].write(cells)
        reason = pl.Series([_too_large(self.layout)] * len(too_large), dtype=pl.String)
        self._refuse(rows[too_large], reason, action)
        self._tally[action].count(rows, cells, self.layout, action)
        self._tally[action].rows -= len(too_large)

    def _refuse(self, rows: pl.DataFrame, reasons: pl.Series, action: Action) -> None:
        self._tally[action].refused += rows.height
        if rows.height:
            name = pl.lit(self.layout.target_object).alias("object")
            external_id = pl.col(self.layout.external_id).alias("external_id")
            self._refused.append(rows.select(name, external_id, reasons.alias("reason")))


@dataclass
class _Tally:
    """Counts of one object and action."""

    rows: int = 0
    refused: int = 0
    quoted: Counter[str] = field(default_factory=Counter)
    inexact: Counter[str] = field(default_factory=Counter)

    def count(self, rows: pl.DataFrame, cells: pl.DataFrame, layout: Layout, action: Action) -> None:
        """Count the cells of these records that do not say what the record holds."""
        self.rows += rows.height
        self.inexact.update(inexact(rows, cells, layout, action))
        if layout.settings.formula_cells == "quote":
            for column in layout.columns:
                if column.field in rows.columns and (
                    found := rows.select(endangered(pl.col(column.field), column).sum()).item()
                ):
                    self.quoted[column.field] += found


def _reasons(cells: pl.DataFrame, rows: pl.DataFrame, layout: Layout) -> pl.Series:
    """Return why a record cannot be written, null for those that can."""
    found = pl.Series("reason", [None] * rows.height, dtype=pl.String)
    for name in layout.fields:
        if name in rows.columns:
            for wrong, text in _faults(name, cells[name], rows[name], layout):
                if wrong.any():
                    said = pl.Series([f"{name}: {text}"]).new_from_index(0, rows.height)
                    found = said.zip_with(wrong.fill_null(False) & found.is_null(), found)
    return found


def _faults(name: str, cells: pl.Series, texts: pl.Series, layout: Layout) -> Iterator[tuple[pl.Series, str]]:
    yield texts.str.contains("\0", literal=True), "expected text, found a NUL character"
    if name in {column.field for column in layout.columns if column.form in ("date", "moment")}:
        yield cells.is_null() & texts.is_not_null(), "expected a date of the calendar, found another text"
    settings = layout.settings
    if settings.format == "csv":
        yield unencodable(cells, settings.encoding), f"expected letters of {settings.encoding}, found others"
    else:
        long = cells.str.len_bytes() > MOST_LETTERS
        if long.any():
            long = pl.Series([len(text or "") + _beyond(text or "") > MOST_LETTERS for text in cells])
        yield long, f"expected at most {MOST_LETTERS} characters, which is what a cell holds, found more"


def _beyond(text: str) -> int:
    """Return how many letters take two units of UTF-16."""
    return sum(letter > "\uffff" for letter in text)
