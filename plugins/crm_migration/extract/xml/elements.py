"""The values of one element: texts by the way to them, attributes, lists, mixed content and nil."""

import json
from typing import Any, Final

from crm_migration.extract.xml.columns import ITSELF, TOP, Columns
from crm_migration.extract.xml.paths import XSI
from crm_migration.extract.xml.stream import Element, attributes_of

NIL: Final = f"{{{XSI}}}nil"
_SPACES: Final = " \t\r\n"
Values = dict[int, str | None]
_Found = dict[int, Any]


def values_of(element: Element, columns: Columns) -> Values:
    """Return the texts of a record by their place.

    A text is exact, white space and all; comments and processing instructions are no part of it. An empty element is
    "", one with `xsi:nil="true"` is null. Several elements at one place become one JSON array of their texts. An
    element with text between its elements has the whole text inside it as its own value too.
    """
    if not element.keys():
        flat = _flat_values(element, columns)
        if flat is not None:
            return flat
    found: _Found = {}
    _gather(element, TOP, columns, found)
    return {place: as_text(value) for place, value in found.items()}


def _flat_values(element: Element, columns: Columns) -> Values | None:
    """Return the values where they are all plain children that occur once, with nothing but layout between them."""
    text = element.text
    if text and text.strip(_SPACES):
        return None
    values: Values = {}
    places = columns.below_top
    for child in element:
        tail = child.tail
        if len(child) or child.keys() or (tail and tail.strip(_SPACES)):
            return None
        values[places[child.tag]] = child.text or ""
    return values if values and len(values) == len(element) else None


def as_text(value: Any) -> str | None:
    """Return a list as JSON, a text as it is."""
    return json.dumps(value, ensure_ascii=False) if type(value) is list else value


def _gather(element: Element, place: int, columns: Columns, found: _Found) -> None:
    nil = False
    for name, value in attributes_of(element):
        if name == NIL:
            nil = value in ("true", "1")
        else:
            _put(found, columns.place(place, "@" + name), value)
    own = columns.place(TOP, ITSELF) if place == TOP else place
    if not len(element):
        _put(found, own, None if nil else element.text or "")
        return
    if has_text(element):
        _put(found, own, "".join(element.itertext()))
    for child in element:
        _gather(child, columns.place(place, child.tag), columns, found)


def has_text(element: Element) -> bool:
    """Return whether there is text between the elements in it that is more than layout."""
    return not is_layout(element.text) or any(not is_layout(child.tail) for child in element)


def is_layout(text: str | None) -> bool:
    """Return whether a text between elements is nothing but white space as XML has it."""
    return not text or not text.strip(_SPACES)


def _put(found: _Found, place: int, value: str | None) -> None:
    if place not in found:
        found[place] = value
    elif type(found[place]) is list:
        found[place].append(value)
    else:
        found[place] = [found[place], value]
