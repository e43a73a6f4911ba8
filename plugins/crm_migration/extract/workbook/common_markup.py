"""The markup that the common writers produce, read without an XML parser.

Every character is checked against a narrow form: UTF-8, the root without a prefix, no comments, no CDATA, no
processing instructions. What is not exactly like that ends in `UnusualMarkupError`, and the part is parsed as XML.
Since `<` cannot stand in a text, an end tag that is found in such a part is one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from crm_migration.extract.workbook.refusal import MOST_ROW

BLOCK = 1 << 18
MOST_HEAD = 4 << 20
SPACE = r"[ \t\n]*+"
LETTERS = r"[^<&\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*+"
TEXT = rf"{LETTERS}(?:&(?:amp|lt|gt|quot|apos);{LETTERS})*+"
ATTRIBUTES = r'(?: +(?!xmlns)[A-Za-z][A-Za-z0-9:]*+="[^"<&]*+")*+'
match_head = re.compile(r"\ufeff?(?:<\?xml[^<>]*\?>)?\s*<(\w+)\s([^<>]*)>").match
find_encoding = re.compile(r"""encoding=["']([^"']*)""").search
ENTITY = re.compile("&(amp|lt|gt|quot|apos);")
CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class UnusualMarkupError(Exception):
    """The markup is not of the common form."""


@dataclass(frozen=True)
class Form:
    """How a part is cut: its root, the tag after which the elements begin, their name, and what follows the last."""

    root: str
    namespace: str
    start: bytes
    element: str
    end: bytes


class Fragments:
    """The text of each element of a part without its end tag, together with what stands before it."""

    def __init__(self, part: IO[bytes], form: Form) -> None:
        """Read up to the first element.

        Raises:
            UnusualMarkupError: the head is not of the common form.
        """
        self._part, self._form = part, form
        head = part.read(BLOCK)
        find_start = re.compile(form.start).search
        while (start := find_start(head)) is None:
            block = part.read(BLOCK)
            if not block or len(head) > MOST_HEAD:
                raise UnusualMarkupError
            head += block
        self.head = _decoded(head[: start.end()])
        self._check_head()
        self._rest = head[start.end() :]

    def __iter__(self) -> Iterator[str]:
        """Yield the fragments.

        Raises:
            UnusualMarkupError: the elements do not end as they should.
        """
        rest, end_tag = self._rest, f"</{self._form.element}>"
        match_end = re.compile(self._form.end).match
        while True:
            cut = rest.rfind(end_tag.encode())
            if cut >= 0:
                yield from _decoded(rest[:cut]).split(end_tag)
                rest = rest[cut + len(end_tag) :]
            if match_end(rest):
                break
            block = self._part.read(BLOCK)
            if not block or len(rest) > MOST_ROW:
                raise UnusualMarkupError
            rest += block
        while self._part.read(BLOCK):
            pass  # The member's checksum is compared at its end only.

    def _check_head(self) -> None:
        root, encoding = match_head(self.head), find_encoding(self.head[:BLOCK])
        known = root and root[1] == self._form.root and f'xmlns="{self._form.namespace}"' in root[2]
        if not known or "<!" in self.head or (encoding and encoding[1].lower() != "utf-8"):
            raise UnusualMarkupError


def decoded_entities(text: str) -> str:
    """Return text with its five entities replaced."""
    return ENTITY.sub(lambda found: CHARACTERS[found[1]], text) if "&" in text else text


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise UnusualMarkupError from None
