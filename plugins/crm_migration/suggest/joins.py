"""Columns that a LEFT JOIN can bring to an entity: from side tables, link tables, address tables and users."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_migration.extract.kinds import FALSE_WORDS, TRUE_WORDS
from crm_migration.mapping.fit import family
from crm_migration.suggest.known_names import ADDRESS_PARTS
from crm_migration.suggest.objects import is_users
from crm_migration.suggest.pointers import MOST_TYPES, TELLING_LENGTH, Pointer, Pointers
from crm_migration.suggest.tables import Conditions, SourceColumn, SourceTable, SourceTables, probes

PLAIN_VALUE = r"[\w .:/-]+"
CONTACT_KINDS = ("email", "phone", "url")
OWN_WORDS = frozenset({"created", "updated", "deleted"})
SEVERAL_PARTS = 3
OWNER_ALIAS = "owner_email"


@dataclass(frozen=True)
class Join:
    """One LEFT JOIN: rows of `table` whose `column` equals `parent_column` of the parent, None being the entity."""

    table: str
    column: str
    parent: "Join | None"
    parent_column: str
    where: Conditions = ()

    @property
    def steps(self) -> tuple["Join", ...]:
        """Return the joins from the entity's table to this one."""
        return (*(self.parent.steps if self.parent else ()), self)


@dataclass(frozen=True)
class Joined:
    """A column of a joined table, under the name that the query gives it; an `owner` one names a user.

    A `mutual` one comes from a link where each has one of the other at most: nothing but the field's name tells which
    of the two belongs to the other.
    """

    alias: str
    column: SourceColumn
    join: Join
    pointer: Pointer | None = None
    owner: bool = False
    mutual: bool = False


def soft_delete(table: SourceTable) -> tuple[str, str | None, str | None] | None:
    """Return the column that marks deleted rows, with its values for living and for deleted ones.

    Both are None where it holds the moment of the deletion.
    """
    for column in table.columns.values():
        moment = column.kind.kind in ("date", "datetime") or family(column.type) in ("date", "datetime")
        if "deleted" in column.words and set(column.words) <= {"deleted", "at", "date", "on", "time"} and moment:
            return column.name, None, None
        folded = {value.lower() for value in column.kind.values or ()}
        if column.words == ("deleted",) and folded and folded <= TRUE_WORDS | FALSE_WORDS:
            living, dead = ("0", "1") if folded & {"0", "1"} else ("false", "true")
            return column.name, living, dead
    return None


class Joins:
    """Finds the joins of a source's tables; `mapped` are the tables that are entities themselves."""

    def __init__(
        self, source: SourceTables, pointers: Pointers, tables: Sequence[SourceTable], mapped: set[str]
    ) -> None:
        """Take what is known of the source."""
        self._source, self._pointers = source, pointers
        self._tables = {table.name: table for table in tables if table.sample.height}
        self._mapped = mapped

    def of(self, table: SourceTable) -> list[Joined]:
        """Return the columns that joins can add to a table, each name once and none that the table has itself."""
        # A query is written over several lines: a name with a line break in it could not stand there.
        if not self._source.can_join or len(table.identity) != 1 or not table.name.isprintable():
            return []
        taken = {name.lower() for name in table.columns}
        found = []
        for joined in (*self._from_links(table), *self._from_sides(table), *self._owners(table)):
            if joined.alias.lower() not in taken:
                taken.add(joined.alias.lower())
                found.append(joined)
        return found

    def _from_sides(self, table: SourceTable) -> Iterator[Joined]:
        """Yield the columns of tables that hold at most one row per row of the table, under the same key."""
        for side in self._others(table):
            key = side.identity[0] if len(side.identity) == 1 else None
            if key is None or not self._is_side(table, side, key):
                continue
            if not self._comparable(side.columns[key], table.columns[table.identity[0]]):
                continue
            join = Join(side.name, key, None, table.identity[0], _living(side))
            yield from (Joined(column.name, column, join) for column in side.columns.values() if _own(side, column))

    def _is_side(self, table: SourceTable, side: SourceTable, key: str) -> bool:
        values = probes(side.sample[key])
        telling = all(len(value) >= TELLING_LENGTH and not value.isdigit() for value in values)
        named = set(table.words) <= set(side.words) or set(table.words) <= set(side.columns[key].words)
        return bool(telling or named) and self._pointers.holds(table.name, values)

    def _from_links(self, table: SourceTable) -> Iterator[Joined]:
        """Yield what tables offer that link the table to others: the others' keys, and addresses."""
        for link in self._others(table):
            for pointer in self._pointers.of(link.name).values():
                where = self._where(link, pointer, table)
                if not self._comparable(link.columns[pointer.column], table.columns[table.identity[0]]):
                    continue
                if where is None or self._source.repeats(link.name, pointer.column, where):
                    continue
                join = Join(link.name, pointer.column, None, table.identity[0], where)
                yield from self._over(link, join, table)
                yield from self._own_address(link, join)

    def _over(self, link: SourceTable, join: Join, table: SourceTable) -> Iterator[Joined]:
        for onward in self._pointers.of(link.name).values():
            if onward.column == join.column or not onward.tables or onward.tables[0] == table.name:
                continue
            column = link.columns[onward.column]
            if onward.tables[0] in self._mapped:
                mutual = not self._source.repeats(link.name, onward.column, join.where)
                yield Joined(column.name, column, join, onward, mutual=mutual)
            else:
                yield from self._addresses(link, join, onward)

    def _own_address(self, link: SourceTable, join: Join) -> Iterator[Joined]:
        """Yield the columns of a table that holds one postal address per row of the entity."""
        if len({word for column in link.columns.values() for word in column.words} & ADDRESS_PARTS) >= SEVERAL_PARTS:
            pointing = self._pointers.of(link.name)
            yield from (
                Joined(column.name, column, join)
                for column in link.columns.values()
                if _own(link, column) and column.name not in pointing
            )

    def _addresses(self, link: SourceTable, join: Join, onward: Pointer) -> Iterator[Joined]:
        """Yield the columns of a table that holds e-mail addresses, telephone numbers or the like for others."""
        book = self._tables.get(onward.tables[0])
        if book is None or not self._comparable(link.columns[onward.column], book.columns[book.identity[0]]):
            return
        if not any(column.kind.kind in CONTACT_KINDS for column in book.columns.values()):
            return
        last = Join(book.name, book.identity[0], join, onward.column, _living(book))
        yield from (Joined(column.name, column, last) for column in book.columns.values() if _own(book, column))

    def _owners(self, table: SourceTable) -> Iterator[Joined]:
        """Yield the e-mail address of the user who owns a row: from the users' table, or from an address table."""
        # A column that says owner goes before one that merely holds a user.
        for column in sorted(table.columns.values(), key=lambda one: "owner" not in one.words):
            if "owner" not in column.words and not self._points_at_users(table, column):
                continue
            for join, email in (*self._users(table, column), *self._users_addresses(table, column)):
                yield Joined(OWNER_ALIAS, email, join, owner=True)

    def _points_at_users(self, table: SourceTable, column: SourceColumn) -> bool:
        pointer = self._pointers.of(table.name).get(column.name)
        by = "by" in column.words or {"created", "updated"} & set(column.words)
        return bool(pointer and pointer.tables and is_users(pointer.tables[0]) and not by)

    def _users(self, table: SourceTable, column: SourceColumn) -> Iterator[tuple[Join, SourceColumn]]:
        pointer = self._pointers.of(table.name).get(column.name)
        users = self._tables.get(pointer.tables[0]) if pointer and pointer.tables else None
        if users is not None and self._comparable(column, users.columns[users.identity[0]]):
            for email in users.columns.values():
                if email.kind.kind == "email":
                    yield Join(users.name, users.identity[0], None, column.name), email

    def _users_addresses(self, table: SourceTable, column: SourceColumn) -> Iterator[tuple[Join, SourceColumn]]:
        """Yield addresses that are linked to users by type, where the users themselves are in no table."""
        owners = set(probes(table.sample[column.name]))
        for link in self._others(table):
            for pointer in self._pointers.of(link.name).values():
                where = self._holding(link, pointer, owners)
                if where is None or self._source.repeats(link.name, pointer.column, where):
                    continue
                join = Join(link.name, pointer.column, None, column.name, where)
                for joined in self._over(link, join, table):
                    if joined.column.kind.kind == "email":
                        yield joined.join, joined.column

    def _holding(self, link: SourceTable, pointer: Pointer, owners: set[str]) -> Conditions | None:
        """Return the conditions under which a typed pointer holds all owners, None if there are none."""
        if pointer.type_column is None or not owners:
            return None
        for value in self._source.values(link.name, pointer.type_column, MOST_TYPES) or ():
            typed = ((pointer.type_column, value),)
            if owners <= self._source.held(link.name, pointer.column, owners, typed):
                return self._conditions(link, typed)
        return None

    def _where(self, link: SourceTable, pointer: Pointer, table: SourceTable) -> Conditions | None:
        """Return the conditions under which a link's pointer means this table, None where it never does."""
        if pointer.type_column is None:
            return self._conditions(link, ()) if pointer.tables[:1] == (table.name,) else None
        value = next((value for value, name in pointer.by_type.items() if name == table.name), None)
        return self._conditions(link, ((pointer.type_column, value),)) if value is not None else None

    def _conditions(self, link: SourceTable, typed: Conditions) -> Conditions | None:
        """Add to conditions that the row is the primary one and not deleted; None where one cannot be written."""
        found = (*typed, *_primary(link), *_living(link))
        plain = all(value is None or re.fullmatch(PLAIN_VALUE, value) for _, value in found)
        return found if plain else None

    def _comparable(self, one: SourceColumn, other: SourceColumn) -> bool:
        """Say whether a query can compare two columns."""
        return not self._source.strict_types or family(one.type) == family(other.type)

    def _others(self, table: SourceTable) -> Iterator[SourceTable]:
        for other in self._tables.values():
            named = other.name.isprintable() and all(name.isprintable() for name in other.columns)
            if other.name != table.name and other.name not in self._mapped and named and not is_users(other.name):
                yield other


def literal(column: SourceColumn, value: str) -> str:
    """Return a value as SQL writes it for a column of this type."""
    if family(column.type) in ("integer", "decimal", "float", "boolean"):
        return value
    return "'" + value.replace("'", "''") + "'"


def _living(table: SourceTable) -> Conditions:
    found = soft_delete(table)
    return ((found[0], found[1]),) if found else ()


def _primary(link: SourceTable) -> Conditions:
    """Return the condition that a link is the main one of several, where a flag says so."""
    for column in link.columns.values():
        folded = {value.lower(): value for value in column.kind.values or ()}
        flag = column.kind.kind == "boolean" and ("primary" in column.name.lower() or "main" in column.words)
        if flag and folded.keys() & {"1", "true", "t", "yes"}:
            return ((column.name, next(folded[word] for word in ("1", "true", "t", "yes") if word in folded)),)
    return ()


def _own(table: SourceTable, column: SourceColumn) -> bool:
    """Say whether a column tells something of the row it is joined to, and not of its own row."""
    said = set(column.words)
    return column.name not in table.identity and not said & OWN_WORDS and column.kind.kind != "empty"
