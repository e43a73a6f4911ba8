"""Tax numbers of companies, with the check digits of their countries."""

from collections.abc import Callable

import numpy as np
import polars as pl

from demo import companies, geography
from demo.columns import Lists, assembled, joined
from demo.draws import Index
from demo.places import COUNTRIES
from demo.plan import Plan
from demo.rendering import Patterns

_STYLES = {
    "DE": ("DE#########", "DE ### ### ###", "de#########", "DE-#########", "DE #########"),
    "AT": ("ATU########", "ATU ########", "atu########", "AT-U########"),
    "CH": ("CHE-###.###.###", "CHE#########", "CHE ### ### ###", "che-###.###.###"),
    "US": ("##-#######", "#########", "## #######"),
    "GB": ("GB#########", "GB ### #### ##", "gb#########", "GB-#########"),
    "FR": ("FR###########", "FR ## ### ### ###", "fr###########", "FR##-#########"),
    "JP": ("#############", "#-####-####-####", "# #### #### ####"),
    "CN": ("",),
}
_PATTERNS = Lists([_STYLES[country.code] for country in COUNTRIES])
_RENDER = Patterns(_PATTERNS.words.to_list())
_CHINA = [country.code for country in COUNTRIES].index("CN")
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a unified social credit code (GB 32100-2015)."""
_X, _SMALL, _SPACED = 10, 1, 2
_HEADS = (("1", "1", "0", "1", "0", "5"), ("3", "1", "0", "1", "1", "5"), ("4", "4", "0", "3", "0", "6"))


def _digits(numbers: Index, count: int) -> Index:
    """Return the digits of each number, the highest first."""
    return numbers[:, None] // 10 ** np.arange(count - 1, -1, -1, dtype=np.int64) % 10


def _weighted(numbers: Index, *weights: int) -> Index:
    total: Index = (_digits(numbers, len(weights)) * np.array(weights, dtype=np.int64)).sum(axis=1)
    return total


def _cross_sum(numbers: Index, doubled: tuple[int, ...], count: int) -> Index:
    """Return the digit sum in which some positions count twice (Luhn)."""
    digits = _digits(numbers, count)
    digits[:, doubled] = digits[:, doubled] * 2 // 10 + digits[:, doubled] * 2 % 10
    total: Index = digits.sum(axis=1)
    return total


def _germany(base: Index) -> Index:
    """Append the check digit of ISO 7064 MOD 11,10."""
    product = np.full(len(base), 10, dtype=np.int64)
    for digit in _digits(base, 8).T:
        total = (digit + product) % 10
        product = np.where(total == 0, 10, total) * 2 % 11
    return base * 10 + (11 - product) % 10


def _austria(base: Index) -> Index:
    seven = base % 10**7
    return seven * 10 + (96 - _cross_sum(seven, (1, 3, 5), 7)) % 10


def _switzerland(base: Index) -> Index:
    even = base // 2 * 2
    weights = (5, 4, 3, 2, 7, 6, 5, 4)
    valid = np.where(_weighted(even, *weights) % 11 == 1, even + 1, even)
    return valid * 10 + (11 - _weighted(valid, *weights) % 11) % 11


def _britain(base: Index) -> Index:
    seven = base % 10**7
    return seven * 100 + 97 - _weighted(seven, 8, 7, 6, 5, 4, 3, 2) % 97


def _france(base: Index) -> Index:
    siren = base * 10 + (10 - _cross_sum(base, (1, 3, 5, 7), 8) % 10) % 10
    return (12 + 3 * (siren % 97)) % 97 * 10**9 + siren


def _japan(base: Index) -> Index:
    number = 100_000_000_000 + base
    return (9 - _weighted(number, *(2, 1) * 6) % 9) * 10**12 + number


def _america(base: Index) -> Index:
    return base * 10 + base % 7


_NUMBERS: dict[str, Callable[[Index], Index]] = {
    "DE": _germany, "AT": _austria, "CH": _switzerland, "GB": _britain,
    "FR": _france, "JP": _japan, "US": _america,
}  # fmt: skip


def _base(plan: Plan, company: Index) -> Index:
    """Return eight digits that no other company has; their half and their last seven are unique, too."""
    return 10_000_000 + plan.places("accounts", company) * 670_042 % 4_000_037 * 2


def _china(base: Index, style: Index) -> pl.Series:
    """Return unified social credit codes, some in small letters or cut by blanks."""
    check = (11 - _weighted(base, 3, 7, 9, 10, 5, 8, 4, 2) % 11) % 11
    organisation = np.column_stack([_digits(base, 8), np.where(check == _X, _LETTERS.index("X"), check)])
    region = np.array([[int(digit) for digit in head] for head in _HEADS], dtype=np.int64)[base % len(_HEADS)]
    body = np.column_stack([np.broadcast_to([9, 1], (len(base), 2)), region, organisation])
    weights = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int64)
    whole = np.column_stack([body, (31 - (body * weights).sum(axis=1) % 31) % 31])
    letters = pl.Series(list(_LETTERS))
    parts = [joined(*(letters.gather(pl.Series(whole[:, at])) for at in cut)) for cut in _cuts()]
    plain, spaced = joined(*parts), joined(parts[0], " ", parts[1], " ", parts[2])
    frame = pl.DataFrame({"plain": plain, "spaced": spaced, "style": style})
    lower = pl.when(pl.col("style") == _SMALL).then(pl.col("plain").str.to_lowercase()).otherwise(pl.col("plain"))
    return frame.select(pl.when(pl.col("style") == _SPACED).then("spaced").otherwise(lower)).to_series()


def _cuts() -> tuple[range, range, range]:
    return range(8), range(8, 16), range(16, 18)


def tax_numbers(plan: Plan, accounts: Index) -> pl.Series:
    """Return tax numbers: one a company, valid in its country, written as each row likes."""
    country = geography.country_of(plan, accounts)
    base = _base(plan, companies.identity(plan, accounts))
    style = _PATTERNS.pick(plan.draws, "tax.style", accounts, country)
    chinese = np.flatnonzero(country == _CHINA)
    parts = [(chinese, _china(base[chinese], plan.draws.below("tax.style", accounts[chinese], 5)))]
    for number, home in enumerate(COUNTRIES):
        if number != _CHINA:
            rows = np.flatnonzero(country == number)
            parts.append((rows, _RENDER.render(style[rows], _NUMBERS[home.code](base[rows]))))
    return assembled(len(accounts), parts)
