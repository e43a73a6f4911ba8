"""The plan of one generated CRM: how many rows each table has, and the key of each row.

A row has two numbers. Its `slot` says what it is (slots of one duplicate cluster are neighbours); its `row`
says where it stands in the table. A multiplication modulo the table's size leads from one to the other.
"""

from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np
import polars as pl

from demo.draws import Draws, Index
from demo.rendering import uuid_column

ZONE = "Europe/Berlin"
CONTACTS_PER_ACCOUNT = 5
SMALLEST, LARGEST = 100, 8_000_000
ENTITIES = {
    "accounts": "account",
    "contacts": "contact",
    "leads": "lead",
    "opportunities": "opportunity",
    "activities": "activity",
    "campaigns": "campaign",
    "campaign_members": "campaign_member",
}
"""Legacy table to the entity it is migrated as."""


@dataclass(frozen=True)
class Plan:
    """Sizes, seed and keys; the same plan always yields the same data."""

    contacts: int
    seed: int

    def __post_init__(self) -> None:
        """Refuse sizes that the generator is not made for.

        Raises:
            ValueError: `contacts` is outside SMALLEST … LARGEST.
        """
        if not SMALLEST <= self.contacts <= LARGEST:
            raise ValueError(f"contacts: expected {SMALLEST} to {LARGEST}, found {self.contacts}")

    @cached_property
    def draws(self) -> Draws:
        """The plan's source of random values."""
        return Draws(self.seed)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Number of rows of each entity's table and of users, soft-deleted rows included."""
        return {
            "users": min(200, 10 + self.contacts // 500),
            "accounts": self.contacts // CONTACTS_PER_ACCOUNT,
            "contacts": self.contacts,
            "leads": self.contacts // 5,
            "opportunities": self.contacts // 5,
            "activities": self.contacts // 2,
            "campaigns": max(50, self.contacts // 1000),
            "campaign_members": self.contacts // 4,
        }

    def slots(self, table: str, rows: Index) -> Index:
        """Return the slots that stand at these rows of the table."""
        size, factor, shift = self._shuffle(table)
        return (rows * factor + shift) % size

    def places(self, table: str, slots: Index) -> Index:
        """Return the rows at which these slots stand: the inverse of `slots`."""
        size, factor, shift = self._shuffle(table)
        return ((slots - shift) % size) * pow(factor, -1, size) % size

    def _shuffle(self, table: str) -> tuple[int, int, int]:
        size = self.rows[table]
        if table not in {"accounts", "contacts"}:
            return size, 1, 0
        factor = int(size * 0.618)
        while gcd(factor, size) != 1:
            factor += 1
        return size, factor, (self.seed * 7919) % size

    def keys(self, table: str, slots: Index) -> pl.Series:
        """Return the primary keys of these slots, rising with the row's place as those of a CRM in use do."""
        return self.numbered_keys(table, self.places(table, slots), self.rows[table])

    def numbered_keys(self, purpose: str, numbers: Index, size: int) -> pl.Series:
        """Return UUID keys for numbers in [0, size), rising with the number."""
        step = 2**32 // size
        lead = numbers * step + self.draws.below(f"{purpose}.key", numbers, step)
        first = (lead.astype(np.uint64) << np.uint64(32)) | (
            self.draws.bits(f"{purpose}.key.1", numbers) >> np.uint64(32)
        )
        return uuid_column(first, self.draws.bits(f"{purpose}.key.2", numbers))

    def foreign_keys(self, purpose: str, slots: Index) -> pl.Series:
        """Return keys that no row has."""
        bits = (self.draws.bits(f"{purpose}.nowhere.{half}", slots) for half in (1, 2))
        return uuid_column(*bits)
