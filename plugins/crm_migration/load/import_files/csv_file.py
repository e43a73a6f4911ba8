"""One CSV file for an import wizard: every field between quotation marks, lines ended by CR LF (RFC 4180)."""

import codecs
from itertools import accumulate
from pathlib import Path

import polars as pl

from crm_migration.load.import_files.layout import Layout


class CsvFile:
    """A CSV file that is being written; `rows` counts its records."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Begin the file with its header."""
        self._settings = layout.settings
        self._handle = path.open("wb")
        self.rows = 0
        mark = codecs.BOM_UTF8 if self._settings.encoding == "utf-8-sig" else b""
        header = pl.DataFrame([[label] for label in layout.labels], schema=layout.fields)
        self._write(mark + self._encoded(header))

    def take(self, cells: pl.DataFrame) -> int:
        """Write as many of the first rows as the file may still hold, and return their number."""
        rows = cells.head(self._settings.rows_per_file - self.rows)
        text, left = self._encoded(rows), self._settings.bytes_per_file - self._handle.tell()
        if len(text) > left:
            sizes = accumulate(len(self._encoded(row)) for row in rows.iter_slices(1))
            rows = rows.head(sum(size <= left for size in sizes))
            text = self._encoded(rows)
        self._write(text)
        self.rows += rows.height
        return rows.height

    def close(self) -> None:
        """End the file."""
        self._handle.close()

    def _write(self, text: bytes) -> None:
        self._handle.write(text)

    def _encoded(self, rows: pl.DataFrame) -> bytes:
        if rows.is_empty():
            return b""
        text = rows.write_csv(
            include_header=False, quote_style="always", separator=self._settings.separator, line_terminator="\r\n"
        )
        return text.encode(codec_of(self._settings.encoding))


def codec_of(encoding: str) -> str:
    """Return the codec of the text after the byte order mark."""
    return "utf-8" if encoding == "utf-8-sig" else encoding


def unencodable(column: pl.Series, encoding: str) -> pl.Series:
    """Return which texts hold letters that the encoding lacks."""
    codec = codec_of(encoding)
    if codec in ("utf-8", "gb18030") or _fits("\n".join(column.drop_nulls()), codec):
        return pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    return pl.Series([text is not None and not _fits(text, codec) for text in column], dtype=pl.Boolean)


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
