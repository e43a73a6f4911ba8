"""What an extract tells of the documents that it read: plain values, short, and with no value of a row."""

import logging
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import polars as pl

from crm_migration.errors import StagingMissing
from crm_migration.extract.document import FAULT, FILE, Facts
from crm_migration.extract.guess import Guess
from crm_migration.staging import RunFolder, TableWriter, open_table

logger = logging.getLogger(__name__)

MOST_LOGGED = 50
MOST_NOTES = 20
MOST_ITEMS = 20
MOST_LETTERS = 300
MOST_GUESSES = 200
MEMORY, GUESSES = "_memory", "guesses"
"""What a source keeps from run to run lies beside its runs, as if it were one."""
LEFT_OUT = frozenset({"columns"})
"""Details that the staged table tells by itself."""


@runtime_checkable
class Understands(Protocol):
    """A source of documents, which knows how it understood them."""

    def understood(self, entity: str) -> dict[str, Facts]:
        """Return, by name, how the documents that the last `read` of `entity` gave rows of were understood."""
        ...


@dataclass
class DocumentsRead:
    """Rows read, and rows that could not be read, by the name of the file or sheet they stand in."""

    rows: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)

    def see(self, frame: pl.DataFrame) -> None:
        """Count the rows of a frame; one of a database has none that stand in a document."""
        if FILE not in frame.columns:
            return
        self.rows.update(_counted(frame[FILE]))
        if frame[FAULT].null_count() < frame.height:
            self.unreadable.update(_counted(frame.filter(pl.col(FAULT).is_not_null())[FILE]))

    def told(self, source: object, entity: str) -> list[dict[str, Any]]:
        """Return a line for each document, those without a row among them: name, rows, unreadable and how it was read.

        `format`, `details` and `notes` are as in `document.Facts`, cut short.
        """
        found = source.understood(entity) if isinstance(source, Understands) else {}
        return [self._line(name, found.get(name)) for name in dict.fromkeys([*found, *self.rows])]

    def _line(self, name: str, facts: Facts | None) -> dict[str, Any]:
        counted = {"name": name, "rows": self.rows[name], "unreadable": self.unreadable[name]}
        if facts is None:
            return counted
        notes = [type(note)(note[:MOST_LETTERS]) for note in facts.notes[:MOST_NOTES]]
        return {**counted, "format": facts.format, "details": _short(facts.details), "notes": notes}


def _counted(names: pl.Series) -> dict[str, int]:
    """Return how often each name occurs; mostly there is one, which is seen sooner than counted."""
    first = names.first()
    if isinstance(first, str) and (names == first).all():
        return {first: len(names)}
    return dict(names.value_counts().iter_rows())


def log_notes(place: str, documents: list[dict[str, Any]], usual: AbstractSet[str] | None = None) -> None:
    """Say what was guessed or left out of documents: the first notes, then how many more there are.

    A guess that leaves no doubt is a warning only where it is none of the `usual` ones, so far as they are known.
    """
    notes = [(document["name"], note) for document in documents for note in document.get("notes", ())]
    for name, note in notes[:MOST_LOGGED]:
        changed = isinstance(note, Guess) and usual is not None and note not in usual
        level = logging.WARNING if changed or not isinstance(note, Guess) else logging.INFO
        logger.log(level, "%s: %s: %s%s", place, name, note, ", otherwise than before" if changed else "")
    if len(notes) > MOST_LOGGED:
        level = logging.INFO if all(isinstance(note, Guess) for _, note in notes[MOST_LOGGED:]) else logging.WARNING
        logger.log(level, "%s: %s more notes on documents, kept with the extract", place, len(notes) - MOST_LOGGED)


def usual_guesses(folder: RunFolder, entity: str) -> frozenset[str] | None:
    """Return what runs of the source have guessed of the entity's documents so far; None where that is not known."""
    try:
        return frozenset(open_table(_memory(folder), entity, GUESSES).facts[GUESSES])
    except StagingMissing:
        return None


def remember_guesses(folder: RunFolder, entity: str, documents: list[dict[str, Any]]) -> None:
    """Keep what was guessed of documents beside what was guessed before, for the runs to come."""
    found = guesses_of(documents)
    usual = usual_guesses(folder, entity) or frozenset()
    if not found <= usual:
        with TableWriter(_memory(folder), entity, GUESSES) as writer:
            writer.finish(**{GUESSES: [*sorted(found), *sorted(usual - found)][:MOST_GUESSES]})


def guesses_of(documents: list[dict[str, Any]]) -> set[Guess]:
    """Return what was guessed of documents."""
    return {note for document in documents for note in document.get("notes", ()) if isinstance(note, Guess)}


def _memory(folder: RunFolder) -> RunFolder:
    return replace(folder, run_id=MEMORY)


def _short(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details that are single values or short lists of such."""
    plain = {name: _plain(value) for name, value in details.items() if name not in LEFT_OUT}
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: object) -> Any:
    if isinstance(value, str):
        return value[:MOST_LETTERS]
    if isinstance(value, list):
        items = [_plain(item) for item in value[:MOST_ITEMS] if not isinstance(item, list)]
        return [item for item in items if item is not None] or None
    return value if isinstance(value, bool | int | float) else None
