"""Activities, campaigns and their members."""

import numpy as np
import polars as pl

from demo import codes, links, moments, notes
from demo.columns import any_of, either, gather, joined
from demo.draws import Index
from demo.fates import Fate
from demo.ownership import common_columns
from demo.plan import Plan
from demo.rendering import Patterns
from demo.spoiling import spoiled_names

_MODULES = ("Accounts", "Contacts", "Leads", "Opportunities", None)
_STATUSES = {
    "call": ("PLND", "HELD", "NOTH"),
    "meeting": ("PLND", "HELD", "NOTH"),
    "task": ("NEW", "INPR", "DONE", "DEFR"),
}
_TYPES = tuple(codes.ACTIVITY_TYPES)
_BUDGETS = Patterns(["####.##", "#####.##", "######.##"])


def activities(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return calls, meetings, tasks and notes."""
    draws, fate = plan.draws, links.fate(plan, "activities", slots)
    kind = draws.pick("activities.type", slots, (0.3, 0.2, 0.3, 0.2))
    parent = links.activity_parent(plan, slots)
    day = moments.entry_days(draws, "activities.start", slots)
    start = moments.moments(draws, "activities.start", slots, day)
    due = moments.moments(draws, "activities.due", slots, day + draws.below("activities.days", slots, 40))
    columns = {
        "id": plan.keys("activities", slots),
        "activity_type": gather(_TYPES, kind),
        "name": spoiled_names(draws, any_of(draws, "activities.subject", slots, notes.SUBJECTS), fate, slots),
        "status": _status(plan, slots, kind),
        "date_start": moments.with_zeros(start, draws, "activities.start", slots),
        "date_due": moments.with_zeros(due, draws, "activities.due", slots),
        "duration_minutes": 15 * (1 + draws.below("activities.duration", slots, 12)),
        "parent_type": gather(_MODULES, np.where(parent.which < 0, len(_MODULES) - 1, parent.which)),
        "parent_id": parent.keys(plan),
        **common_columns(plan, "activities", slots, fate == Fate.DELETED),
    }
    return {"activities": pl.DataFrame(columns)}


def _status(plan: Plan, slots: Index, kind: Index) -> pl.Series:
    """Return statuses of each type's own list; notes have a blank one."""
    lists = [_STATUSES.get(name, ("",)) for name in _TYPES]
    words = [words[at % len(words)] for words in lists for at in range(12)]
    return gather(words, kind * 12 + plan.draws.below("activities.status", slots, 12))


def campaigns(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return campaigns."""
    draws, fate = plan.draws, links.fate(plan, "campaigns", slots)
    first = moments.entry_days(draws, "campaigns.start", slots)
    last = first + 5 + draws.below("campaigns.days", slots, 90)
    name = any_of(draws, "campaigns.name", slots, notes.CAMPAIGN_NAMES)
    size = draws.below("campaigns.size", slots, 3)
    budget = 10 ** (size + 5) + draws.below("campaigns.budget", slots, 9 * 10 ** (size + 5))
    columns = {
        "id": plan.keys("campaigns", slots),
        "name": spoiled_names(draws, joined(name, " ", pl.Series(slots).cast(pl.String)), fate, slots),
        "status": any_of(draws, "campaigns.status", slots, [*codes.CAMPAIGN_STATUSES]),
        "campaign_type": any_of(draws, "campaigns.type", slots, [*codes.CAMPAIGN_TYPES]),
        "budget": _BUDGETS.render(size, budget),
        "currency_code": pl.repeat("EUR", len(slots), eager=True),
        "start_date": moments.with_zeros(moments.iso_dates(first), draws, "campaigns.start", slots),
        "end_date": moments.with_zeros(moments.iso_dates(last), draws, "campaigns.end", slots),
        **common_columns(plan, "campaigns", slots, fate == Fate.DELETED),
    }
    return {"campaigns": pl.DataFrame(columns)}


def campaign_members(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return the contacts and leads that campaigns addressed."""
    draws, fate = plan.draws, links.fate(plan, "campaign_members", slots)
    person = links.member_person(plan, slots)
    status = any_of(draws, "campaign_members.status", slots, [*codes.MEMBER_STATUSES])
    day = moments.entry_days(draws, "campaign_members.active", slots)
    active = moments.moments(draws, "campaign_members.active", slots, day)
    columns = {
        "id": plan.keys("campaign_members", slots),
        "campaign_id": links.member_campaign(plan, slots).keys(plan),
        "member_type": gather(("Contacts", "Leads"), person.which),
        "member_id": person.keys(plan),
        "status": either(pl.repeat(codes.BAD_CODE, len(slots), eager=True), fate == Fate.CHOICE, status),
        "activity_date": moments.with_zeros(active, draws, "campaign_members.active", slots),
        **moments.stamps(draws, "campaign_members", slots),
        "deleted": (fate == Fate.DELETED).astype(np.int8),
    }
    return {"campaign_members": pl.DataFrame(columns)}
