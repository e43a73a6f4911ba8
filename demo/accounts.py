"""Accounts with their custom fields and e-mail addresses."""

import numpy as np
import polars as pl

from demo import codes, companies, fates, geography, links, mailboxes, moments, taxes
from demo.columns import any_of, only
from demo.contacts import switchboard_owner
from demo.draws import Index, Mask
from demo.fates import Fate
from demo.layout import Role, places
from demo.ownership import common_columns
from demo.plan import Plan
from demo.rendering import Patterns
from demo.spoiling import spoiled_names

_REVENUES = Patterns(
    [
        "###,##", "#.###,##", "##.###,##", "###.###,##", "#.###.###,##", "##.###.###,##",
        "######,##", "########,##", "EUR ###.###,##", "##.###.###,## \u20ac",
    ]
)  # fmt: skip
_REVENUE_UNITS = np.array([100, 1000, 10**4, 10**5, 10**6, 10**7, 10**5, 10**7, 10**5, 10**7]) * 100
TAX_NUMBER_AND_SITE, TAX_NUMBER_ONLY, SITE_ONLY = range(3)


def tables(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return the rows of all tables that these accounts fill."""
    keys = plan.keys("accounts", slots)
    deleted = fates.own(plan, "accounts", slots) == Fate.DELETED
    return {
        "accounts": _accounts(plan, slots, keys, deleted),
        "accounts_cstm": _custom(plan, slots, keys),
        **mailboxes.of_accounts(plan, slots, keys, deleted).tables(plan),
    }


def _accounts(plan: Plan, slots: Index, keys: pl.Series, deleted: Mask) -> pl.DataFrame:
    draws, fate = plan.draws, fates.own(plan, "accounts", slots)
    who = companies.identity(plan, slots)
    columns = {
        "id": keys,
        "name": spoiled_names(draws, companies.names(plan, slots), fate, slots),
        "account_type": any_of(draws, "accounts.type", who, [*codes.ACCOUNT_TYPES, ""]),
        "industry": any_of(draws, "accounts.industry", who, [*codes.INDUSTRIES, ""]),
        "annual_revenue": _revenue(plan, who),
        "employees": only(
            pl.Series(1 + draws.below("accounts.employees", who, 5000)).cast(pl.String),
            draws.chance("accounts.staffed", slots, 0.7),
        ),
        "website": only(companies.websites(plan, slots), _has(plan, slots, TAX_NUMBER_ONLY)),
        **_whereabouts(plan, slots),
        "parent_id": links.account_parent(plan, slots).keys(plan),
        "primary_contact_id": links.primary_contact(plan, slots).keys(plan),
        **common_columns(plan, "accounts", slots, deleted),
    }
    return pl.DataFrame(columns)


def _revenue(plan: Plan, who: Index) -> pl.Series:
    style = plan.draws.below("accounts.revenue_style", who, len(_REVENUE_UNITS))
    unit = _REVENUE_UNITS[style]
    cents = unit + plan.draws.below("accounts.revenue", who, np.minimum(unit * 9, 2**31 - 1))
    return only(_REVENUES.render(style, cents), plan.draws.chance("accounts.revenue_known", who, 0.6))


def _has(plan: Plan, slots: Index, without: int) -> Mask:
    """Return who has a site (`without` is TAX_NUMBER_ONLY) or tax number (SITE_ONLY)."""
    role = places("accounts", slots, plan.rows["accounts"])
    shares = plan.draws.pick("accounts.shares", slots, (0.4, 0.3, 0.3))
    copied = role.follows(Role.CLUSTER)
    certain = role.has(Role.CLUSTER, Role.SAME_NAME, Role.SHARED_SITE) & ~copied
    chance = plan.draws.chance(f"accounts.has.{without}", slots, 0.75)
    return certain | np.where(copied, shares != without, chance)


def _whereabouts(plan: Plan, slots: Index) -> dict[str, pl.Series]:
    """Return telephone numbers and the postal address."""
    place, who = geography.city_of(plan, slots), companies.identity(plan, slots)
    home = geography.country_of(plan, slots)
    country, blank = geography.spelled_country(plan, "accounts.country", slots, home)
    office = geography.landline(plan, slots, switchboard_owner(plan, who), place, blank)
    fax = geography.landline(plan, slots, switchboard_owner(plan, who) + plan.contacts, place, blank)
    address = geography.address(plan, "accounts", who, home, place)
    return {
        "phone_office": only(office, plan.draws.chance("accounts.phone", slots, 0.85)),
        "phone_fax": only(fax, plan.draws.chance("accounts.fax", slots, 0.3)),
        **{f"billing_address_{part}": values for part, values in address.items()},
        "billing_address_country": country,
    }


def _custom(plan: Plan, slots: Index, keys: pl.Series) -> pl.DataFrame:
    draws = plan.draws
    since = moments.iso_dates(moments.entry_days(draws, "accounts.since", slots))
    return pl.DataFrame(
        {
            "id_c": keys,
            "tax_number_c": only(taxes.tax_numbers(plan, slots), _has(plan, slots, SITE_ONLY)),
            "customer_tier_c": any_of(draws, "accounts.tier", companies.identity(plan, slots), [*codes.TIERS, ""]),
            "newsletter_c": draws.chance("accounts.newsletter", slots, 0.4).astype(np.int8),
            "customer_since_c": moments.with_zeros(since, draws, "accounts.since", slots),
        }
    )
