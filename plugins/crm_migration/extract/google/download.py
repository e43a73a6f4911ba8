"""The bytes of a file in Google Drive, whole and as Drive describes them."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from crm_migration.errors import SourceUnavailable, SourceUnreadable
from crm_migration.extract.google.client import ByteStream, GoogleClient
from crm_migration.extract.google.files import FILES_URL, DriveFile, file_of
from crm_migration.extract.google.patience import Busy, patiently

FETCHES = 3
PARTIAL_CONTENT, RANGE_REFUSED = 206, 416
MOST_FILE_BYTES = 8 * 1024**3
GOOD_PROGRESS = 1024 * 1024


def download_to(client: GoogleClient, file: DriveFile, to: Path) -> None:
    """Write a file's bytes to `to`.

    A broken download goes on where it stopped. What does not have the checksum and size that Drive tells is fetched
    anew, after Drive was asked again: the file may have been replaced since it was listed.

    Raises:
        SourceUnavailable: Google did not answer, or the bytes are never those that Drive describes.
        SourceUnreadable: the file is larger than this program reads.
        MappingFault, OperatorNeeded: the file is gone, not shared, or must not be downloaded.
    """
    current, place = file, client.place(_url(file))
    for _ in range(FETCHES):
        to.write_bytes(b"")
        patiently(_Download(client, current, to).go_on, client.patience, place)
        if _is_whole(to, current):
            return
        now = file_of(client, file.id)
        current = replace(now, title=file.title, path=file.path, name=file.name)
    raise SourceUnavailable(
        f"{place}: expected the bytes that Drive describes, found others in each of {FETCHES} attempts; "
        "repeat the task when nobody writes the file"
    )


@dataclass(frozen=True)
class _Download:
    """One file on its way to one place."""

    client: GoogleClient
    file: DriveFile
    to: Path

    def go_on(self) -> None:
        """Fetch what is missing; raises Busy where the connection breaks, what has arrived is kept."""
        start = self.to.stat().st_size
        if self.file.size is not None and start >= self.file.size > 0:
            return
        arrived = 0
        params = {"alt": "media", "supportsAllDrives": "true"}
        with self.client.stream(_url(self.file), params, start) as stream, self.to.open("ab") as handle:
            if start and not self._continues(stream, start):
                handle.truncate(0)
            if stream.status == RANGE_REFUSED:
                raise Busy("a refusal to go on in the middle")
            try:
                for piece in stream:
                    self._refuse_large(start + arrived + len(piece))
                    handle.write(piece)
                    arrived += len(piece)
            except Busy as busy:
                raise Busy(busy.why, busy.retry_after, progress=arrived >= GOOD_PROGRESS) from None

    def _continues(self, stream: ByteStream, start: int) -> bool:
        return stream.status == PARTIAL_CONTENT and stream.content_range.startswith(f"bytes {start}-")

    def _refuse_large(self, size: int) -> None:
        if size > MOST_FILE_BYTES:
            raise SourceUnreadable(
                f"{self.file.name}: expected at most {MOST_FILE_BYTES} bytes, found more; split the file"
            )


def _is_whole(path: Path, file: DriveFile) -> bool:
    if file.size is not None and path.stat().st_size != file.size:
        return False
    return file.md5 is None or checksum(path) == file.md5


def _url(file: DriveFile) -> str:
    return f"{FILES_URL}/{file.id}"


def checksum(path: Path) -> str:
    """Return the MD5 of a file, as Drive tells it."""
    found = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as handle:
        while piece := handle.read(GOOD_PROGRESS):
            found.update(piece)
    return found.hexdigest()
