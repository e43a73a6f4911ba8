"""Who the contacts of a chunk are, before anything is written down."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from demo import fates, geography, layout, links, people
from demo.draws import Draws, Index, Mask
from demo.fates import Fate
from demo.layout import Role
from demo.people import Liberty
from demo.plan import Plan
from demo.spoiling import spoiled_names

EMAIL_AND_MOBILE, EMAIL_ONLY, MOBILE_ONLY = range(3)


@dataclass(frozen=True)
class Cast:
    """Contacts by slot; each part is computed once."""

    plan: Plan
    slots: Index

    @property
    def draws(self) -> Draws:
        """The plan's draws."""
        return self.plan.draws

    @cached_property
    def places(self) -> layout.Places:
        """Role, leader and position of each contact."""
        return layout.places("contacts", self.slots, self.plan.contacts)

    @cached_property
    def copied(self) -> Mask:
        """True for the later members of strong clusters."""
        return self.places.follows(Role.CLUSTER)

    @cached_property
    def company(self) -> Index:
        """The account that each contact works for."""
        return links.company(self.plan, self.slots)

    @cached_property
    def country(self) -> Index:
        """The country of that account."""
        return geography.country_of(self.plan, self.company)

    @cached_property
    def leader_identity(self) -> people.Identity:
        """The name of each contact's leader."""
        men = self.places.has(Role.FATHER_SON)
        return people.identities(self.draws, "contacts", self.places.leader, geography.LOCALE[self.country], men)

    @cached_property
    def identity(self) -> people.Identity:
        """The name of each contact."""
        return people.members(self.leader_identity, self.places)

    @cached_property
    def keys(self) -> pl.Series:
        """The primary key of each contact."""
        return self.plan.keys("contacts", self.slots)

    @cached_property
    def deleted(self) -> Mask:
        """True for soft-deleted contacts."""
        return np.equal(self.fate, Fate.DELETED)

    @cached_property
    def fate(self) -> Index:
        """What a migration must do with each contact."""
        return fates.own(self.plan, "contacts", self.slots)

    @cached_property
    def shares(self) -> Index:
        """What a copy has in common with its original."""
        return self.draws.pick("contacts.shares", self.slots, (0.35, 0.3, 0.35))

    @cached_property
    def shares_mailbox(self) -> Mask:
        """True for those who use their leader's e-mail address."""
        copies = self.copied & np.not_equal(self.shares, MOBILE_ONLY)
        return copies | self.places.follows(Role.HOUSEHOLD_EMAIL, Role.ROLE_MAILBOX)

    @cached_property
    def shares_mobile(self) -> Mask:
        """True for those who use their leader's mobile phone."""
        copies = self.copied & np.not_equal(self.shares, EMAIL_ONLY)
        return copies | self.places.follows(Role.HOUSEHOLD_PHONE)

    def names(self) -> tuple[pl.Series, pl.Series]:
        """Return first and last names as written, the missing and the endless ones included."""
        hard = self.places.follows(Role.HARD)
        second = np.where(self.shares == EMAIL_ONLY, Liberty.LOOSE, Liberty.CLOSE)
        liberty = np.select([hard, self.places.position > 1], [Liberty.FREE, Liberty.FAMILY_ONLY], second)
        spelling = people.spellings(self.draws, self.identity, self.slots, liberty)
        spelling = np.where(self.copied | hard, spelling, 0)
        first, last = people.written(self.draws, self.identity, self.slots, spelling)
        return first, spoiled_names(self.draws, last, self.fate, self.slots)
