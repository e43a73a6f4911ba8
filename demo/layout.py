"""Which slots belong together: duplicate clusters, and the look-alikes that must stay apart.

Slots come in blocks of fixed composition. A group (a cluster or a trap) takes neighbouring slots; its first
one is the leader, whose identity the others share in the way their role says. A group that the end of the
table would cut apart dissolves into single rows.
"""

import random
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from demo.draws import Index, Mask


class Role(IntEnum):
    """What a row is to its group."""

    SINGLE = 0
    CLUSTER = 1
    """The same customer as the leader, recognisable by a strong key."""
    HARD = 2
    """The same customer as the leader, without a common strong key."""
    HOUSEHOLD_PHONE = 3
    """A relative with the leader's mobile phone and another given name."""
    HOUSEHOLD_EMAIL = 4
    """A relative with the leader's e-mail address and another given name."""
    FATHER_SON = 5
    """A relative with the leader's whole name and address, and nothing else in common."""
    SWITCHBOARD = 6
    """A colleague who gives the company's switchboard as work phone."""
    ROLE_MAILBOX = 7
    """One of more than five people who give the company's info@ mailbox."""
    SAME_NAME = 8
    """Another company of the same name in another city."""
    SHARED_SITE = 9
    """One of more than five companies that give their agency's web site."""


TRAPS = tuple(role for role in Role if role > Role.HARD)


@dataclass(frozen=True)
class Places:
    """Role, leader's slot and position in the group, of a number of slots."""

    role: Index
    leader: Index
    position: Index

    def has(self, *roles: Role) -> Mask:
        """Return True where the role is one of these."""
        return np.isin(self.role, roles)

    def follows(self, *roles: Role) -> Mask:
        """Return True for the members other than the leader of groups with one of these roles."""
        return self.has(*roles) & (self.position > 0)


class Layout:
    """The composition of a block, repeated over a table."""

    def __init__(self, block: int, groups: list[tuple[Role, int, int]]) -> None:
        """Compose a block of `block` slots from groups given as (role, size, how many)."""
        members = [(role, size) for role, size, count in groups for _ in range(count)]
        members += [(Role.SINGLE, 1)] * (block - sum(size for _, size in members))
        random.Random(block).shuffle(members)
        self.block = block
        self._role = np.repeat([role for role, _ in members], [size for _, size in members]).astype(np.int64)
        self._position = np.concatenate([np.arange(size, dtype=np.int64) for _, size in members])
        self._size = np.repeat([size for _, size in members], [size for _, size in members]).astype(np.int64)

    @property
    def single_share(self) -> float:
        """Share of slots that belong to no group."""
        return float((self._role == Role.SINGLE).mean())

    def at(self, slots: Index, rows: int) -> Places:
        """Return what the slots of a table with `rows` rows are."""
        inside = slots % self.block
        leader = slots - self._position[inside]
        whole = leader + self._size[inside] <= rows
        return Places(
            role=np.where(whole, self._role[inside], Role.SINGLE),
            leader=np.where(whole, leader, slots),
            position=np.where(whole, self._position[inside], 0),
        )


CONTACTS = Layout(
    1000,
    [
        (Role.CLUSTER, 2, 55), (Role.CLUSTER, 3, 15), (Role.CLUSTER, 4, 5), (Role.HARD, 2, 20),
        (Role.HOUSEHOLD_PHONE, 2, 5), (Role.HOUSEHOLD_EMAIL, 2, 5), (Role.FATHER_SON, 2, 5),
        (Role.SWITCHBOARD, 7, 2), (Role.ROLE_MAILBOX, 8, 2),
    ],
)  # fmt: skip
ACCOUNTS = Layout(
    200,
    [
        (Role.CLUSTER, 2, 5), (Role.CLUSTER, 3, 1), (Role.CLUSTER, 4, 1), (Role.SAME_NAME, 2, 2),
        (Role.SHARED_SITE, 7, 1),
    ],
)  # fmt: skip


def places(table: str, slots: Index, rows: int) -> Places:
    """Return what the slots of a table are; only accounts and contacts have groups."""
    if table == "contacts":
        return CONTACTS.at(slots, rows)
    if table == "accounts":
        return ACCOUNTS.at(slots, rows)
    nothing = np.zeros_like(slots)
    return Places(nothing, slots, nothing)
