"""A CRM's record interface as the load room uses it: one record a call, and what may become of a call."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import polars as pl

from crm_migration.errors import MigrationError
from crm_migration.mapping.live import TargetTable

Record = Mapping[str, str | None]
"""A record's fields as canonical text (`fingerprint.canonical`), None for empty."""


class RecordRefused(MigrationError):
    """The target refused one record for a reason that lies in it; `reason` names fields and codes, never values."""

    def __init__(self, reason: str) -> None:
        """Keep the reason apart from the message."""
        self.reason = reason
        super().__init__(reason)


class AnswerLost(MigrationError):
    """A writing call was sent and its answer did not come: nobody knows yet whether it was done."""


class RefusedInDoubt(AnswerLost):
    """The same, and when it was sent once more it was refused: perhaps only because the first one has been done."""

    def __init__(self, message: str, reason: str) -> None:
        """Keep the reason of the refusal, as `RecordRefused` does."""
        self.reason = reason
        super().__init__(message)


class RecordApi(Protocol):
    """What an adapter of a CRM's interface offers.

    Every method may raise `TargetUnavailable` (after its own bounded retries), `OperatorNeeded`, or `QuotaExhausted`;
    the writing ones also `RecordRefused` and `AnswerLost`. All methods may be called from several threads.
    """

    id_field: str
    """The field that identifies a record, which the target fills."""

    changed_field: str
    """The field that holds when a record was last changed."""

    threads: int
    """How many calls may be under way at once."""

    pace: float | None
    """How many calls a second are taken at most, None where nothing limits them."""

    def objects(self) -> list[str]:
        """Return the names of the objects that can be written to."""
        ...

    def describe(self, target_object: str) -> TargetTable:
        """Return the fields of an object.

        Raises:
            MappingFault: there is no such object.
        """
        ...

    def users(self, by: str, chosen: str) -> dict[str, str]:
        """Return `chosen` of every user by the lower-cased value of `by`."""
        ...

    def count(self, target_object: str) -> int:
        """Return the number of records."""
        ...

    def read(
        self, target_object: str, fields: Sequence[str], changed_since: str | None = None
    ) -> Iterator[pl.DataFrame]:
        """Yield `id_field`, `changed_field` and `fields` of the records as canonical text, in the order of their ids.

        `changed_since` restricts them to those changed at or after a moment, as `changed_field` prints it.
        """
        ...

    def find(self, target_object: str, field: str, values: Sequence[str], fields: Sequence[str]) -> pl.DataFrame:
        """Return `id_field` and `fields` of the records whose `field` has one of the values."""
        ...

    def create(self, target_object: str, record: Record) -> str:
        """Create a record and return its id."""
        ...

    def update(self, target_object: str, identity: str, values: Record, before: Record | None = None) -> None:
        """Change some fields of a record: all of them or, where it is refused, none.

        An adapter that needs several calls takes the first ones back with what those fields held `before`.
        """
        ...

    def is_there(self, target_object: str, identity: str) -> bool:
        """Say whether a record exists and is not removed, whatever a search shows of it as yet."""
        ...

    def remove(self, target_object: str, identity: str) -> None:
        """Take a record away so that `recover` brings it back under its id; it is no error if it is away already."""
        ...

    def recover(self, target_object: str, identity: str) -> None:
        """Bring back a record that was removed."""
        ...

    def purge(self, target_object: str, identities: Sequence[str]) -> None:
        """Delete removed records for ever."""
        ...

    def calls_for(self, creates: int, updates: int, removals: int) -> int:
        """Return how many calls these writes cost."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...
