"""One file of Google Drive, as Drive describes it."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.extract.google.client import GoogleClient

FILES_URL = "https://www.googleapis.com/drive/v3/files"
FOLDER_TYPE = "application/vnd.google-apps.folder"
SHEET_TYPE = "application/vnd.google-apps.spreadsheet"
SHORTCUT_TYPE = "application/vnd.google-apps.shortcut"
GOOGLE_TYPES = "application/vnd.google-apps."
FILE_FIELDS = (
    "id,name,mimeType,modifiedTime,md5Checksum,size,version,trashed,driveId,shortcutDetails(targetId,targetMimeType)"
)
SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True)
class DriveFile:
    """One file or folder; `path` is its title below those of the folders above it, which only patterns see.

    `name` is the path as people read it: without control characters, and unlike that of any other listed file.
    `version` is the checksum of a file's content; native Google files have none and are told by Drive's counter of
    changes.
    """

    id: str
    title: str
    path: str
    name: str
    mime_type: str
    version: str = ""
    modified: datetime | None = None
    size: int | None = None
    md5: str | None = None
    drive: str | None = None
    target: str | None = None
    target_type: str | None = None
    trashed: bool = False

    @property
    def is_sheet(self) -> bool:
        """Say whether it is a native Google Sheet."""
        return self.mime_type == SHEET_TYPE

    @property
    def modified_text(self) -> str | None:
        """Return the time of the last change in ISO form."""
        return self.modified.isoformat() if self.modified else None


def file_of(client: GoogleClient, file: str) -> DriveFile:
    """Return what Drive says of a file or folder.

    Raises:
        MappingFault: it is not there or not shared, or its id is none.
        SourceUnavailable: Google did not answer.
    """
    if not SAFE_ID.fullmatch(file):
        raise MappingFault(
            f"{client.place('')}: expected an id of Google Drive (letters, digits, - and _), found "
            "something else; copy it from the address of the file or folder"
        )
    return read_file(client.get(f"{FILES_URL}/{file}", {"fields": FILE_FIELDS, "supportsAllDrives": "true"}))


def read_file(told: dict[str, Any], above: str = "") -> DriveFile:
    """Return a file from Drive's answer; `above` is the path of its folder.

    Raises:
        SourceUnreadable: its id is not one that Drive gives.
    """
    if not SAFE_ID.fullmatch(str(told.get("id", ""))):
        raise SourceUnreadable("Google Drive: expected a file's id of letters, digits, - and _, found another one")
    title = str(told.get("name", ""))
    path = f"{above}/{title}" if above else title
    modified, shortcut = told.get("modifiedTime"), told.get("shortcutDetails") or {}
    return DriveFile(
        id=told["id"],
        title=title,
        path=path,
        name=printable(path) if title else f"{printable(path)}{told['id']}",
        mime_type=str(told.get("mimeType", "")),
        version=str(told.get("md5Checksum") or told.get("version", "")),
        modified=datetime.fromisoformat(modified) if modified else None,
        size=int(told["size"]) if "size" in told else None,
        md5=told.get("md5Checksum"),
        drive=told.get("driveId"),
        target=shortcut.get("targetId"),
        target_type=shortcut.get("targetMimeType"),
        trashed=bool(told.get("trashed")),
    )


def printable(text: str) -> str:
    """Return a title for a message, a log or a table: control characters, also those that turn text, made visible."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def file_to_json(file: DriveFile) -> dict[str, Any]:
    """Return a file as plain JSON values."""
    return {**asdict(file), "modified": file.modified_text}


def file_from_json(told: dict[str, Any]) -> DriveFile:
    """Return the file that `file_to_json` told."""
    modified = told["modified"]
    return DriveFile(**{**told, "modified": datetime.fromisoformat(modified) if modified else None})
