"""Columns that every entity's table has: free text, owner, time stamps, the soft-delete flag."""

import numpy as np
import polars as pl

from demo import moments, notes
from demo.columns import any_of, only
from demo.draws import Index, Mask
from demo.plan import Plan


def common_columns(plan: Plan, table: str, slots: Index, deleted: Mask) -> dict[str, pl.Series]:
    """Return description, assigned_user_id, date_entered, date_modified and deleted of these rows."""
    draws = plan.draws
    text = any_of(draws, f"{table}.description", slots, notes.DESCRIPTIONS)
    owner = draws.below(f"{table}.owner", slots, plan.rows["users"])
    owners = plan.keys("users", np.arange(plan.rows["users"])).gather(pl.Series(owner))
    return {
        "description": only(text, draws.chance(f"{table}.described", slots, 0.3)),
        "assigned_user_id": only(owners, draws.chance(f"{table}.owned", slots, 0.93)),
        **moments.stamps(draws, table, slots),
        "deleted": pl.Series(deleted.astype(np.int8)),
    }
