"""Companies' names, web domains and tax numbers."""

import numpy as np
import polars as pl

from demo import geography, layout
from demo.columns import Lists, either, gather, joined
from demo.draws import Index
from demo.firms import TRADES
from demo.plan import Plan
from demo.words import LOCALES

_HEADS = Lists([[text for text, _ in TRADES[locale].heads] for locale in LOCALES])
_SLUGS = pl.Series([romanised for locale in LOCALES for _, romanised in TRADES[locale].heads])
_BRANCHES = Lists([TRADES[locale].branches for locale in LOCALES])
_FORMS = Lists([[form[0] for form in TRADES[locale].forms] for locale in LOCALES])
_VARIANTS = pl.Series([variant for locale in LOCALES for form in TRADES[locale].forms for variant in form])
_CAPITALS, _BLANKS, _HYPHEN = 1, 2, 3
"""How copies write the base name."""
_SITE_STYLES = (
    "https://www.{}",
    "{}",
    "http://{}/",
    "www.{}",
    "HTTPS://WWW.{}/index.html",
    "https://{}/contact?x=1",
)


def _places(plan: Plan, accounts: Index) -> layout.Places:
    return layout.places("accounts", accounts, plan.rows["accounts"])


def identity(plan: Plan, accounts: Index) -> Index:
    """Return the slot that stands for the company: the leader's in a cluster, else the row's own."""
    places = _places(plan, accounts)
    return np.where(places.has(layout.Role.CLUSTER), places.leader, accounts)


def _words(plan: Plan, accounts: Index) -> tuple[Index, Index]:
    """Return the slots that company names are drawn by, and the locales of the words."""
    places = _places(plan, accounts)
    namesake = np.where(places.has(layout.Role.CLUSTER, layout.Role.SAME_NAME), places.leader, accounts)
    return namesake, geography.LOCALE[geography.country_of(plan, accounts)]


def names(plan: Plan, accounts: Index) -> pl.Series:
    """Return company names; copies differ in legal form, case, `&` or a blank."""
    leader, locale = _words(plan, accounts)
    copied = _places(plan, accounts).follows(layout.Role.CLUSTER)
    form = _FORMS.pick(plan.draws, "company.form", leader, locale)
    variant = np.where(copied, plan.draws.below("company.variant", accounts, 4), 0)
    frame = pl.DataFrame(
        {
            "city": geography.CITIES.text(geography.city_of(plan, leader)),
            "head": _HEADS.text(_HEADS.pick(plan.draws, "company.head", leader, locale)),
            "branch": _BRANCHES.text(_BRANCHES.pick(plan.draws, "company.branch", leader, locale)),
            "form": gather(_VARIANTS, form * 4 + variant),
            "locale": locale,
            "style": np.where(copied, plan.draws.below("company.style", accounts, 6), 0),
        }
    )
    return frame.select(_composed()).to_series()


def _composed() -> pl.Expr:
    head, branch, style, locale = (pl.col(name) for name in ("head", "branch", "style", "locale"))
    base = (
        pl.when(style == _CAPITALS).then(head.str.to_uppercase() + " " + branch)
        .when(style == _BLANKS).then(head + "  " + branch)
        .when(style == _HYPHEN).then(head + "-" + branch)
        .otherwise(head + " " + branch)
    )  # fmt: skip
    chinese = pl.col("city") + head + branch + pl.col("form")
    return (
        pl.when(locale == LOCALES.index("zh")).then(chinese)
        .when(locale == LOCALES.index("ja")).then(head + branch + pl.col("form"))
        .otherwise(base + " " + pl.col("form"))
    )  # fmt: skip


def domains(plan: Plan, accounts: Index) -> pl.Series:
    """Return each company's own domain, the same for all copies of a company and for nobody else."""
    namesake, locale = _words(plan, accounts)
    head = _HEADS.pick(plan.draws, "company.head", namesake, locale)
    number = pl.Series(plan.places("accounts", identity(plan, accounts))).cast(pl.String)
    return joined(gather(_SLUGS, head), "-", number, ".example")


def websites(plan: Plan, accounts: Index) -> pl.Series:
    """Return web addresses in mixed spelling; companies that share an agency's site give that."""
    places = _places(plan, accounts)
    agency = joined("webagentur-", pl.Series(places.leader).cast(pl.String), ".example")
    host = either(agency, places.has(layout.Role.SHARED_SITE), domains(plan, accounts))
    style = plan.draws.below("company.site", accounts, len(_SITE_STYLES))
    before, after = (gather([text.split("{}")[side] for text in _SITE_STYLES], style) for side in (0, 1))
    return joined(before, host, after)
