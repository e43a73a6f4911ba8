"""What a review of a target finds: figures, names and the target's own ids, never a value of a customer.

Of choice fields the mapping's own codes are named; every other value is `other`.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

LISTED = 20

What = Literal["records", "filled", "value", "failing", "duplicates"]
State = Literal["first", "same", "worse", "red"]


class Part(BaseModel):
    """Frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Finding(Part):
    """One check of an object's records: how many fail it, and the ids of some of them."""

    name: str
    field: str | None = None
    failing: int = 0
    ids: tuple[str, ...] = ()
    could_not_run: str | None = None


class Stale(Part):
    """Records that nobody has changed for `days`, as `column` tells; of `unknown` ones it tells nothing."""

    column: str
    days: int
    records: int
    unknown: int


class Duplicates(Part):
    """Pairs of records that a strong key of the mapping says are one customer.

    `arisen` are those that the review before did not find, None where there was none; `examples` are ids of some of
    them, or of any where there was none. `crowded` key values are held by so many that they identify nobody.
    """

    pairs: int
    records: int
    arisen: int | None
    examples: tuple[tuple[str, str], ...]
    crowded: int


class Reviewed(Part):
    """One object of the target: its records, filled values by field, codes of choice fields, and what is wrong."""

    name: str
    entities: tuple[str, ...]
    records: int
    filled: dict[str, int]
    values: dict[str, dict[str, int]]
    stale: Stale | None
    findings: tuple[Finding, ...]
    duplicates: Duplicates | None


class Change(Part):
    """What differs from the review before: counts, and the share of the object's records that the change is.

    `beyond` the mapping's limit it makes the review red.
    """

    object: str
    what: What
    field: str | None = None
    value: str | None = None
    before: int
    after: int
    share: float
    limit: float
    beyond: bool


class TargetReview(Part):
    """A whole review. `previous` is when the one before was begun, None where there was none to compare with.

    `state`: `first`, `same` or `worse` than before; `red` where something could not be checked.
    """

    source: str
    target: str
    run_id: str
    started_at: datetime
    finished_at: datetime
    previous: datetime | None
    state: State
    reasons: tuple[str, ...]
    objects: tuple[Reviewed, ...]
    changes: tuple[Change, ...]
    backup: str
    expired: int
