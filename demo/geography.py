"""Where customers are: countries, cities, addresses and telephone numbers, whole columns at a time."""

import numpy as np
import polars as pl

from demo import layout
from demo.columns import Lists, gather, joined, only
from demo.draws import Index, Mask
from demo.layout import Role
from demo.places import COUNTRIES
from demo.plan import Plan
from demo.rendering import Patterns
from demo.words import LOCALES

_CITIES = [city for country in COUNTRIES for city in country.cities]
CITIES = Lists([[city.name for city in country.cities] for country in COUNTRIES])
_STATES = pl.Series([city.state for city in _CITIES])
_POSTAL = Patterns([city.postal for city in _CITIES])
_SPELLINGS = Lists([country.spellings for country in COUNTRIES])
_STREETS = Lists([country.streets for country in COUNTRIES])
_STREET_ENDS = [country.street_pattern.split("{number}") for country in COUNTRIES for _ in country.streets]
_BEFORE, _AFTER = (
    pl.Series(
        [ends[side].replace("{street}", street) for ends, street in zip(_STREET_ENDS, _STREETS.words, strict=True)]
    )
    for side in (0, 1)
)
_MOBILE = Lists([country.mobile_formats for country in COUNTRIES])
_MOBILE_PATTERNS = Patterns(_MOBILE.words.to_list())
_PREFIXES = Lists([country.mobile_prefixes for country in COUNTRIES])
_PREFIX = np.array([int(prefix) for prefix in _PREFIXES.words])
_MOBILE_FREE = np.array(
    [country.mobile_formats[0].count("#") - len(country.mobile_prefixes[0]) for country in COUNTRIES]
)
_LANDLINE = Lists([country.landlines(city) for country in COUNTRIES for city in country.cities])
_LANDLINE_PATTERNS = Patterns(_LANDLINE.words.to_list())
_AREA = np.array([int(city.area) for city in _CITIES])
_LOCAL_UNIT = np.array([10 ** (country.local_length(city) - 1) for country in COUNTRIES for city in country.cities])
LOCALE = np.array([LOCALES.index(country.locale) for country in COUNTRIES])
CURRENCY = pl.Series([country.currency for country in COUNTRIES])


def country_of(plan: Plan, companies: Index) -> Index:
    """Return the countries (positions in COUNTRIES) of accounts; a whole cluster or trap is in one."""
    leader = layout.places("accounts", companies, plan.rows["accounts"]).leader
    return plan.draws.pick("country", leader, [country.weight for country in COUNTRIES])


def city_of(plan: Plan, companies: Index) -> Index:
    """Return the cities (positions in CITIES) of accounts; namesakes are in different ones."""
    places = layout.places("accounts", companies, plan.rows["accounts"])
    country = country_of(plan, companies)
    home = plan.draws.below("city", places.leader, CITIES.count[country])
    moved = np.where(places.has(Role.SAME_NAME), places.position, 0)
    return CITIES.start[country] + (home + moved) % CITIES.count[country]


def address(plan: Plan, purpose: str, who: Index, country: Index, city: Index) -> dict[str, pl.Series]:
    """Return street, city, state and postal code."""
    street = pl.Series(_STREETS.pick(plan.draws, f"{purpose}.street", who, country))
    number = pl.Series(1 + plan.draws.below(f"{purpose}.number", who, 189)).cast(pl.String)
    return {
        "street": joined(_BEFORE.gather(street), number, _AFTER.gather(street)),
        "city": CITIES.text(city),
        "state": gather(_STATES, city),
        "postalcode": _POSTAL.render(city, plan.draws.below(f"{purpose}.postal", who, 1000)),
    }


def spelled_country(plan: Plan, purpose: str, rows: Index, country: Index) -> tuple[pl.Series, Mask]:
    """Return the country in one of its spellings, and where it was left blank (null)."""
    blank = plan.draws.chance(f"{purpose}.blank", rows, 0.03)
    return only(_SPELLINGS.text(_SPELLINGS.pick(plan.draws, purpose, rows, country)), ~blank), blank


def mobile(plan: Plan, rows: Index, owner: Index, country: Index, blank: Mask) -> pl.Series:
    """Return mobile numbers: one an owner, written as each row likes, with +… where no country is known."""
    free = 10 ** _MOBILE_FREE[country]
    space = _PREFIXES.count[country] * free
    number = (owner * 7_368_787 + plan.seed % 9973) % space
    subscriber = _PREFIX[_PREFIXES.start[country] + number // free] * free + number % free
    style = plan.draws.below("mobile.style", rows, np.where(blank, 2, _MOBILE.count[country]))
    return _MOBILE_PATTERNS.render(_MOBILE.start[country] + style, subscriber)


def landline(plan: Plan, rows: Index, owner: Index, city: Index, blank: Mask) -> pl.Series:
    """Return landline numbers of a city: one number an owner, written as each row likes."""
    local = 3 + plan.draws.below("landline.head", owner, 2)  # 3 and 4 begin valid numbers in all the cities
    rest = plan.draws.below("landline", owner, _LOCAL_UNIT[city])
    number = (_AREA[city] * 10 + local) * _LOCAL_UNIT[city] + rest
    style = plan.draws.below("landline.style", rows, np.where(blank, 2, _LANDLINE.count[city]))
    return _LANDLINE_PATTERNS.render(_LANDLINE.start[city] + style, number)
