"""The model's own errors, told in plain words with the place they belong to."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError

from crm_migration.mapping.document import Document, Unquoted, made_of, unquoted
from crm_migration.mapping.faults import Fault, Place, did_you_mean, listed, nearest, quoted
from crm_migration.mapping.fields import FUNCTION
from crm_migration.mapping.shape import child, is_union_of_texts, keys_of, kinds, shape_at

PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a name of lower-case letters, digits and _ that starts with a letter",
    r"^[A-Z]{2}$": "two capital letters (ISO 3166)",
    r"^[A-Z]{3}$": "three capital letters (ISO 4217)",
    r"^\d{4}-\d{2}-\d{2}$": "a date as YYYY-MM-DD",
    FUNCTION: "a function as package.module:name",
}
NUMBERS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a number",
}
TEXTS = {"string_type": "text", "string_unicode": "text"}
OTHERS = {
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
}
LIMITS = {
    "greater_than": ("a number over {}", "gt"),
    "greater_than_equal": ("a number of at least {}", "ge"),
    "less_than": ("a number under {}", "lt"),
    "less_than_equal": ("a number of at most {}", "le"),
    "too_short": ("{} or more entries", "min_length"),
    "string_too_short": ("text of {} or more characters", "min_length"),
}
KIND_TAG = 4
INTEGER = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True)
class Explained:
    """A fault, which kind of error it came from, and the key that an unknown one was probably meant to be."""

    fault: Fault
    error: str
    meant: Place | None = None


@dataclass(frozen=True)
class _Error:
    """One error of the model's, at the place of the file it is about."""

    type: str
    place: Place
    context: dict[str, Any]
    document: Document
    data: Any

    @property
    def value(self) -> Any:
        value = self.data
        for step in self.place:
            value = child(value, step)
        return value

    def at(self, key: str) -> "_Error":
        """Return the same error, one level further down."""
        return _Error(self.type, (*self.place, key), self.context, self.document, self.data)


def explain(error: ValidationError, data: Any, document: Document) -> list[Explained]:
    """Return what is wrong with `data`, which is the document's or a repaired copy, each thing once."""
    explained = []
    for details in error.errors(include_url=False, include_input=False):
        place, branch = _place(details["loc"], data)
        one = _Error(details["type"], place, details.get("ctx", {}), document, data)
        if branch is None or (branch == "list[str]") == _lies_in_list(one):
            explained.append(EXPLAINERS.get(one.type, _plain)(one))
    meant = {item.meant for item in explained if item.meant}
    return [item for item in explained if not (item.error == "missing" and item.fault.place in meant)]


def _place(location: tuple[int | str, ...], data: Any) -> tuple[Place, str | None]:
    """Return the place that a location of the model's means, and the branch of a union it tells of."""
    place: Place = ()
    branch = None
    for index, step in enumerate(location):
        if index == KIND_TAG and location[0] == "entities" and location[2] == "fields":
            continue
        if step in ("str", "list[str]") and is_union_of_texts(shape_at(place, data)):
            branch = str(step)
            continue
        place = (*place, step)
    return place, branch


def _lies_in_list(error: _Error) -> bool:
    """Say whether a place that takes a text or a list of texts was given the list."""
    return isinstance(error.value, list) or isinstance(error.place[-1], int)


def _found(error: _Error, *, wants_text: bool = False) -> str:
    """Return what stands at the place, and how to write it if only quotes are missing."""
    spot = error.document.positions.spot(error.place)
    if spot is None:
        return "none"
    if spot.written is None:
        empty = "an empty list" if error.value == [] else "a list"
        return empty if spot.made == "list" else "keys and values"
    if spot.made == "text":
        return quoted(spot.written)
    if wants_text or not spot.written:
        return unquoted(spot.written, spot.made)
    if isinstance(error.value, Unquoted):
        return f"{quoted(spot.written, '')}, which YAML reads in a way of its own; write a plain decimal number"
    return f"the {spot.made} {quoted(spot.written, '')}"


def _plain(error: _Error) -> Explained:
    """Explain by the type of the error alone."""
    wants_text = error.type in TEXTS
    expected = (TEXTS | NUMBERS | OTHERS).get(error.type, "another value")
    if wants_text and is_union_of_texts(shape_at(error.place, error.data)):
        expected = "text or a list of texts"
    return _explained(error, f"expected {expected}, found {_found(error, wants_text=wants_text)}")


def _number(error: _Error) -> Explained:
    hint = ""
    if isinstance(error.value, str):
        hint = "; write it without quotes" if INTEGER.fullmatch(error.value) else ""
    return _explained(error, f"expected {NUMBERS[error.type]}, found {_found(error)}{hint}")


def _limit(error: _Error) -> Explained:
    words, key = LIMITS[error.type]
    expected = words.format(error.context.get(key))
    return _explained(error, f"expected {expected}, found {_found(error)}")


def _pattern(error: _Error) -> Explained:
    pattern = str(error.context.get("pattern"))
    expected = PATTERNS.get(pattern, f"text like {pattern}")
    return _explained(error, f"expected {expected}, found {_found(error)}")


def _missing(error: _Error) -> Explained:
    return _explained(error, "expected this key, found none")


def _unknown_key(error: _Error) -> Explained:
    name = str(error.place[-1])
    model = cast("type[BaseModel]", shape_at(error.place[:-1], error.data))
    keys = keys_of(model)
    field = model.model_fields.get(name)
    meant = field.alias if field else nearest(name, [key for key in keys if key not in _siblings(error)])
    if meant is None:
        return _explained(error, f"expected one of the keys {listed(keys)}, found {quoted(name)}", at_key=True)
    text = f"expected a known key, found {quoted(name)} (did you mean {quoted(meant)}?)"
    return Explained(Fault(error.place, text, at_key=True), error.type, (*error.place[:-1], meant))


def _siblings(error: _Error) -> dict[str, Any]:
    """Return the keys and values among which the one at the place stands."""
    value = error.data
    for step in error.place[:-1]:
        value = child(value, step)
    return cast("dict[str, Any]", value)


def _literal(error: _Error) -> Explained:
    options = [str(option) for option in get_args(shape_at(error.place, error.data))]
    return _explained(error, _one_of(error, options))


def _unknown_kind(error: _Error) -> Explained:
    return _explained(error.at("kind"), _one_of(error.at("kind"), list(kinds())))


def _missing_kind(error: _Error) -> Explained:
    if isinstance(error.value, Unquoted):
        found = quoted(error.value.written)
        return Explained(Fault(error.place, f"expected keys and values, found {found}"), "model_type")
    near = nearest("kind", [key for key in error.value if key not in ("kind", "from")])
    if near is None:
        return _explained(error.at("kind"), f"expected one of {listed(kinds())}, found none")
    text = f"expected a known key, found {quoted(near)} (did you mean 'kind'?)"
    return Explained(Fault((*error.place, near), text, at_key=True), error.type, (*error.place, "kind"))


def _one_of(error: _Error, options: list[str]) -> str:
    spot = error.document.positions.spot(error.place)
    expected = f"one of {listed(options)}" if len(options) > 1 else quoted(options[0])
    if spot is None or not spot.written or spot.written in options:
        return f"expected {expected}, found {_found(error, wants_text=True)}"
    if spot.made != "text":
        return f"expected {expected}, found {made_of(spot.written, spot.made)}"
    return f"expected {expected}, found {quoted(spot.written)}{did_you_mean(spot.written, options)}"


def _rule(error: _Error) -> Explained:
    """Explain a rule over several keys: which of those that it names are there."""
    rule = str(error.context.get("error", ""))
    keys = keys_of(shape_at(error.place, error.data))
    named = dict.fromkeys(word for word in re.findall(r"\w+", rule) if word in keys)
    present = [key for key in named if child(error.value, key) not in (None, {})]
    return _explained(error, f"{rule}, found {listed(present) or 'none of them'}")


def _explained(error: _Error, text: str, *, at_key: bool = False) -> Explained:
    return Explained(Fault(error.place, text, at_key=at_key), error.type)


EXPLAINERS: dict[str, Callable[[_Error], Explained]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _literal,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _missing_kind,
    "string_pattern_mismatch": _pattern,
    "value_error": _rule,
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(LIMITS, _limit),
}
