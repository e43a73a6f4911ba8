"""Foreign text in Markdown, where nothing in it may become a link, an image, markup or another cell of a table."""

import re
from collections.abc import Iterable, Sequence

from crm_migration.report.formats import ABSENT, visible

LONGEST = 80
_FENCES = re.compile("`+")
_PIPES = re.compile(r"(\\*)\|")


def code(text: str | None) -> str:
    """Return a text as inline code for a cell of a table: one line, invisible characters written out, cut where long.

    Code is the only place in which neither HTML nor links, bare ones included, are looked for.
    """
    if text is None:
        return ABSENT
    shown = visible(_short(text)).replace("\n", "↵")
    if not shown.strip():
        return f"`{'␣' * len(shown)}`" if shown else "` `"
    fence = "`" * (1 + max(map(len, _FENCES.findall(shown)), default=0))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{_PIPES.sub(_escaped, shown)}{pad}{fence}"


def _escaped(found: re.Match[str]) -> str:
    """Return a pipe that ends no cell; backslashes before it are doubled, or they would undo that."""
    return f"{found[1] * 2}\\|"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; columns after the first whose head begins with `#` are aligned to the right."""
    marks = ["---:" if name.startswith("#") else "---" for name in head]
    names = [name.removeprefix("#") for name in head]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (names, marks, *rows))
