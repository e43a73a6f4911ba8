"""Files are written beside their place, and moved there by whoever still holds the fence.

An attempt that was replaced while it stood still writes into a folder of its own, which nobody reads.
"""

import shutil
from pathlib import Path

from crm_migration.load.import_files.attachments import FOLDER, INDEX
from crm_migration.load.import_files.manifest import MANIFEST
from crm_migration.load.import_files.writing import clear


def draft_of(place: Path, token: int) -> Path:
    """Return the folder in which the attempt with this fencing token writes what is to lie at `place`."""
    return place.with_name(f".{place.name}.{token}")


def move_into_place(draft: Path, place: Path) -> None:
    """Put the files of `draft` in the place of those that an earlier attempt has put there, the manifest last.

    Whatever else lies there stays. To be called within the transaction that holds the fence.
    """
    place.mkdir(parents=True, exist_ok=True)
    clear(place)
    (place / INDEX).unlink(missing_ok=True)
    shutil.rmtree(place / FOLDER, ignore_errors=True)
    for path in sorted(draft.iterdir(), key=lambda path: path.name == MANIFEST):
        path.replace(place / path.name)


def drop_drafts(place: Path, token: int) -> None:
    """Delete what attempts up to this one have left beside `place`."""
    for draft in place.parent.glob(f".{place.name}.*"):
        number = draft.name.rpartition(".")[2]
        if number.isdigit() and int(number) <= token:
            shutil.rmtree(draft, ignore_errors=True)
