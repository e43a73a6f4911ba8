"""Generated rows in memory, by table, and what a reader makes of their strong keys."""

import html
import re
from functools import cache

import phonenumbers
import polars as pl

from demo import legacy
from demo.places import COUNTRIES
from demo.plan import Plan

SPELLED = {spelling: country.code for country in COUNTRIES for spelling in country.spellings}


@cache
def rows(contacts: int, seed: int = 7) -> dict[str, pl.DataFrame]:
    """Return all rows of a legacy CRM, by table."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for chunk in legacy.generate(Plan(contacts, seed)):
        for table, frame in chunk.items():
            parts.setdefault(table, []).append(frame)
    return {table: pl.concat(frames) for table, frames in parts.items()}


def number(text: str | None, country: str | None) -> phonenumbers.PhoneNumber | None:
    """Return a telephone number as its country dials it, None where it is none."""
    try:
        return phonenumbers.parse(text or "", SPELLED.get(country or ""))
    except phonenumbers.NumberParseException:
        return None


def e164(text: str | None, country: str | None) -> str | None:
    """Return a number in E.164 without extension, None where it is none or not valid."""
    found = number(text, country)
    if found is None or not phonenumbers.is_valid_number(found):
        return None
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def primary_mails(tables: dict[str, pl.DataFrame], module: str) -> dict[str, str]:
    """Return the normalised primary address of each owner that has a live one."""
    links = tables["email_addr_bean_rel"].filter(
        (pl.col("bean_module") == module) & (pl.col("primary_address") == 1) & (pl.col("deleted") == 0)
    )
    both = links.join(tables["email_addresses"], left_on="email_address_id", right_on="id")
    assert both.height == links.height == links["bean_id"].n_unique()
    return {bean: mail.strip().lower() for bean, mail in both.select("bean_id", "email_address").iter_rows()}


def domain(site: str | None) -> str | None:
    """Return the registered name of a web address."""
    found = re.search(r"([^./]+\.example)", (site or "").lower())
    return found.group(1) if found else None


def plain(text: str | None) -> str:
    """Return text without entities, case, blanks and punctuation."""
    return re.sub(r"[^\w]", "", html.unescape(text or "")).lower()
