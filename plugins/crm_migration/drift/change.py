"""One change of the source, what the mapping says about it, and what was done."""

from dataclasses import dataclass
from typing import Literal

from crm_migration.mapping.faults import listed, quoted
from crm_migration.mapping.reading import Policy

Kind = Literal["new_columns", "missing_columns", "changed_types", "reordered_columns", "new_values"]
Columns = list[tuple[str, str]]
"""Columns in order with their types or kinds, the empty text for what is not known, as the ledger remembers them."""

TITLES: dict[Kind, str] = {
    "new_columns": "new columns",
    "missing_columns": "missing columns",
    "changed_types": "changed types",
    "reordered_columns": "reordered columns",
    "new_values": "new values",
}
MOST_NAMED = 10


@dataclass(frozen=True)
class Change:
    """One kind of change of one entity's source: no value of a row is in it but codes of choice fields.

    `columns` have changed; `types` holds, in their order, what each was and is; `fields` are those of the mapping that
    it touches; `values` are the new values of a choice field. `done` says what this run makes of it. Where `stops` is
    set, that is nothing: the run ends before anything is loaded.
    """

    entity: str
    kind: Kind
    policy: Policy
    columns: tuple[str, ...]
    done: str
    types: tuple[tuple[str, str], ...] = ()
    fields: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    stops: bool = False

    @property
    def found(self) -> str:
        """Return what has changed: `'fax', 'www'`, `'age' (integer, now text)` or `'stage': 'W', 'X'`."""
        if self.types:
            pairs = zip(self.columns, self.types, strict=True)
            return some(
                [f"{quoted(column)} ({quoted(before, '')}, now {quoted(now, '')})" for column, (before, now) in pairs]
            )
        if self.values:
            return f"{listed(self.columns)}: {some([quoted(value) for value in self.values])}"
        return some([quoted(column) for column in self.columns])

    @property
    def sentence(self) -> str:
        """Return the change on one line: `contact: new columns: 'fax' (evolve): remembered`."""
        return f"{self.entity}: {TITLES[self.kind]}: {self.found} ({self.policy}): {self.done}"


def some(texts: list[str]) -> str:
    """Return the first few of some texts, and how many more there are."""
    more = f" and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
    return ", ".join(texts[:MOST_NAMED]) + more
