"""Which records of the CRM are ours although neither replica nor crosswalk knows them: sent, and not taken in yet.

Found by their key, they belong to the run that has sent them, so that it or its undoing takes them in. A record that
the replica knows already is somebody else's, whatever its key: ours get there together with their line in the ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from crm_migration.load.replica.intents import REFUSED, Intents, look_up
from crm_migration.load.replica.tables import ObjectTables

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

Sender = tuple[int, str]
"""The stream and the golden id of a record that was sent."""


@dataclass
class Claims:
    """The records of one object that are ours and not taken in yet: those `found`, and those `awaited`, by key."""

    target: "ReplicaTarget"
    tables: ObjectTables
    external_id: str
    found: set[str] = field(default_factory=set)
    awaited: dict[str, list[Sender]] = field(default_factory=dict)

    @property
    def intents(self) -> Intents:
        """Return what the ledger has noted of them."""
        return self.target.intents

    def settle(self) -> None:
        """Ask the CRM for every record of which it is not known whether it was created."""
        self.found = self.intents.unclaimed(self.tables.name)
        self.awaited = self.intents.awaited(self.tables.name)
        if self.awaited:
            self._note(look_up(self.target.api, self.tables.name, self.external_id, self.awaited))

    def claim(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return records that were read without ours; those that a search had not shown are found now."""
        key = self.tables.identity
        if self.awaited:
            late = frame.filter(pl.col(self.external_id).is_in(list(self.awaited)) & ~pl.col(key).is_in(self._found()))
            if not late.is_empty():
                self._note(late.select(self.external_id, key).iter_rows())
        return frame.filter(~pl.col(key).is_in(self._found()))

    def _found(self) -> list[str]:
        return sorted(self.found)

    def _note(self, pairs: Iterable[tuple[str, str]]) -> None:
        known = list(pairs)
        others = others_among(self.target, self.tables, [identity for _, identity in known])
        ours, refused = dict[Sender, str](), dict[Sender, str]()
        for key, identity in sorted(known, key=lambda pair: pair[1] in others):
            for sender in self.awaited.pop(key, []):
                (refused if identity in others else ours)[sender] = identity
        self.found |= set(ours.values())
        with self.target.engine.begin() as connection:
            self.intents.find(connection, ours)
            self.intents.find(connection, refused, REFUSED)


def others_among(target: "ReplicaTarget", tables: ObjectTables, ids: list[str]) -> set[str]:
    """Return those of `ids` that the replica knows: records that others have made."""
    if not ids:
        return set()
    with target.engine.begin() as connection:
        return set(tables.read(connection, tables.confirmed, pl.Series(tables.identity, ids))[tables.identity])
