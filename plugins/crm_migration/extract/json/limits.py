"""What a JSON document may ask of this machine; a record or a document beyond it is refused by name."""

from typing import Final

MOST_DEPTH: Final = 64
"""Levels of objects and arrays inside each other, within one record."""
MOST_RECORD: Final = 16 * 1024 * 1024
"""Letters of one record's text, or of one value beside the records."""
MOST_COLUMNS: Final = 10_000
"""Columns of one document."""
CHUNK: Final = 1024 * 1024
"""Bytes that are read at once."""
