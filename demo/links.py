"""References between the legacy CRM's tables, and the fate of rows whose parent is missing."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from demo import fates, layout
from demo.columns import assembled
from demo.draws import Index, Mask
from demo.fates import Fate
from demo.layout import Role
from demo.plan import CONTACTS_PER_ACCOUNT, Plan

NOWHERE_SHARE = 0.005
"""Share of references that point at a key which no row has."""
NOWHERE, DELETED, REJECTED = 1, 2, 3
TROUBLES = {NOWHERE: "missing", DELETED: "deleted", REJECTED: "rejected"}


@dataclass(frozen=True)
class Link:
    """A column of references from `owners`: `which` indexes `to` (-1: none), `slots` are that table's."""

    column: str
    owners: Index
    to: tuple[str, ...]
    which: Index
    slots: Index
    nowhere: Mask

    def keys(self, plan: Plan) -> pl.Series:
        """Return the foreign keys as text, null where there is none."""
        rows = np.flatnonzero(self.nowhere)
        parts = [(rows, plan.foreign_keys(self.column, self.owners[rows]))]
        for number, table in enumerate(self.to):
            rows = np.flatnonzero((self.which == number) & ~self.nowhere)
            parts.append((rows, plan.keys(table, self.slots[rows])))
        return assembled(len(self.which), parts)

    def trouble(self, plan: Plan) -> Index:
        """Return NOWHERE, DELETED or REJECTED where the reference leads to no record, else 0."""
        found = np.zeros(len(self.which), dtype=np.int64)
        for number, table in enumerate(self.to):
            rows = np.flatnonzero(self.which == number)
            parent = fate(plan, table, self.slots[rows])
            found[rows] = np.select([parent == Fate.DELETED, parent != Fate.LOADS], [DELETED, REJECTED], 0)
        return np.where(self.nowhere, NOWHERE, found)


def _link(plan: Plan, column: str, owners: Index, to: str, targets: Index) -> Link:
    """Return a link to one table; a target of -1 is none."""
    table = column.partition(".")[0]
    single = layout.places(table, owners, plan.rows[table]).role == Role.SINGLE
    nowhere = single & (targets >= 0) & plan.draws.chance(f"{column}.nowhere", owners, NOWHERE_SHARE)
    return Link(column, owners, (to,), np.where(targets >= 0, 0, -1), targets, nowhere)


def company(plan: Plan, contacts: Index) -> Index:
    """Return the account that each contact works for, whether or not the legacy CRM links the two."""
    leader = layout.places("contacts", contacts, plan.contacts).leader
    return np.minimum(leader // CONTACTS_PER_ACCOUNT, plan.rows["accounts"] - 1)


def contact_account(plan: Plan, contacts: Index) -> Link:
    """Return contacts' accounts, kept in the link table accounts_contacts."""
    loose = plan.draws.chance("contacts.loose", contacts, 0.08)
    return _link(plan, "contacts.account_id", contacts, "accounts", np.where(loose, -1, company(plan, contacts)))


def reports_to(plan: Plan, contacts: Index) -> Link:
    """Return contacts' superiors: always of an earlier group, so that no cycle can form."""
    leader = layout.places("contacts", contacts, plan.contacts).leader
    superior = leader - 1 - plan.draws.below("contacts.superior", leader, 4)
    reports = plan.draws.chance("contacts.reports", leader, 0.25) & (superior >= 0)
    return _link(plan, "contacts.reports_to_id", contacts, "contacts", np.where(reports, superior, -1))


def account_parent(plan: Plan, accounts: Index) -> Link:
    """Return accounts' parent companies: always of an earlier group."""
    leader = layout.places("accounts", accounts, plan.rows["accounts"]).leader
    parent = plan.draws.below("accounts.parent", leader, leader)
    owned = plan.draws.chance("accounts.owned", leader, 0.2) & (leader > 0)
    return _link(plan, "accounts.parent_id", accounts, "accounts", np.where(owned, parent, -1))


def primary_contact(plan: Plan, accounts: Index) -> Link:
    """Return accounts' first contacts: one who works for the account, which makes the two tables circular."""
    chosen = np.full(len(accounts), -1, dtype=np.int64)
    for step in reversed(range(CONTACTS_PER_ACCOUNT)):
        contacts = accounts * CONTACTS_PER_ACCOUNT + step
        heads = layout.places("contacts", contacts, plan.contacts).position == 0
        chosen = np.where(heads, contacts, chosen)
    wanted = plan.draws.chance("accounts.primary", accounts, 0.6)
    return _link(plan, "accounts.primary_contact_id", accounts, "contacts", np.where(wanted, chosen, -1))


def _mostly_loaded(plan: Plan, purpose: str, table: str, owners: Index) -> Index:
    """Return parents drawn from a table, more often than not avoiding those that do not load."""
    size = plan.rows[table]
    drawn = plan.draws.below(purpose, owners, size)
    avoid = (fates.own(plan, table, drawn) != Fate.LOADS) & plan.draws.chance(f"{purpose}.avoid", owners, 0.7)
    return np.where(avoid, (drawn + 1) % size, drawn)


def opportunity_account(plan: Plan, opportunities: Index) -> Link:
    """Return opportunities' accounts, kept in the link table accounts_opportunities."""
    accounts = _mostly_loaded(plan, "opportunities.account", "accounts", opportunities)
    return _link(plan, "opportunities.account_id", opportunities, "accounts", accounts)


PARENTS = ("accounts", "contacts", "leads", "opportunities")


def activity_parent(plan: Plan, activities: Index) -> Link:
    """Return activities' parents, of several kinds, or none."""
    kind = plan.draws.pick("activities.parent_type", activities, (0.35, 0.3, 0.1, 0.15, 0.1))
    sizes = np.array([plan.rows[table] for table in PARENTS] + [1], dtype=np.int64)
    slots = plan.draws.below("activities.parent", activities, sizes[kind])
    known = kind < len(PARENTS)
    nowhere = known & plan.draws.chance("activities.parent.nowhere", activities, NOWHERE_SHARE)
    return Link("activities.parent_id", activities, PARENTS, np.where(known, kind, -1), slots, nowhere)


def member_campaign(plan: Plan, members: Index) -> Link:
    """Return campaign members' campaigns."""
    campaigns = _mostly_loaded(plan, "campaign_members.campaign", "campaigns", members)
    return _link(plan, "campaign_members.campaign_id", members, "campaigns", campaigns)


MEMBERS = ("contacts", "leads")


def member_person(plan: Plan, members: Index) -> Link:
    """Return the contacts or leads that campaign members are."""
    kind = plan.draws.pick("campaign_members.type", members, (0.75, 0.25))
    people = [_mostly_loaded(plan, f"campaign_members.{table}", table, members) for table in MEMBERS]
    nowhere = plan.draws.chance("campaign_members.member.nowhere", members, NOWHERE_SHARE)
    return Link("campaign_members.member_id", members, MEMBERS, kind, np.where(kind == 0, *people), nowhere)


REQUIRED_PARENTS = {
    "opportunities": (opportunity_account,),
    "campaign_members": (member_campaign, member_person),
}
"""Tables whose rows are rejected where one of these parents is missing."""


def fate(plan: Plan, table: str, slots: Index) -> Index:
    """Return the fate of rows, missing parents included; a row's own fault goes first."""
    found = fates.own(plan, table, slots)
    for link in REQUIRED_PARENTS.get(table, ()):
        missing = (found == Fate.LOADS) & (link(plan, slots).trouble(plan) != 0)
        found = np.where(missing, Fate.MISSING_PARENT, found)
    return found
