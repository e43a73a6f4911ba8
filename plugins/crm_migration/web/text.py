"""Foreign text on a page: cut at a length, everything invisible written out, and numbers as people read them."""

from datetime import datetime
from urllib.parse import quote

from crm_migration.report import formats

LONGEST = 300
LONGEST_NUMBER = 9
# Airflow repeats the address of its frame as its own, with every escape undone that an address can do without, and has
# the frame load what then differs: the answer to a form would be lost. So no segment has such an escape.
PLAIN = "!$&'()*+,:;=@"


def cut(text: str, longest: int = LONGEST) -> str:
    """Return `text`, its end left out where it is longer than may be shown."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def shown(text: object) -> str:
    """Return anything as text that is as long and as visible as a page can bear."""
    return formats.visible(cut(str(text)))


def iso(value: datetime | None) -> str:
    """Return a moment for a `<time>` element; empty where there is none."""
    return value.isoformat() if value else ""


def segment(text: str) -> str:
    """Return `text` as one segment of an address."""
    return quote(text, safe=PLAIN)


def is_number(text: str) -> bool:
    """Return whether a part of an address is a number that any ledger's column can hold."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
