"""What was written: which file holds what, in which order it is imported, and how its content is recognised."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from crm_migration.errors import StagingMissing

MANIFEST = "manifest.json"
Action = Literal["insert", "update"]
ACTIONS: tuple[Action, Action] = ("insert", "update")
WORDS: dict[str, str] = {"insert": "create", "update": "update"}
"""What a wizard calls an action."""


@dataclass(frozen=True)
class WrittenFile:
    """One file; `order` is its place among all, counted from 1, `columns` are its headers and `fields` their fields."""

    order: int
    file: str
    object: str
    action: Action
    rows: int
    bytes: int
    sha256: str
    columns: list[str]
    fields: list[str]


@dataclass(frozen=True)
class Told:
    """What the files of an object and action do not say as it is, by field and number of cells.

    `quoted` cells have a single quote before what a spreadsheet would take for a formula, `inexact` ones do not hold
    all that the record holds, such as fractions of a second. `refused` counts records that no file can hold.
    """

    object: str
    action: Action
    rows: int
    refused: int = 0
    quoted: dict[str, int] = field(default_factory=dict)
    inexact: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """All files of one folder, in the order in which they are imported.

    `state` is `written`, or `rolled_back` where they are not to be imported.
    """

    format: str
    files: list[WrittenFile] = field(default_factory=list)
    objects: list[Told] = field(default_factory=list)
    state: str = "written"


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest beside its files, in one move."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    put(folder / MANIFEST, text.encode())


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a folder.

    Raises:
        StagingMissing: there is none, so that the files are not there, or not all of them.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise StagingMissing(f"{folder.name}: expected a {MANIFEST}, found none; write the import files again")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    files = [WrittenFile(**one) for one in read["files"]]
    return Manifest(read["format"], files, [Told(**one) for one in read["objects"]], read.get("state", "written"))


def put(path: Path, content: bytes) -> None:
    """Write a small file under a temporary name and rename it."""
    temporary = temporary_of(path)
    temporary.write_bytes(content)
    temporary.replace(path)


def temporary_of(path: Path) -> Path:
    """Return the name under which a file is written until it is whole; the same in every attempt."""
    return path.with_name(f".{path.name}.part")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
