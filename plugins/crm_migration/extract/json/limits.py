"""What a JSON document may ask of this machine; a record or a document beyond it is refused by name."""

from typing import Final

MOST_DEPTH: Final = 64
"""Levels of objects and arrays inside each other, within one record."""
MOST_RECORD: Final = 16 * 1024 * 1024
"""Letters of one record's text, or of one value beside the records."""
MOST_VALUES: Final = 1_000_000
"""Commas and opening brackets of one record: each may become a value in memory, whatever its length."""
MOST_AROUND: Final = 65_536
"""Letters that a row may take over from what encloses its record, as many rows may take over the same ones."""
MOST_COLUMNS: Final = 10_000
"""Columns of one document."""
CHUNK: Final = 1024 * 1024
"""Bytes that are read at once."""
