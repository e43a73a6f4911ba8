"""Which rows of an entity's origin are its own: not left out by a filter, not another entity's by its rule.

Entities whose `when` chooses among the rows of one origin each extract all of it, so that every row is accounted
for in each of them: it is one entity's, and for the others filtered by the name of that entity. A row that no rule
takes is rejected by the first entity of the mapping, and filtered for the others. A row that two rules take is a
fault of the mapping: it stops the run.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from crm_migration.clean.filters import filter_names, passes
from crm_migration.clean.reference import key_text
from crm_migration.errors import MappingFault
from crm_migration.mapping.model import Classification, Entity, When
from crm_migration.mapping.row_tests import CLASSIFIED_AS, UNCLASSIFIED

KEYS_NAMED = 5


def left_out(frame: pl.DataFrame, entity: Entity) -> pl.Series:
    """Return for each row the name of the rule by which it is none of the entity's, null where it is.

    The entity's own filters come first.
    """
    names = filter_names(frame, entity.filters)
    shared = entity.classification
    if shared is None:
        return names
    other = pl.lit(UNCLASSIFIED)
    for name, rule in reversed(list(shared.rules.items())):
        other = pl.when(_takes(rule)).then(pl.lit(f"{CLASSIFIED_AS}{name}")).otherwise(other)
    own = pl.when(~_takes(shared.rules[shared.entity])).then(other)
    return frame.select(pl.coalesce(names, own).alias("filter")).to_series()


def unclassified(names: pl.Series, entity: Entity) -> pl.Series:
    """Return which rows the entity rejects because no rule takes them, `names` being what `left_out` returned."""
    first = entity.classification is not None and entity.classification.is_first
    return (names == UNCLASSIFIED).fill_null(value=False) & first


def may_be_own(frame: pl.DataFrame, entity: Entity) -> pl.Series:
    """Return which rows keep a record of the entity's alive: its own, and those that no rule takes for now."""
    names = left_out(frame, entity)
    return names.is_null() | (names == UNCLASSIFIED).fill_null(value=False)


def rows_of_others(counted: dict[str, int]) -> int:
    """Return how many rows were filtered as other entities' rows, `counted` being the rows by filter."""
    return sum(rows for name, rows in counted.items() if name == UNCLASSIFIED or name.startswith(CLASSIFIED_AS))


def _takes(rule: When) -> pl.Expr:
    tests = [pl.all_horizontal(passes(column, test) for column, test in one.items()) for one in rule]
    return pl.any_horizontal(tests)


@dataclass
class Overlaps:
    """Rows that another entity's rule takes beside the entity's own, counted part by part."""

    rows: Counter[str] = field(default_factory=Counter)
    keys: dict[str, list[str]] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, entity: Entity, names: pl.Series) -> None:
        """Count the entity's own rows of `frame`, those without a name, that others take too."""
        shared = entity.classification
        if shared is None:
            return
        for name, rule in shared.rules.items():
            if name != shared.entity:
                both = frame.filter(names.is_null() & frame.select(_takes(rule)).to_series())
                self._count(name, both, entity)

    def _count(self, name: str, both: pl.DataFrame, entity: Entity) -> None:
        if both.is_empty():
            return
        self.rows[name] += both.height
        known = self.keys.setdefault(name, [])
        keys = key_text([both[column] for column in entity.key_columns]).drop_nulls()
        known += keys.head(KEYS_NAMED - len(known)).to_list()

    def merge(self, other: "Overlaps") -> None:
        """Count what `other` has counted of later rows."""
        self.rows.update(other.rows)
        for name, keys in other.keys.items():
            known = self.keys.setdefault(name, [])
            known += keys[: KEYS_NAMED - len(known)]

    def raise_found(self, source: str, entity: Entity) -> None:
        """Stop the run where two entities take the same rows.

        Raises:
            MappingFault: names the entities, how many rows and the keys of the first.
        """
        shared = entity.classification
        if self.rows and shared is not None:
            raise MappingFault("\n".join(self._told(source, entity, shared)))

    def _told(self, source: str, entity: Entity, shared: Classification) -> Iterator[str]:
        for name, rows in self.rows.items():
            first, second = sorted((shared.entity, name), key=list(shared.rules).index)
            columns = ", ".join(f"'{column}'" for column in shared.columns)
            keys = f", the first with the keys {', '.join(self.keys[name])}" if self.keys[name] else ""
            yield (
                f"source '{source}', {entity.origin}: expected each row to be one entity's, found {rows} row(s) that "
                f"the 'when' of both '{first}' and '{second}' takes{keys}; let one of the two exclude the other by the "
                f"columns {columns}"
            )
