"""Users, leads and opportunities."""

import numpy as np
import polars as pl

from demo import codes, companies, geography, links, mailboxes, moments, notes, people
from demo.columns import any_of, either, gather, joined, only
from demo.draws import Index, Mask
from demo.fates import Fate
from demo.ownership import common_columns
from demo.people import GIVEN, SURNAMES
from demo.plan import Plan
from demo.rendering import Patterns
from demo.spoiling import spoiled, spoiled_names
from demo.words import LOCALES

_AMOUNTS = Patterns(["#" * whole + ".##" for whole in range(3, 8)])
_STAGES = [*codes.STAGES, codes.BAD_CODE]
_CHANCES = pl.Series([codes.STAGE_PROBABILITY[stage] for stage in _STAGES])
INACTIVE_EVERY = 5
"""Every fifth user has left: the target does not know them."""


def users(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return users; their e-mail address is in users.email1."""
    draws = plan.draws
    nobody = np.zeros(len(slots), dtype=np.bool_)
    who = people.identities(draws, "users", slots, np.zeros_like(slots), nobody)
    first, last = people.written(draws, who, slots, np.zeros_like(slots))
    number = pl.Series(slots).cast(pl.String)
    login = joined(GIVEN.form("ascii", who.given).str.slice(0, 1), SURNAMES.form("ascii", who.surname), number)
    columns = {
        "id": plan.keys("users", slots),
        "user_name": login,
        "first_name": first,
        "last_name": last,
        "email1": joined(login, "@our-company.example"),
        "title": any_of(draws, "users.title", slots, notes.TITLES),
        "department": any_of(draws, "users.department", slots, notes.DEPARTMENTS),
        "status": either(
            pl.repeat("Inactive", len(slots), eager=True),
            slots % INACTIVE_EVERY == INACTIVE_EVERY - 1,
            "Active",
        ),
        "is_admin": (slots == 0).astype(np.int8),
        **moments.stamps(draws, "users", slots),
        "deleted": np.zeros(len(slots), dtype=np.int8),
    }
    return {"users": pl.DataFrame(columns)}


def leads(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return leads and their e-mail addresses."""
    fate = links.fate(plan, "leads", slots)
    keys, deleted = plan.keys("leads", slots), fate == Fate.DELETED
    company = plan.draws.below("leads.company", slots, plan.rows["accounts"])
    nobody = np.zeros(len(slots), dtype=np.bool_)
    home = geography.LOCALE[geography.country_of(plan, company)]
    who = people.identities(plan.draws, "leads", slots, home, nobody)
    mail = mailboxes.of_leads(plan, slots, keys, (who, deleted))
    return {"leads": _leads(plan, slots, fate, (company, who)), **mail.tables(plan)}


def _leads(plan: Plan, slots: Index, fate: Index, about: tuple[Index, people.Identity]) -> pl.DataFrame:
    draws, (company, who) = plan.draws, about
    first, last = people.written(draws, who, slots, np.zeros_like(slots))
    status = any_of(draws, "leads.status", slots, [*codes.LEAD_STATUSES])
    titles = [code for locale in LOCALES for code in codes.SALUTATIONS[locale]]
    columns = {
        "id": plan.keys("leads", slots),
        "salutation": gather(titles, who.locale * 2 + who.gender),
        "first_name": first,
        "last_name": spoiled_names(draws, last, fate, slots),
        "title": any_of(draws, "leads.title", slots, notes.TITLES),
        "account_name": only(companies.names(plan, company), draws.chance("leads.named", slots, 0.8)),
        "website": only(companies.websites(plan, company), draws.chance("leads.site", slots, 0.3)),
        "status": either(pl.repeat(codes.BAD_CODE, len(slots), eager=True), fate == Fate.CHOICE, status),
        "lead_source": any_of(draws, "leads.source", slots, [*codes.LEAD_SOURCES, ""]),
        **_whereabouts(plan, slots, company),
        "do_not_call": draws.chance("leads.do_not_call", slots, 0.07).astype(np.int8),
        "converted": (status == "CONV").cast(pl.Int8),
        **common_columns(plan, "leads", slots, fate == Fate.DELETED),
    }
    return pl.DataFrame(columns)


def _whereabouts(plan: Plan, slots: Index, company: Index) -> dict[str, pl.Series]:
    home, city = geography.country_of(plan, company), geography.city_of(plan, company)
    country, blank = geography.spelled_country(plan, "leads.country", slots, home)
    mobile = geography.mobile(plan, slots, plan.contacts + slots, home, blank)
    work = geography.landline(plan, slots, 4 * plan.contacts + slots, city, blank)
    address = geography.address(plan, "leads", slots, home, city)
    known = plan.draws.chance("leads.address", slots, 0.6)
    return {
        "phone_mobile": only(mobile, plan.draws.chance("leads.mobile", slots, 0.6)),
        "phone_work": only(work, plan.draws.chance("leads.work", slots, 0.5)),
        **{f"primary_address_{part}": only(values, known) for part, values in address.items()},
        "primary_address_country": country,
    }


def opportunities(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return opportunities and the table that links them to accounts."""
    fate = links.fate(plan, "opportunities", slots)
    return {
        "opportunities": _opportunities(plan, slots, fate),
        "accounts_opportunities": _account_links(plan, slots, fate == Fate.DELETED),
    }


def _opportunities(plan: Plan, slots: Index, fate: Index) -> pl.DataFrame:
    draws = plan.draws
    account = links.opportunity_account(plan, slots)
    stage = draws.below("opportunities.stage", slots, len(codes.STAGES))
    stage = np.where(fate == Fate.CHOICE, len(codes.STAGES), stage)
    product = any_of(draws, "opportunities.product", slots, notes.PRODUCTS)
    year = pl.Series(2012 + draws.below("opportunities.year", slots, 14)).cast(pl.String)
    columns = {
        "id": plan.keys("opportunities", slots),
        "name": spoiled_names(draws, joined(product, " ", year), fate, slots),
        "opportunity_type": any_of(draws, "opportunities.type", slots, [*codes.OPPORTUNITY_TYPES, ""]),
        "amount": _amounts(plan, slots, fate),
        "currency_code": gather(geography.CURRENCY, geography.country_of(plan, account.slots)),
        "sales_stage": gather(_STAGES, stage),
        "probability": _CHANCES.gather(pl.Series(stage)),
        "date_closed": _closing_dates(plan, slots, fate),
        "lead_source": any_of(draws, "opportunities.source", slots, [*codes.LEAD_SOURCES, ""]),
        "next_step": any_of(draws, "opportunities.next", slots, notes.NEXT_STEPS),
        **common_columns(plan, "opportunities", slots, fate == Fate.DELETED),
    }
    return pl.DataFrame(columns)


def _amounts(plan: Plan, slots: Index, fate: Index) -> pl.Series:
    style = plan.draws.below("opportunities.digits", slots, 5)
    unit = 10 ** (style + 4)
    cents = unit + plan.draws.below("opportunities.amount", slots, np.minimum(unit * 9, 2**31 - 1))
    bad = np.flatnonzero(fate == Fate.DECIMAL)
    return spoiled(plan.draws, _AMOUNTS.render(style, cents), notes.BAD_AMOUNTS, (bad, slots))


def _closing_dates(plan: Plan, slots: Index, fate: Index) -> pl.Series:
    days = moments.entry_days(plan.draws, "opportunities.closed", slots)
    bad = np.flatnonzero(fate == Fate.DATE)
    return spoiled(plan.draws, moments.iso_dates(days), notes.BAD_DATES, (bad, slots))


def _account_links(plan: Plan, slots: Index, deleted: Mask) -> pl.DataFrame:
    """Return one live link for each opportunity, and former ones that are soft-deleted."""
    rows = plan.rows["opportunities"]
    former = slots[plan.draws.chance("opportunities.former", slots, 0.02)]
    past = plan.draws.below("opportunities.past", former, plan.rows["accounts"])
    number = np.concatenate([slots, rows + former])
    gone = np.concatenate([deleted, np.ones(len(former), dtype=np.bool_)])
    accounts = [links.opportunity_account(plan, slots).keys(plan), plan.keys("accounts", past)]
    return pl.DataFrame(
        {
            "id": plan.numbered_keys("accounts_opportunities", number, 2 * rows),
            "opportunity_id": plan.keys("opportunities", np.concatenate([slots, former])),
            "account_id": pl.concat(accounts),
            "date_modified": moments.stamps(plan.draws, "accounts_opportunities", number)["date_modified"],
            "deleted": gone.astype(np.int8),
        }
    )
