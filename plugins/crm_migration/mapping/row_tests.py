"""Tests of a row's source columns: which rows are left out, and which of a mixed table are an entity's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import Field, model_validator

from crm_migration.mapping.fields import Strict

TESTS = ("equals", "not_equals", "is_null", "matches")
CLASSIFIED_AS = "classified_as_"
UNCLASSIFIED = "unclassified"


class Filter(Strict):
    """Rows to leave out by rule; they are counted as `filtered`, by name."""

    name: str
    column: str
    equals: list[str] | None = None
    not_equals: list[str] | None = None
    is_null: bool | None = None
    matches: list[str] | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Filter":
        if sum(getattr(self, test) is not None for test in TESTS) != 1:
            raise ValueError(f"expected exactly one of {', '.join(TESTS)}")
        return self


class ColumnTest(Strict):
    """What a source column must hold; of several tests, all must hold. Blanks around a value do not count."""

    equals: list[str] | None = Field(None, description="It holds one of these values.")
    not_equals: list[str] | None = Field(None, description="It holds none of these values, or nothing.")
    is_null: bool | None = Field(None, description="`true`: it holds nothing; `false`: it holds a value.")
    matches: list[str] | None = Field(
        None, description="It holds a value that one of these patterns fits; `*` stands for anything, `?` for a letter."
    )

    @model_validator(mode="after")
    def _some_test(self) -> "ColumnTest":
        if all(getattr(self, test) is None for test in TESTS):
            raise ValueError(f"expected one or more of {', '.join(TESTS)}")
        return self


Test: TypeAlias = Filter | ColumnTest
When: TypeAlias = list[dict[str, ColumnTest]]
"""Alternatives, of which one must hold; of the columns of an alternative, all."""


@dataclass(frozen=True)
class Classification:
    """The entities that share one origin: `rules` of all of them in the mapping's order, and which one this is."""

    entity: str
    rules: Mapping[str, When]

    @property
    def columns(self) -> list[str]:
        """Return the source columns that any of the rules tests, each once."""
        return list(dict.fromkeys(column for rule in self.rules.values() for one in rule for column in one))

    @property
    def is_first(self) -> bool:
        """Return whether a row that no rule takes is this entity's to reject."""
        return self.entity == next(iter(self.rules))


def wildcard(pattern: str) -> str:
    """Return a pattern as a regular expression that Python and polars read alike, for whole values."""
    letters = {"*": ".*", "?": "."}
    return f"^(?s:{''.join(letters.get(letter, re.escape(letter)) for letter in pattern.strip())})$"


def holds(test: Test, value: str) -> bool:
    """Say whether a value, without blanks around it, passes a test; the empty text is no value."""
    listed = {name: [entry.strip() for entry in getattr(test, name) or ()] for name in ("equals", "not_equals")}
    if test.equals is not None and not (value and value in listed["equals"]):
        return False
    if test.not_equals is not None and value in listed["not_equals"]:
        return False
    if test.is_null is not None and test.is_null != (value == ""):
        return False
    return test.matches is None or (bool(value) and any(re.match(wildcard(one), value) for one in test.matches))
