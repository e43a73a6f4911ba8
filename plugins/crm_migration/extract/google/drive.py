"""Which files a folder of Google Drive holds: every one of them, or an error.

Titles are no names: they may be empty, equal, or look like paths. A file is told by its id; its title serves people
and patterns only.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from crm_migration.errors import MappingFault, SourceUnavailable, SourceUnreadable
from crm_migration.extract.google.client import GoogleClient
from crm_migration.extract.google.files import (
    FILE_FIELDS,
    FILES_URL,
    FOLDER_TYPE,
    GOOGLE_TYPES,
    SHEET_TYPE,
    SHORTCUT_TYPE,
    DriveFile,
    file_of,
    read_file,
)
from crm_migration.extract.google.patience import Busy, patiently
from crm_migration.extract.names import fits, is_unfinished

PAGE = 1000
MOST_FILES = 100_000
MOST_PAGES = 10_000
DEEPEST = 50


@dataclass
class Listing:
    """The files of a folder that fit a pattern, in the order of their paths, and what was left out on purpose."""

    files: list[DriveFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def list_folder(client: GoogleClient, folder: str, recursive: bool = False, pattern: str = "*") -> Listing:
    """Return the files of a folder whose title fits a pattern, or whose path does where the pattern holds a `/`.

    Shortcuts stand for the file or folder they lead to; what is reached twice is listed once. What is in the bin is
    left out, and so are, with a note, Google's own documents other than Sheets, and what is hidden or unfinished by
    its name, as in any folder.

    Raises:
        MappingFault: the folder, or what a fitting shortcut leads to, is not there, not shared, or no folder.
        SourceUnavailable: Google did not answer, or could not search everything.
        SourceUnreadable: more files, or deeper folders, than this program reads.
    """
    top = _folder(client, folder)
    search = _Search(client, recursive, pattern)
    search.walk(top)
    return Listing(_told_apart(search.listing.files), sorted(search.listing.notes))


def _told_apart(files: list[DriveFile]) -> list[DriveFile]:
    """Return files by path; those of the same name carry their id in it."""
    often = Counter(file.name for file in files)
    named = [replace(file, name=f"{file.name} [{file.id}]") if often[file.name] > 1 else file for file in files]
    return sorted(named, key=lambda file: (file.path, file.id))


def _folder(client: GoogleClient, folder: str) -> DriveFile:
    found = file_of(client, folder)
    if found.mime_type == SHORTCUT_TYPE and found.target:
        found = file_of(client, found.target)
    place = client.place(f"/files/{folder}")
    if found.mime_type != FOLDER_TYPE:
        raise MappingFault(f"{place}: expected a folder, found a file of type {found.mime_type}; correct its id")
    if found.trashed:
        raise MappingFault(f"{place}: expected it outside the bin, found it inside; restore it, or name another one")
    return replace(found, path="", name="")


@dataclass
class _Search:
    """A walk through folders that is under way."""

    client: GoogleClient
    recursive: bool
    pattern: str
    listing: Listing = field(default_factory=Listing)
    seen: set[str] = field(default_factory=set)

    def walk(self, top: DriveFile) -> None:
        waiting = [(top, 0)]
        self.seen.add(top.id)
        while waiting:
            folder, depth = waiting.pop()
            if depth > DEEPEST:
                raise SourceUnreadable(
                    f"{self.client.place(f'/files/{top.id}')}: expected folders at most {DEEPEST} deep, found deeper "
                    "ones; name a folder further down"
                )
            for child in self._children(folder):
                if child.mime_type == FOLDER_TYPE:
                    waiting.append((child, depth + 1))
                else:
                    self._take(child)

    def _children(self, folder: DriveFile) -> Iterator[DriveFile]:
        """Yield what a folder holds and was not met before; a shortcut as what it leads to."""
        for found in _pages(self.client, folder):
            if self._is_unfinished(found):
                continue
            child = self._followed(found) if found.mime_type == SHORTCUT_TYPE else found
            if child is None or (child.mime_type == FOLDER_TYPE and not self.recursive) or child.id in self.seen:
                continue
            self.seen.add(child.id)
            yield child

    def _followed(self, shortcut: DriveFile) -> DriveFile | None:
        """Return what a shortcut leads to under the shortcut's own title; None where nobody asked for it."""
        is_wanted = self._fits(shortcut) or (self.recursive and shortcut.target_type == FOLDER_TYPE)
        if not is_wanted or not shortcut.target:
            return None
        found = file_of(self.client, shortcut.target)
        if found.trashed:
            self.listing.notes.append(f"{shortcut.name}: a shortcut to a file in the bin, not read")
            return None
        return replace(found, title=shortcut.title, path=shortcut.path, name=shortcut.name)

    def _is_unfinished(self, found: DriveFile) -> bool:
        """Say, with a note, whether a name is that of nothing to read; a Google Sheet has a title, no file's name."""
        if not is_unfinished(found.title) or SHEET_TYPE in (found.mime_type, found.target_type):
            return False
        if self._fits(found):
            self.listing.notes.append(f"{found.name}: by its name hidden, a lock file or unfinished, not read")
        return True

    def _fits(self, file: DriveFile) -> bool:
        return fits(file.path, self.pattern, file.title)

    def _take(self, file: DriveFile) -> None:
        if not self._fits(file):
            return
        if file.mime_type.startswith(GOOGLE_TYPES) and not file.is_sheet:
            kind = file.mime_type.removeprefix(GOOGLE_TYPES)
            self.listing.notes.append(f"{file.name}: a Google {kind}, which holds no rows, not read")
        elif len(self.listing.files) >= MOST_FILES:
            raise SourceUnreadable(
                f"{self.client.place('')}: expected at most {MOST_FILES} files that fit {self.pattern!r}, "
                "found more; name a folder further down, or a narrower pattern"
            )
        else:
            self.listing.files.append(file)


def _pages(client: GoogleClient, folder: DriveFile) -> Iterator[DriveFile]:
    """Yield everything in a folder, page by page until Drive names no further one."""
    place = client.place(f"/files/{folder.id}")
    params = _query(folder)
    for _ in range(MOST_PAGES):
        page = patiently(lambda asked=dict(params): _page(client, asked, place), client.patience, place)  # type: ignore[misc]
        for told in page.get("files", []):
            file = read_file(told, folder.path)
            if not file.trashed:
                yield file
        if not page.get("nextPageToken"):
            return
        params["pageToken"] = page["nextPageToken"]
    raise SourceUnavailable(f"{place}: expected an end of the list, found ever more pages; repeat the task")


def _page(client: GoogleClient, params: dict[str, str], place: str) -> dict[str, Any]:
    page = client.get(FILES_URL, params, place)
    if page.get("incompleteSearch"):
        raise Busy("a list that says it is incomplete")
    return page


def _query(folder: DriveFile) -> dict[str, str]:
    params = {
        "q": f"'{folder.id}' in parents and trashed = false",
        "pageSize": str(PAGE),
        "orderBy": "name,createdTime",
        "fields": f"nextPageToken,incompleteSearch,files({FILE_FIELDS})",
        "supportsAllDrives": "true",
        "includeItemsFromAllDrives": "true",
    }
    # A search within one drive is always complete; one over all drives need not be.
    where = {"corpora": "drive", "driveId": folder.drive} if folder.drive else {"corpora": "user"}
    return params | where
