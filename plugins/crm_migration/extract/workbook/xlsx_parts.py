"""What an xlsx or xlsb says of itself beside its sheets: where its parts are, formats of cells, shared texts.

Paths come from the relationships, never from guesses. Source: ECMA-376 parts 1 and 2, transitional and strict.
"""

import posixpath
import re
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice

from lxml import etree

from crm_migration.extract.sheets import SheetInfo
from crm_migration.extract.workbook.common_markup import (
    SPACE,
    TEXT,
    Form,
    Fragments,
    UnusualMarkupError,
    decoded_entities,
)
from crm_migration.extract.workbook.container import Parts, reading_zip
from crm_migration.extract.workbook.markup import attribute, children, elements, local, root_of, tree
from crm_migration.extract.workbook.number_format import BUILT_IN, Moment, moment_of
from crm_migration.extract.workbook.refusal import MIB, MOST_TEXTS, NOT_A_SPREADSHEET, Refused
from crm_migration.extract.workbook.values import unescaped

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
NAMESPACES = (TRANSITIONAL, STRICT)
BLOCK_BITS = 10
BLOCK_TEXTS = 1 << BLOCK_BITS
match_text = re.compile(rf'{SPACE}<si><t(?: xml:space="preserve")?(?:/>|>({TEXT})</t>)').fullmatch


@dataclass(frozen=True)
class Related:
    """A part that another one refers to: what for, and its name."""

    kind: str
    target: str


@dataclass
class Package:
    """An xlsx's workbook part: its sheets with their parts, and what concerns all of them."""

    workbook: str
    sheets: list[SheetInfo] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    related: dict[str, Related] = field(default_factory=dict)
    epoch_1904: bool = False
    recalculates: bool = False
    others: list[str] = field(default_factory=list)

    def part(self, kind: str) -> str | None:
        """Return the part that the workbook is related to by this kind, such as `styles`."""
        return next((related.target for related in self.related.values() if related.kind == kind), None)


def workbook_part(parts: Parts) -> str:
    """Return the name of the workbook's own part.

    Raises:
        Refused: the container is none of a workbook.
    """
    if "_rels/.rels" not in parts:
        raise Refused(NOT_A_SPREADSHEET)
    for related in relations(parts, "").values():
        if related.kind == "officedocument":
            return related.target
    raise Refused(NOT_A_SPREADSHEET)


def relations(parts: Parts, source: str) -> dict[str, Related]:
    """Return what a part refers to inside the container, by relationship id; "" is the container itself."""
    folder, name = posixpath.split(source)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in parts:
        return {}
    found = {}
    for element in children(tree(parts, rels), "Relationship"):
        if (attribute(element, "TargetMode") or "").lower() != "external":
            target = posixpath.join("/", folder, (attribute(element, "Target") or "").replace("\\", "/"))
            kind = posixpath.basename(attribute(element, "Type") or "").lower()
            found[attribute(element, "Id") or ""] = Related(kind, posixpath.normpath(target).lstrip("/"))
    return found


def read_package(parts: Parts, workbook: str) -> Package:
    """Return what the workbook part says.

    Raises:
        Refused: it is no workbook part.
    """
    if root_of(parts, workbook).name != "workbook":
        raise Refused(NOT_A_SPREADSHEET)
    package = Package(workbook, related=relations(parts, workbook))
    for element in tree(parts, workbook):
        name = local(element)
        if name == "workbookPr":
            package.epoch_1904 = attribute(element, "date1904") in ("1", "true", "on")
        elif name == "calcPr":
            package.recalculates = attribute(element, "fullCalcOnLoad") in ("1", "true")
        elif name == "sheets":
            _read_sheets(package, element)
    return package


def _read_sheets(package: Package, element: etree._Element) -> None:
    for sheet in children(element, "sheet"):
        name = unescaped(attribute(sheet, "name") or "")
        related = package.related.get(attribute(sheet, "id") or "")
        if related is None or related.kind != "worksheet":
            package.others.append(name)
            continue
        visible = attribute(sheet, "state") in (None, "visible")
        package.sheets.append(SheetInfo(len(package.sheets), name, visible))
        package.targets.append(related.target)


def read_moments(parts: Parts, package: Package) -> dict[str, Moment]:
    """Return which cell formats, by their number, show dates or times."""
    styles = package.part("styles")
    if styles is None or styles not in parts:
        return {}
    root = tree(parts, styles)
    codes = {
        attribute(one, "numFmtId"): attribute(one, "formatCode") or ""
        for group in children(root, "numFmts")
        for one in children(group, "numFmt")
    }
    moments: dict[str, Moment] = {}
    formats = [one for group in children(root, "cellXfs") for one in children(group, "xf")]
    for number, one in enumerate(formats):
        format_id = attribute(one, "numFmtId") or "0"
        known = BUILT_IN.get(int(format_id)) if format_id.isdecimal() else None
        moment = moment_of(codes[format_id]) if format_id in codes else known
        if moment:
            moments[str(number)] = moment
    return moments


class SharedTexts:
    """The table of texts that cells refer to by number: read as far as it is needed, held closely."""

    def __init__(self, entries: Iterator[list[str]]) -> None:
        """Read from `entries`, lists of texts in order, later."""
        self._entries = entries
        self._blocks: list[str] = []
        self._starts = array("I")
        self._count, self._weight = 0, 0

    def get(self, index: int) -> str | None:
        """Return a text; None where the table ends before it.

        Raises:
            Refused: the table is larger than can be held.
        """
        if index >= self._count and not self._read_to(index):
            return None
        block, starts = index >> BLOCK_BITS, self._starts
        start = index + block  # Each block has one more place, its end.
        return self._blocks[block][starts[start] : starts[start + 1]]

    def get_all(self, indexes: list[int]) -> list[str | None] | None:
        """Return the texts, None for an empty one; None for all where the table lacks one of them."""
        highest = max(indexes, default=-1)
        if highest >= self._count and not self._read_to(highest):
            return None
        blocks, starts, bits = self._blocks, self._starts, BLOCK_BITS
        return [
            blocks[index >> bits][starts[index + (index >> bits)] : starts[index + (index >> bits) + 1]] or None
            for index in indexes
        ]

    def _read_to(self, index: int) -> bool:
        while index >= self._count:
            texts = next(self._entries, None)
            if texts is None:
                return False
            self._starts.extend(accumulate((len(text) for text in texts), initial=0))
            self._blocks.append("".join(texts))
            self._count += len(texts)
            self._weight += sys.getsizeof(self._blocks[-1]) + 4 * len(texts)
            if self._weight > MOST_TEXTS:
                raise Refused(
                    f"expected at most {MOST_TEXTS // MIB} MiB of shared texts, found more",
                    "split the workbook, or export it as CSV",
                )
        return True


def shared_texts(parts: Parts, package: Package) -> SharedTexts:
    """Return the workbook's table of texts; an empty one where it has none."""
    name = package.part("sharedstrings")
    return SharedTexts(_blocks(_entries(parts, name)) if name is not None and name in parts else iter(()))


def _blocks(entries: Iterator[str]) -> Iterator[list[str]]:
    while block := list(islice(entries, BLOCK_TEXTS)):
        yield block


def _entries(parts: Parts, name: str) -> Iterator[str]:
    """Yield the texts of the table; like the rows of a sheet, markup of the common form is read faster."""
    done = 0
    try:
        for text in common_texts(parts, name):
            yield text
            done += 1
    except UnusualMarkupError:
        yield from islice(parsed_texts(parts, name), done, None)


def parsed_texts(parts: Parts, name: str) -> Iterator[str]:
    """Yield the texts of a table of any markup."""
    tag = f"{{{root_of(parts, name).namespace}}}si"
    with parts.open(name) as part:
        for _, element in elements(part, (tag,)):
            yield unescaped(rich_text(element))


def common_texts(parts: Parts, name: str) -> Iterator[str]:
    """Yield the texts of a table whose markup is of the common form."""
    with parts.open(name) as part, reading_zip():
        for fragment in Fragments(
            part, Form("sst", root_of(parts, name).namespace, b"<sst [^<>]*[^<>/]>", "si", b"[ \t\n]*</sst>")
        ):
            found = match_text(fragment)
            if found is None:
                raise UnusualMarkupError
            yield unescaped(decoded_entities(found[1] or ""))


def rich_text(element: etree._Element) -> str:
    """Return the text of a shared or inline text: its runs joined, phonetic hints left out; escapes are not decoded."""
    pieces = []
    for child in element:
        name = local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces += [run.text or "" for run in children(child, "t")]
    return "".join(pieces)
