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
        self._decode = msgspec.json.Decoder(float_hook=str).decode
        self._doubtful: list[bytes] = []
        self._spaced: list[bytes] = []
        self._misses = 0

    def look_at(self, text: bytes) -> None:
        """Look over a piece of UTF-8, whose records are read next, for what the decoder would lose."""
        spaces = [space for space in _SPACES if space in text]
        self._spaced = [space + b":" for space in spaces if space + b":" in text]
        doubtful = [before + b"-0" for before in (b":", *spaces)]
        if b"\\" in text:
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

    def _flat_object(self, line: bytes) -> dict[str, Any] | None:
        if self._doubtful and any(sign in line for sign in self._doubtful):
            return None
        try:
            found = self._decode(line)
        except ValueError:
            return None
        most_members = line.count(b'":')
        for colon in self._spaced:
            most_members += line.count(colon)
        return found if type(found) is dict and len(found) == most_members else None
