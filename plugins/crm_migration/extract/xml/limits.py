"""What an XML document may ask of this machine; a document beyond it is refused by name.

libxml2 adds its own: 256 levels of elements, 10 million letters of one text or name or tag.
"""

from typing import Final

MOST_RECORD: Final = 8 * 1024 * 1024
"""Bytes of one record, give or take a chunk."""
MOST_AROUND: Final = 65_536
"""Letters that a row may take over from its record's ancestors, as many rows may take over the same ones."""
MOST_COLUMNS: Final = 10_000
"""Columns of one document."""
MOST_SHAPES: Final = 10_000
"""Sets of columns that are remembered so as not to be looked at twice."""
MOST_ATTRIBUTES: Final = 1000
"""Attributes of one element: reading them takes time by the square of their number."""
CHUNK: Final = 64 * 1024
"""Bytes that are parsed at once."""
