"""A file's bytes as UTF-8, block by block, whatever its encoding."""

import codecs
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

BLOCK_BYTES = 1 << 20
MARKED = "crm_migration_marked"
_MARK = 0xDC00
_LONGEST_LINE = 16 << 20
_FOREIGN = "\udcff"
_MARKED_BYTE = re.compile("\udced([\udcb0-\udcb3])([\udc80-\udcbf])")


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file are to be understood.

    `bom` bytes at the start are no text. Lines that are UTF-8 with a letter from code
    point `foreign_from` on are no text of this encoding.
    """

    name: str
    bom: int = 0
    foreign_from: int | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def is_utf8(self) -> bool:
        """Return whether the bytes need no translation."""
        return self.name == "utf-8"


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Stand in for bytes that mean nothing: letters that no text holds, so that their row can be told."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_MARK + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(MARKED, _mark)


def utf8_blocks(path: Path, encoding: Encoding, block_bytes: int = BLOCK_BYTES) -> Iterator[tuple[bytes, bool]]:
    """Yield the file's text as UTF-8, and whether it is the last of it; what cannot be decoded is invalid UTF-8."""
    translate = _Translation(encoding)
    with path.open("rb") as file:
        file.seek(encoding.bom)
        block = file.read(block_bytes)
        while block:
            following = file.read(block_bytes)
            yield translate(block, not following), not following
            block = following


class _Translation:
    """Translates blocks of one file; what a block leaves open is kept for the next."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.name)(MARKED)
        self._line = b""

    def __call__(self, block: bytes, final: bool) -> bytes:
        if self._encoding.is_utf8:
            return block
        if self._encoding.foreign_from is not None:
            return self._line_by_line(block, final)
        return self._decoder.decode(block, final).encode("utf-8", "surrogatepass")

    def _line_by_line(self, block: bytes, final: bool) -> bytes:
        """Translate whole lines; one that is UTF-8 is left as it is, with a mark."""
        lines = (self._line + block).split(b"\n")
        self._line = lines.pop()
        ended = [line + b"\n" for line in lines]
        if final or len(self._line) > _LONGEST_LINE:
            ended.append(self._line)
            self._line = b""
        return b"".join(b"\xff" + line if self._is_foreign(line) else self._translate(line) for line in ended)

    def _translate(self, line: bytes) -> bytes:
        return line.decode(self._encoding.name, MARKED).encode("utf-8", "surrogatepass")

    def _is_foreign(self, line: bytes) -> bool:
        return self._encoding.foreign_from is not None and is_utf8_beyond(line, self._encoding.foreign_from)


def decoded(piece: bytes, final: bool) -> str:
    """Return the text of a piece of UTF-8, without a letter that is cut off at its end."""
    return codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(piece, final)


def is_utf8(text: bytes) -> bool:
    """Return whether the text is UTF-8; pyarrow's check is five times as fast as decoding."""
    if text.isascii():
        return True
    ends = pa.py_buffer(struct.pack("=2i", 0, len(text)))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(text)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def is_utf8_beyond(line: bytes, least: int) -> bool:
    """Return whether the line is UTF-8 with a letter from code point `least` on."""
    if line.isascii():
        return False
    try:
        return ord(max(line.decode("utf-8"))) >= least
    except UnicodeDecodeError:
        return False


def readable(text: str) -> str:
    r"""Return text for a person: bytes that could not be decoded as `\xNN`."""
    if text.isascii():
        return text
    marked = _MARKED_BYTE.sub(lambda mark: chr(_MARK + (ord(mark[1]) & 3) * 64 + (ord(mark[2]) & 63)), text)
    marked = marked.removeprefix(_FOREIGN)
    return "".join(f"\\x{ord(c) & 0xFF:02x}" if "\udc00" <= c <= "\udcff" else c for c in marked)
