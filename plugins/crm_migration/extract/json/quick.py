"""The quick way to read a flat record: a fast decoder, where it can be shown that it loses nothing."""

from typing import Any, Final

import msgspec

from crm_migration.extract.json.limits import MOST_RECORD

_SPACES: Final = (b" ", b"\t", b"\n", b"\r")
MOST_MISSES: Final = 16
"""Records in a row that the quick way does not fit; then the rest of the piece is read the exact way."""


class QuickReader:
    """Reads objects of scalars. What it returns is what `Scanner` returns, but for integers, which are no text yet.

    The decoder would lose a repeated key (so there must be as many keys as there can be members), the sign of a
    negative zero and a lone half of a surrogate pair (so there must be none); it keeps integers of any size and hands
    over the text of decimals.
    """

    def __init__(self) -> None:
        """Prepare the decoder."""
        decoder = msgspec.json.Decoder(float_hook=str)
        self._decode, self._decode_lines = decoder.decode, decoder.decode_lines
        self._doubtful: list[bytes] = []
        self._spaced: list[bytes] = []
        self._misses = 0

    def look_at(self, text: bytes, *, is_lines: bool = False) -> None:
        """Look over a piece of UTF-8, whose records are read next, for what the decoder would lose.

        Of records that stand on lines, none holds a line feed.
        """
        spaces = [space for space in _SPACES if space in text and not (is_lines and space == b"\n")]
        self._spaced = [space + b":" for space in spaces if space + b":" in text]
        doubtful = [before + b"-0" for before in (b":", *spaces)]
        if b"\\u" in text:
            doubtful += [b"\\ud", b"\\uD"]
        self._doubtful = [sign for sign in doubtful if sign in text]
        self._misses = 0

    def object_in(self, line: bytes) -> dict[str, Any] | None:
        """Return the object that the line is, or None where only the exact way can tell."""
        if self._misses > MOST_MISSES or len(line) > MOST_RECORD:
            return None
        found = self._flat_object(line) if line.count(b"{") == 1 and b"[" not in line else None
        self._misses = 0 if found is not None else self._misses + 1
        return found

    def objects_in(self, lines: bytes) -> list[dict[str, Any]] | None:
        """Return the objects that these lines are, one each, or None where only the exact way, line by line, can tell.

        Where every line begins with the only brace in it, no object reaches into the next line; a line that holds
        another value behind its object shows by there being more values than lines.
        """
        count = lines.count(b"\n") + 1
        begin = lines.startswith(b"{") + lines.count(b"\n{")
        if begin != count or lines.count(b"{") != count or b"[" in lines or len(lines) > MOST_RECORD:
            return None
        if any(sign in lines for sign in self._doubtful):
            return None
        try:
            found: list[Any] = self._decode_lines(lines)
        except ValueError:
            return None
        if len(found) != count or any(type(one) is not dict for one in found):
            return None
        return found if sum(map(len, found)) == self._most_members(lines) else None

    def _flat_object(self, line: bytes) -> dict[str, Any] | None:
        if self._doubtful and any(sign in line for sign in self._doubtful):
            return None
        try:
            found = self._decode(line)
        except ValueError:
            return None
        return found if type(found) is dict and len(found) == self._most_members(line) else None

    def _most_members(self, text: bytes) -> int:
        """Return how many members the objects in a text have at most: in each, and so in all."""
        return text.count(b'":') + sum(map(text.count, self._spaced))
