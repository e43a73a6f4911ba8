"""Drive v3: files.list, files.get with and without its bytes, files.export."""

import csv
import hashlib
import io
import re
from datetime import datetime
from typing import Any

from tests.google.queries import parse_query
from tests.google.shapes import Answer, Mask, Question, Refused, json_answer, masked, parse_mask
from tests.google.world import NATIVE, SHEET, SHORTCUT, Item, World

HOST = "www.googleapis.com"
SCOPES = frozenset(
    f"https://www.googleapis.com/auth/{name}"
    for name in (
        "drive", "drive.appdata", "drive.file", "drive.meet.readonly", "drive.metadata", "drive.metadata.readonly",
        "drive.photos.readonly", "drive.readonly",
    )
)  # fmt: skip
BYTE_SCOPES = frozenset(scope for scope in SCOPES if "metadata" not in scope)
PREFIX = "/drive/v3/files"
LIST_PARAMETERS = frozenset(
    {"corpora", "driveId", "includeItemsFromAllDrives", "orderBy", "pageSize", "pageToken", "q", "spaces"}
    | {"supportsAllDrives"}
)
GET_PARAMETERS = frozenset({"acknowledgeAbuse", "supportsAllDrives"})
NOT_IN_DISCOVERY = frozenset({"includeItemsFromAllDrives"})
"""files.get takes what gspread sends, as every recorded answer shows, though no document says so."""
SHORT: Mask = {name: {} for name in ("kind", "id", "name", "mimeType")}
SHORT_LIST: Mask = {"kind": {}, "incompleteSearch": {}, "nextPageToken": {}, "files": SHORT}
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def parameters(path: str) -> frozenset[str] | None:
    """Return the parameters that a path takes, None where there is no such path."""
    if path == PREFIX:
        return LIST_PARAMETERS
    parts = path.removeprefix(PREFIX).split("/")
    if not path.startswith(f"{PREFIX}/") or not parts[1]:
        return None
    if len(parts) == 2:
        return GET_PARAMETERS | NOT_IN_DISCOVERY
    return frozenset({"mimeType"}) if parts[2:] == ["export"] else None


def answer(world: World, question: Question) -> Answer:
    """Return the answer to a question whose path and parameters are known to be right."""
    if question.path == PREFIX:
        return _list(world, question)
    parts = question.path.split("/")[4:]
    if parts[1:] == ["export"]:
        return _export(_item(world, parts[0], with_drives=True), question)
    item = _item(world, parts[0], question.flag("supportsAllDrives"))
    if question.one("alt") == "media":
        return _bytes(item, question)
    return _told(_file(item), "File", question, SHORT)


def _item(world: World, wanted: str, with_drives: bool) -> Item:
    found = world.items.get(wanted)
    if found is None or not found.shared or (found.drive and not with_drives):
        raise Refused(404, "notFound", f"File not found: {wanted}.", "notFound")
    return found


def _told(told: dict[str, Any], schema: str, question: Question, short: Mask) -> Answer:
    mask = parse_mask(question.one("fields")) if question.one("fields") else short
    return json_answer(masked(told, mask), ("drive.v3", schema), question.one("prettyPrint", "true") != "false")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _file(item: Item) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "drive#file",
        "id": item.id,
        "name": item.name,
        "mimeType": item.mime_type,
        "trashed": item.trashed,
        "createdTime": _moment(item.created),
        "modifiedTime": _moment(item.modified),
        "version": str(item.version),
    }
    if item.parent:
        told["parents"] = [item.parent]
    if item.drive:
        told["driveId"] = item.drive
    if item.content is not None:
        told |= {"md5Checksum": item.md5, "size": str(len(item.content)), "originalFilename": item.name}
        told |= {"sha256Checksum": hashlib.sha256(item.content).hexdigest()}
    if item.target:
        told["shortcutDetails"] = {"targetId": item.target}
    return told


def _list(world: World, question: Question) -> Answer:
    _check_corpora(question)
    size = int(question.one("pageSize", "100"))
    if not 1 <= size <= 1000:
        raise Refused(400, "invalidParameter", "Invalid value. Values must be within the range: [1, 1000]")
    found = _found(world, question)
    start = _start(question)
    step = min(size, world.most_on_a_page)
    files = [_listed(world, item) for item in found[start : start + step]]
    told = {"kind": "drive#fileList", "incompleteSearch": world.incomplete_lists > 0, "files": files}
    world.incomplete_lists = max(0, world.incomplete_lists - 1)
    if start + step < len(found):
        told["nextPageToken"] = f"~!!~{start + step}.{_asked(question)}"
    return _told(told, "FileList", question, SHORT_LIST)


def _listed(world: World, item: Item) -> dict[str, Any]:
    told = _file(item)
    if item.mime_type == SHORTCUT and item.target in world.items:
        told["shortcutDetails"]["targetMimeType"] = world.items[item.target].mime_type
    return told


def _check_corpora(question: Question) -> None:
    corpora, drive = question.one("corpora", "user"), question.one("driveId")
    if corpora not in ("user", "drive", "domain", "allDrives"):
        raise Refused(400, "invalidParameter", "Invalid value for corpora", "invalid")
    if (corpora == "drive") != bool(drive):
        raise Refused(400, "invalid", "The driveId parameter must be specified if and only if corpora is set to drive.")
    wants_drives = question.flag("includeItemsFromAllDrives")
    if (corpora in ("drive", "allDrives") and not wants_drives) or (
        wants_drives and not question.flag("supportsAllDrives")
    ):
        raise Refused(
            403, "teamDrivesParentLimit", "The includeItemsFromAllDrives parameter must be set to true.", "forbidden"
        )


def _found(world: World, question: Question) -> list[Item]:
    fits, drive = parse_query(question.one("q")), question.one("driveId")
    corpora = question.one("corpora", "user")

    def is_in(item: Item) -> bool:
        if corpora == "drive":
            return item.drive == drive
        return corpora == "allDrives" or item.drive is None

    found = [item for item in world.items.values() if item.shared and is_in(item) and fits(item)]
    for key in reversed([key for key in question.one("orderBy").split(",") if key]):
        name, _, direction = key.strip().partition(" ")
        if name not in ORDERS or direction not in ("", "desc"):
            raise Refused(400, "invalid", "Invalid value for orderBy", "invalid")
        found.sort(key=ORDERS[name], reverse=direction == "desc")
    return found


ORDERS: dict[str, Any] = {
    "name": lambda item: item.name,
    "createdTime": lambda item: item.created,
    "modifiedTime": lambda item: item.modified,
    "folder": lambda item: item.mime_type != f"{NATIVE}folder",
}


def _asked(question: Question) -> str:
    asked = repr([pair for pair in question.params if pair[0] not in ("pageToken", "fields")])
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _start(question: Question) -> int:
    token = question.one("pageToken")
    if not token:
        return 0
    start, _, asked = token.removeprefix("~!!~").partition(".")
    if not start.isdecimal() or asked != _asked(question):
        raise Refused(400, "invalid", "Invalid Value", "invalid")
    return int(start)


def _bytes(item: Item, question: Question) -> Answer:
    if not question.scopes & BYTE_SCOPES:
        raise Refused(403, "PERMISSION_DENIED", "Insufficient Permission", "insufficientPermissions")
    if item.content is None:
        message = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
        raise Refused(403, "fileNotDownloadable", message, "fileNotDownloadable")
    headers = {"Content-Type": item.mime_type, "Content-Disposition": "attachment"}
    wanted = RANGE.fullmatch(question.headers.get("range", ""))
    if not wanted:
        return Answer(200, item.content, headers)
    first, size = int(wanted[1]), len(item.content)
    last = min(int(wanted[2] or size - 1), size - 1)
    if first >= size:
        raise Refused(416, "requestedRangeNotSatisfiable", "Request range not satisfiable")
    return Answer(206, item.content[first : last + 1], headers | {"Content-Range": f"bytes {first}-{last}/{size}"})


def _export(item: Item, question: Question) -> Answer:
    if item.mime_type != SHEET or question.one("mimeType") != "text/csv":
        raise Refused(403, "fileNotExportable", "Export only supports Docs Editors files.", "fileNotExportable")
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([c.shown if c else "" for c in row] for row in item.tabs[0].rows)
    return Answer(200, out.getvalue().removesuffix("\r\n").encode(), {"Content-Type": "text/csv"})
