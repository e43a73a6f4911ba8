"""Contacts with their custom fields, company links and e-mail addresses."""

import numpy as np
import polars as pl

from demo import codes, companies, geography, links, mailboxes, moments, notes
from demo.cast import Cast
from demo.columns import any_of, gather, only
from demo.draws import Index, Mask
from demo.layout import Role
from demo.ownership import common_columns
from demo.plan import Plan
from demo.spoiling import spoiled
from demo.words import LOCALES

_TITLES_OF_ADDRESS = [code for locale in LOCALES for code in (*codes.SALUTATIONS[locale], "Dr.", "")]
_FIRST_BIRTHDAY, _BIRTHDAYS = -10_950, 23_000


def tables(plan: Plan, slots: Index) -> dict[str, pl.DataFrame]:
    """Return the rows of all tables that these contacts fill."""
    cast = Cast(plan, slots)
    mails = [mail.tables(plan) for mail in mailboxes.of_contacts(cast)]
    return {
        "contacts": _contacts(cast),
        "contacts_cstm": _custom(cast),
        "accounts_contacts": _company_links(cast),
        **{table: pl.concat([mail[table] for mail in mails]) for table in mails[0]},
    }


def _contacts(cast: Cast) -> pl.DataFrame:
    draws, slots = cast.draws, cast.slots
    first, last = cast.names()
    columns = {
        "id": cast.keys,
        "salutation": _salutation(cast),
        "first_name": first,
        "last_name": last,
        "title": any_of(draws, "contacts.title", cast.places.leader, notes.TITLES),
        "department": any_of(draws, "contacts.department", cast.places.leader, notes.DEPARTMENTS),
        **_whereabouts(cast),
        "birthdate": _birthdates(cast),
        "do_not_call": draws.chance("contacts.do_not_call", slots, 0.07).astype(np.int8),
        "lead_source": any_of(draws, "contacts.source", slots, [*codes.LEAD_SOURCES, ""]),
        "reports_to_id": links.reports_to(cast.plan, slots).keys(cast.plan),
        **common_columns(cast.plan, "contacts", slots, cast.deleted),
    }
    return pl.DataFrame(columns)


def _salutation(cast: Cast) -> pl.Series:
    kind = cast.draws.pick("contacts.salutation", cast.slots, (0.75, 0.07, 0.18))
    at = np.where(kind == 0, cast.identity.gender, 1 + kind)
    return gather(_TITLES_OF_ADDRESS, cast.identity.locale * 4 + at)


def _whereabouts(cast: Cast) -> dict[str, pl.Series]:
    """Return telephone numbers and the postal address."""
    plan, places = cast.plan, cast.places
    country, blank = geography.spelled_country(plan, "contacts.country", cast.slots, cast.country)
    city = geography.city_of(plan, cast.company)
    address = geography.address(plan, "contacts", places.leader, cast.country, city)
    known = ~plan.draws.chance("contacts.no_address", cast.slots, 0.12)
    home = geography.landline(plan, cast.slots, places.leader + plan.contacts, city, blank)
    return {
        "phone_mobile": _mobile(cast, blank),
        "phone_work": _work_phone(cast, city, blank),
        "phone_home": only(home, plan.draws.chance("contacts.home_phone", places.leader, 0.2)),
        **{f"primary_address_{part}": only(values, known) for part, values in address.items()},
        "primary_address_country": country,
    }


def _mobile(cast: Cast, blank: Mask) -> pl.Series:
    owner = np.where(cast.shares_mobile, cast.places.leader, cast.slots)
    leads_by_phone = cast.places.has(Role.CLUSTER, Role.HOUSEHOLD_PHONE) & ~cast.copied
    chance = np.select([cast.copied, cast.places.follows(Role.HARD)], [0.5, 0.0], 0.8)
    has = leads_by_phone | cast.shares_mobile | (cast.draws.share("contacts.mobile", cast.slots) < chance)
    return only(geography.mobile(cast.plan, cast.slots, owner, cast.country, blank), has)


def _work_phone(cast: Cast, city: Index, blank: Mask) -> pl.Series:
    """Return direct numbers, or the company's switchboard; some rows hold no number at all."""
    draws, slots, switchboard = cast.draws, cast.slots, cast.places.has(Role.SWITCHBOARD)
    central = switchboard | draws.chance("contacts.central", slots, 0.1)
    board = switchboard_owner(cast.plan, companies.identity(cast.plan, cast.company))
    number = geography.landline(cast.plan, slots, np.where(central, board, cast.places.leader), city, blank)
    wrong = draws.chance("contacts.bad_phone", slots, 0.02) & ~switchboard
    number = spoiled(draws, number, notes.EMPTY_PHONES, (np.flatnonzero(wrong), slots))
    return only(number, switchboard | draws.chance("contacts.work_phone", slots, 0.7))


def switchboard_owner(plan: Plan, accounts: Index) -> Index:
    """Return the numbers by which companies' switchboards are drawn: apart from those of contacts."""
    return accounts + 2 * plan.contacts


def _birthdates(cast: Cast) -> pl.Series:
    draws, slots = cast.draws, cast.slots
    days = _FIRST_BIRTHDAY + draws.below("contacts.birthdate", cast.places.leader, _BIRTHDAYS)
    days = np.where(cast.places.follows(Role.FATHER_SON), days + 10_300, days)
    written = moments.mixed_dates(days, draws.below("contacts.birthdate_style", slots, 2))
    odd = np.flatnonzero(draws.chance("contacts.odd_birthdate", slots, 0.012))
    written = spoiled(draws, written, (*notes.BAD_BIRTHDATES, moments.ZERO_DATE, ""), (odd, slots))
    return only(written, draws.chance("contacts.birthdate_known", slots, 0.6))


def _custom(cast: Cast) -> pl.DataFrame:
    draws, slots = cast.draws, cast.slots
    languages = [codes.LANGUAGES[locale] for locale in LOCALES]
    language = gather(languages, cast.identity.locale)
    number = pl.Series(cast.plan.places("contacts", slots)).cast(pl.String).str.zfill(8)
    reviewed = moments.iso_dates(moments.entry_days(draws, "contacts.reviewed", slots))
    return pl.DataFrame(
        {
            "id_c": cast.keys,
            "preferred_language_c": only(language, draws.chance("contacts.language", slots, 0.8)),
            "customer_number_c": number,
            "marketing_consent_c": draws.chance("contacts.consent", slots, 0.5).astype(np.int8),
            "last_review_c": moments.with_zeros(reviewed, draws, "contacts.reviewed", slots),
        }
    )


def _company_links(cast: Cast) -> pl.DataFrame:
    """Return one live link for each contact with a company, and former ones that are soft-deleted."""
    link = links.contact_account(cast.plan, cast.slots)
    keys = link.keys(cast.plan)
    live = np.flatnonzero(link.which >= 0)
    former = np.flatnonzero(cast.draws.chance("contacts.former_company", cast.slots, 0.03))
    past = cast.draws.below("contacts.past_company", cast.slots[former], cast.plan.rows["accounts"])
    place = cast.plan.places("contacts", cast.slots)
    number = np.concatenate([place[live], cast.plan.contacts + place[former]])
    both = np.concatenate([live, former])
    return pl.DataFrame(
        {
            "id": cast.plan.numbered_keys("accounts_contacts", number, 2 * cast.plan.contacts),
            "contact_id": cast.keys.gather(pl.Series(both)),
            "account_id": pl.concat([keys.gather(pl.Series(live)), cast.plan.keys("accounts", past)]),
            "date_modified": moments.stamps(cast.draws, "accounts_contacts", number)["date_modified"],
            "deleted": np.concatenate([cast.deleted[live], np.ones(len(former), dtype=np.bool_)]).astype(np.int8),
        }
    )
