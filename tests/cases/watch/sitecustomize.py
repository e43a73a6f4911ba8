"""Watches a process from its start: what reading a file never needs ends it at once and leaves a mark behind.

Python imports this by itself where its folder is on the path, so the children of a watched process are watched, too.
A mark is a symbolic link in the folder for temporary files, as a process that may write no byte can still make one.
"""

import os
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "os.system", "os.exec", "os.posix_spawn",
    "os.fork", "pty.spawn",
)  # fmt: skip
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
CHILD = "crm_migration.extract.workbook.child"
REPOSITORY = Path(__file__).resolve().parents[3]
STAGING = os.path.realpath(os.environ["TMPDIR"])
OWN = tuple(
    os.path.realpath(path)
    for path in {
        *(sys.prefix, sys.base_prefix, REPOSITORY / "plugins", REPOSITORY / "tests", "/usr/share/zoneinfo"),
        *(path for name, path in sysconfig.get_paths().items() if name.endswith(("lib", "stdlib"))),
    }
)
"""What belongs to the interpreter and to this project."""
DEVICES = frozenset({"/dev/null", "/dev/urandom"})
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
is_child = CHILD in sys.orig_argv
also: set[str] = {os.path.realpath(sys.orig_argv[sys.orig_argv.index(CHILD) + 1])} if is_child else set()
"""The files that are read now, by their real paths."""
may_write: set[str] = set()
"""Files outside the staging folder that the test itself writes."""
_marking = False


def below(path: str, folder: str) -> bool:
    """Return whether a path is the folder or lies in it."""
    return path == folder or path.startswith(folder + os.sep)


def may_open(path: object, flags: int) -> bool:
    """Return whether reading a file may open this one."""
    if isinstance(path, int):
        return True
    real = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
    if below(real, STAGING) or real in DEVICES:
        return True
    owned = any(below(real, folder) for folder in OWN)
    if flags & WRITES:
        return real in may_write or (owned and "__pycache__" in real)
    return owned or real in also


def is_fine(event: str, arguments: tuple[object, ...]) -> bool:
    """Return whether reading a file may do this."""
    if event == "open":
        path, _mode, flags = arguments
        return may_open(path, flags if isinstance(flags, int) else 0)
    if event == "subprocess.Popen":
        return not is_child and list(arguments[1])[1:3] == ["-m", CHILD]  # type: ignore[call-overload]
    if event in CHANGES:
        folder = f"/proc/self/fd/{arguments[-1]}" if arguments[-1] != -1 else ""
        paths = [os.fsdecode(path) for path in arguments if isinstance(path, str | bytes | os.PathLike)]
        return all(may_open(Path(folder, path), os.O_WRONLY) for path in paths)
    return not event.startswith(FORBIDDEN)


def leave(kind: str, told: str) -> None:
    """Leave a mark."""
    global _marking  # noqa: PLW0603 - the mark itself is not watched
    _marking = True
    with suppress(FileExistsError):
        Path(STAGING, f".{kind}-{os.getpid()}").symlink_to(told[:2000])
    _marking = False


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """End the process where a file has made it do what reading a file never needs."""
    if not _marking and not is_fine(event, arguments):
        leave("violation", f"{event} {arguments}")
        os.write(2, f"forbidden: {event} {arguments}\n".encode())
        os._exit(99)


leave("watched", "child" if is_child else "parent")
sys.addaudithook(watch)
