"""How the text of a delimited file is cut into records and fields."""

import re
from dataclasses import dataclass

# The line with which a file tells Excel its separator.
EXCEL_SEPARATOR = re.compile(r'"?sep=(.)"?')


@dataclass(frozen=True)
class Dialect:
    r"""Separators and marks; an empty `delimiter` means one column, an empty `quote` or `escape` means none.

    Records end where a line ends (CR LF, LF or CR outside of quotation marks), or at `record_separator` and a line
    end right after it. Lines that begin with `comment` are no records. `escape` takes the meaning of a mark after it
    away; before any other letter it is a letter itself, so that `C:\\new` stays what it is.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    record_separator: str | None = None
    comment: str | None = None

    @property
    def escapable(self) -> str:
        """Return the letters whose meaning an escape mark takes away."""
        marks = self.delimiter + self.quote + self.escape + (self.record_separator or "")
        return "".join(sorted({*marks, *"\"'\r\n"}))

    @property
    def plain(self) -> bool:
        """Return whether blocks of bytes can be cut without reading them letter by letter."""
        marks = (self.delimiter, self.quote, self.escape)
        single = all(len(mark) <= 1 and mark.isascii() for mark in marks)
        given = [mark for mark in marks if mark]
        distinct = len(set(given)) == len(given) and not set(given) & set("\r\n\0")
        return single and distinct and self.record_separator is None and self.comment is None
