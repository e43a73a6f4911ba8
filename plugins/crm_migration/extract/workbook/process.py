"""The parent's side: asks a child process about a workbook, so that no file can harm this one."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import crm_migration
from crm_migration.extract.document import Document, refused
from crm_migration.extract.sheets import NoSheet

LENGTH = struct.Struct("<I")
MOST_MESSAGE = 256 << 20
NO_MEMORY = 4
CHILD = "crm_migration.extract.workbook.child"
KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV", "TMPDIR")
CONVERT = "save it as xlsx again, split it, or export it as CSV"


def ask(document: Document, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the child's messages about a document; the child ends with the iteration, however that ends.

    Raises:
        SourceUnreadable: the child refused the document, or died of it.
        MappingFault: the mapping names a sheet that is not there.
    """
    command = [sys.executable, "-m", CHILD, str(document.path.absolute()), json.dumps(question)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module; the document's path is one argument
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=child_environment()
    ) as child:
        try:
            yield from _messages(document, child)
        finally:
            child.kill()


def _messages(document: Document, child: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    out = child.stdout
    while True:
        message = _message(out) if out else None
        if message is None:
            raise _died(document, child.wait())
        if "refused" in message:
            found, do = message["refused"]
            raise refused(document, found, do)
        if "no_sheet" in message:
            raise NoSheet(*message["no_sheet"]).fault(document.name)
        if "end" in message:
            return
        yield message


def _message(out: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message; None where the child ended in the middle."""
    head = out.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    if size > MOST_MESSAGE:
        return None
    body = out.read(size)
    if len(body) < size:
        return None
    message: dict[str, Any] = json.loads(body)
    return message


def _died(document: Document, code: int) -> Exception:
    if code == NO_MEMORY or code < 0:
        found = (
            "expected a workbook that is read within 600 MB and an hour, found one that needs more or breaks its reader"
        )
    else:
        found = "expected a workbook, found one that its reader cannot make out"
    return refused(document, found, CONVERT)


def child_environment() -> dict[str, str]:
    """Return what the child needs to find its modules, and nothing of the parent's secrets."""
    here = str(Path(crm_migration.__file__).parent.parent)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join([here, *(part for part in sys.path if part)]), "PYTHONUTF8": "1"}
