"""What becomes of each row of the legacy CRM in a migration, as far as the row itself decides."""

from enum import IntEnum

import numpy as np

from demo import layout
from demo.draws import Index
from demo.layout import Role
from demo.plan import Plan


class Fate(IntEnum):
    """A row's fate; the reasons of rejection are the reason codes in small letters."""

    LOADS = 0
    DELETED = 1
    """Soft-deleted: filtered by rule."""
    REQUIRED = 2
    LENGTH = 3
    DATE = 4
    DECIMAL = 5
    CHOICE = 6
    MISSING_PARENT = 7


REJECTIONS = tuple(fate for fate in Fate if fate >= Fate.REQUIRED)
DELETED_SHARE = 0.02
_CAMPAIGNS, _DELETED_ONE, _NAMELESS_ONE = 50, 3, 7
"""Of so many campaigns, which one is soft-deleted and which one has no name."""
_OWN: dict[str, dict[Fate, float]] = {
    "users": {},
    "accounts": {Fate.DELETED: DELETED_SHARE, Fate.REQUIRED: 0.005, Fate.LENGTH: 0.005},
    "contacts": {Fate.DELETED: DELETED_SHARE, Fate.REQUIRED: 0.006, Fate.LENGTH: 0.004},
    "leads": {Fate.DELETED: DELETED_SHARE, Fate.REQUIRED: 0.004, Fate.LENGTH: 0.003, Fate.CHOICE: 0.003},
    "opportunities": {
        Fate.DELETED: DELETED_SHARE, Fate.REQUIRED: 0.002, Fate.DATE: 0.003, Fate.DECIMAL: 0.003,
        Fate.CHOICE: 0.002,
    },
    "activities": {Fate.DELETED: DELETED_SHARE, Fate.REQUIRED: 0.005, Fate.LENGTH: 0.005},
    "campaign_members": {Fate.DELETED: DELETED_SHARE, Fate.CHOICE: 0.003},
}  # fmt: skip
_SINGLE_SHARE = {"accounts": layout.ACCOUNTS.single_share, "contacts": layout.CONTACTS.single_share}


def own(plan: Plan, table: str, slots: Index) -> Index:
    """Return the fate of rows by their own fields. Members of a cluster or a trap always load."""
    if table == "campaigns":
        return np.select(
            [slots % _CAMPAIGNS == _DELETED_ONE, slots % _CAMPAIGNS == _NAMELESS_ONE],
            [Fate.DELETED, Fate.REQUIRED],
            Fate.LOADS,
        )
    rates = _OWN[table]
    fates = np.array([*rates, Fate.LOADS], dtype=np.int64)
    edges = np.cumsum(list(rates.values())) / _SINGLE_SHARE.get(table, 1.0)
    fate = fates[np.searchsorted(edges, plan.draws.share(f"{table}.fate", slots), side="right")]
    single = layout.places(table, slots, plan.rows[table]).role == Role.SINGLE
    return np.where(single, fate, Fate.LOADS)
