"""Which encoding a file is in: its byte order mark, strict UTF-8, what the mapping says, or a guess that is told."""

import codecs
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crm_migration.errors import MappingFault
from crm_migration.extract.delimited.legacy import LONGEST_SAMPLE, guess_legacy
from crm_migration.extract.delimited.stream import BLOCK_BYTES, MARKED, Encoding, is_utf8
from crm_migration.extract.document import Document, refused

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENOUGH_LINES, _MOST_LINES = 2000, 200_000
_LEAST_PAIRS = 4
_LONGEST_LETTER, _FIRST_OF_SEVERAL = 4, 0xC0


def find_encoding(document: Document, declared: str | None) -> Encoding:
    """Return the encoding of the document.

    A byte order mark tells it, then the mapping (`declared`), then the content: strict UTF-8, else a guess with a
    note.

    Raises:
        MappingFault: the mapping names an encoding that Python does not know.
        SourceUnreadable: the mapping and the byte order mark contradict each other.
    """
    name = _known(declared) if declared else None
    with document.path.open("rb") as file:
        head = file.read(4096)
    for mark, marked in _MARKS:
        if head.startswith(mark):
            if name is not None and not marked.startswith(name.removesuffix("-sig")):
                raise refused(
                    document,
                    f"expected {declared} as the mapping says, found the byte order mark of {marked}",
                    "take `encoding` out of the mapping, or repair the file",
                )
            return Encoding(marked, len(mark))
    if name is not None:
        return Encoding("utf-8" if name == "utf-8-sig" else name)
    return _wide(head) or _narrow(document.path)


def _known(declared: str) -> str:
    try:
        b" ".decode(declared, "ignore")
        codecs.getincrementaldecoder(declared)(MARKED).decode(b" \xff")
        return codecs.lookup(declared).name
    except (LookupError, UnicodeError):
        raise MappingFault(
            f"encoding: expected the name of an encoding that Python knows, found {declared!r}; see "
            "https://docs.python.org/3/library/codecs.html#standard-encodings"
        ) from None


def _wide(head: bytes) -> Encoding | None:
    """Return UTF-16 without a mark, which shows in zero bytes beside every Latin letter and separator."""
    pairs = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if pairs < _LEAST_PAIRS or max(even, odd) < pairs * 0.3 or min(even, odd) > pairs * 0.05:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    return Encoding(name, notes=(f"no byte order mark; read as {name} because of its zero bytes",))


def _narrow(path: Path) -> Encoding:
    if _is_strict_utf8(path):
        return Encoding("utf-8")
    lines = _survey(path)
    if lines.kinds["utf-8"] >= lines.kinds["other"]:
        bad = lines.kinds["other"] + lines.kinds["surrogate"]
        return Encoding("utf-8", notes=(f"UTF-8; lines that are not: {bad}, and are rejected",))
    name, certain = guess_legacy(lines.samples)
    least = 0x80 if name == "cp1252" else 0x800
    found = lines.enough or lines.highest >= chr(least)
    notes = [f"encoding guessed as {name} from the letters" + ("" if certain else ", for want of a better one")]
    notes.append("declare `encoding` if names look wrong")
    if found:
        notes.append("lines that are UTF-8 among the others are rejected")
    return Encoding(name, foreign_from=least if found else None, notes=("; ".join(notes),))


def _is_strict_utf8(path: Path) -> bool:
    rest = b""
    for block in _blocks(path):
        text = rest + block
        whole = _before_last_letter(text)
        if not is_utf8(text[:whole]):
            return False
        rest = text[whole:]
    return is_utf8(rest)


def _before_last_letter(text: bytes) -> int:
    """Return where the last letter begins, if it is of several bytes and may go on after the text."""
    for place in range(len(text) - 1, max(len(text) - _LONGEST_LETTER, -1), -1):
        if text[place] >= _FIRST_OF_SEVERAL:
            return place
    return len(text)


@dataclass
class _Lines:
    """What the lines that are not ASCII look like; `highest` is the highest letter of those that are UTF-8."""

    kinds: Counter[str] = field(default_factory=Counter)
    samples: list[bytes] = field(default_factory=list)
    highest: str = ""

    @property
    def enough(self) -> bool:
        """Return whether no more lines are looked at, as each takes its time."""
        return self.kinds["other"] >= _MOST_LINES

    def see(self, line: bytes) -> None:
        try:
            text = line.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            self.kinds["other"] += 1
            if len(self.samples) < _ENOUGH_LINES:
                self.samples.append(line[:LONGEST_SAMPLE])
            return
        surrogate = any("\ud800" <= letter <= "\udfff" for letter in text)
        self.kinds["surrogate" if surrogate else "utf-8"] += 1
        self.highest = max(self.highest, "" if surrogate else max(text))


def _survey(path: Path) -> _Lines:
    lines, rest = _Lines(), b""
    for block in _blocks(path):
        *whole, rest = (rest[-BLOCK_BYTES:] + block).split(b"\n")
        for line in whole:
            if not line.isascii():
                lines.see(line)
        if lines.enough:
            return lines
    if not rest.isascii():
        lines.see(rest)
    return lines


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
