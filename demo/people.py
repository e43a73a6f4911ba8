"""People's names: who is called what, and how a name looks in its second, third and fourth copy."""

import difflib
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl

from demo import layout
from demo.columns import assembled, gather
from demo.draws import Draws, Index, Mask
from demo.layout import Role
from demo.words import GENDERS, LOCALES, Name, given_names, surnames


class Spelling(IntEnum):
    """How a copy writes the name of the original."""

    SAME = 0
    LAST_TYPO = 1
    FIRST_TYPO = 2
    SHORT = 3
    OTHER = 4
    """Without umlauts and accents, or in traditional characters."""
    UPPER = 5
    LOWER = 6
    BLANKS = 7
    INITIAL = 8
    SWAPPED = 9
    JOINED = 10
    """The whole name in last_name."""


class Liberty(IntEnum):
    """How far copies of a name may stray."""

    FAMILY_ONLY = 0
    """The given name stays: what third copies change must not contradict what second ones did."""
    CLOSE = 1
    LOOSE = 2
    """Initials, too: enough where another strong key is shared."""
    FREE = 3
    """Everything: swapped fields and, in Chinese, traditional characters."""


_UNLIKE = 0.5
_LETTERS_FOR_A_TYPO = 5
_WESTERN = {
    Liberty.FAMILY_ONLY: (0.3, 0.3, 0, 0, 0, 0.18, 0.12, 0.1),
    Liberty.CLOSE: (0.2, 0.2, 0.14, 0.12, 0.1, 0.12, 0.06, 0.06),
    Liberty.LOOSE: (0.2, 0.18, 0.14, 0.12, 0.1, 0.1, 0.05, 0.05, 0.06),
    Liberty.FREE: (0.1, 0.2, 0.2, 0.12, 0.1, 0.1, 0.04, 0.04, 0.04, 0.06),
}
_CJK = (0.55, 0, 0, 0, 0, 0, 0, 0.15, 0, 0, 0.3)
_CJK_FREE = (0.4, 0, 0, 0, 0.3, 0, 0, 0.1, 0, 0.05, 0.15)


class Vocabulary:
    """Names of several groups (locales, genders) in one column each."""

    def __init__(self, groups: list[list[Name]]) -> None:
        """Join the groups' names."""
        self.names = [name for group in groups for name in group]
        self.count = np.array([len(group) for group in groups], dtype=np.int64)
        self.start = np.concatenate(([0], np.cumsum(self.count)[:-1])).astype(np.int64)
        self._forms = pl.DataFrame([(n.text, n.ascii, n.other, n.short) for n in self.names], orient="row")

    def form(self, which: str, at: Index) -> pl.Series:
        """Return names by position as `text`, `ascii`, `other` or `short`."""
        column = ("text", "ascii", "other", "short").index(which)
        return gather(self._forms.to_series(column), at)

    def pick(self, draws: Draws, purpose: str, rows: Index, group: Index) -> Index:
        """Return positions of names drawn evenly from each row's group."""
        return self.start[group] + draws.below(purpose, rows, self.count[group])

    def apart(self, at: Index, steps: Index, group: Index) -> Index:
        """Return positions so many strides further in the sorted group: other names, far apart."""
        stride = np.maximum(self.count[group] // 9, 1)
        return self.start[group] + (at - self.start[group] + steps * stride) % self.count[group]


GIVEN = Vocabulary([given_names(locale, gender) for locale in LOCALES for gender in range(GENDERS)])
SURNAMES = Vocabulary([surnames(locale) for locale in LOCALES])


def _unlike(one: Name, two: Name) -> bool:
    """Return True where no matcher may take two given names for one person's."""
    if one.text > "\u2e80" and set(one.text) & set(two.text):
        return False
    forms = [(a, b) for a in (one.ascii, one.short.lower()) for b in (two.ascii, two.short.lower())]
    return all(a[0] != b[0] and difflib.SequenceMatcher(None, a, b).ratio() < _UNLIKE for a, b in forms)


def _contrasts() -> Index:
    """Return, for each given name, the position of a clearly different one of the same group."""
    chosen = np.zeros(len(GIVEN.names), dtype=np.int64)
    for start, count in zip(GIVEN.start.tolist(), GIVEN.count.tolist(), strict=True):
        for at in range(count):
            others = (start + (at + count // 2 + step) % count for step in range(count))
            chosen[start + at] = next(o for o in others if _unlike(GIVEN.names[start + at], GIVEN.names[o]))
    return chosen


_CONTRAST = _contrasts()


@dataclass(frozen=True)
class Identity:
    """Names as positions in GIVEN and SURNAMES, and what they were drawn by."""

    locale: Index
    gender: Index
    given: Index
    surname: Index


def identities(draws: Draws, purpose: str, who: Index, home: Index, men: Mask) -> Identity:
    """Return the names of people; most, not all, are of the locale they live in; `men` are men."""
    western = home < LOCALES.index("zh")
    moved = western & draws.chance(f"{purpose}.moved", who, 0.06)
    locale = np.where(moved, draws.below(f"{purpose}.locale", who, 3), home)
    gender = np.where(men, 0, draws.below(f"{purpose}.gender", who, GENDERS))
    given = GIVEN.pick(draws, f"{purpose}.given", who, locale * GENDERS + gender)
    return Identity(locale, gender, given, SURNAMES.pick(draws, f"{purpose}.surname", who, locale))


def members(leaders: Identity, places: layout.Places) -> Identity:
    """Return the identities of a group's members, given their leaders' ones."""
    strangers = np.where(places.has(Role.SWITCHBOARD, Role.ROLE_MAILBOX), places.position, 0)
    relatives = places.follows(Role.HOUSEHOLD_PHONE, Role.HOUSEHOLD_EMAIL)
    group = leaders.locale * GENDERS + leaders.gender
    given = np.where(relatives, _CONTRAST[leaders.given], GIVEN.apart(leaders.given, strangers, group))
    surname = SURNAMES.apart(leaders.surname, strangers, leaders.locale)
    return Identity(leaders.locale, leaders.gender, given, surname)


def spellings(draws: Draws, who: Identity, rows: Index, liberty: Index) -> Index:
    """Return how copies spell the name, each within its `Liberty`."""
    cjk = who.locale >= LOCALES.index("zh")
    chosen = np.zeros_like(rows)
    for kind, weights in _WESTERN.items():
        asian = _CJK_FREE if kind == Liberty.FREE else _CJK
        picked = [draws.pick("spelling", rows, each) for each in (asian, weights)]
        chosen = np.where(liberty == kind, np.where(cjk, *picked), chosen)
    return chosen


def _typo(column: str) -> pl.Expr:
    """Return a name with one letter dropped or doubled; short names and names with entities stay."""
    text = pl.col(column)
    letters = text.str.len_chars().cast(pl.Int64)
    at = 2 + pl.col("noise") % (letters - 3).clip(1)
    dropped = text.str.slice(0, at) + text.str.slice(at + 1)
    doubled = text.str.slice(0, at + 1) + text.str.slice(at)
    changed = pl.when(pl.col("noise") % 2 == 0).then(dropped).otherwise(doubled)
    return pl.when((letters < _LETTERS_FOR_A_TYPO) | text.str.contains("&", literal=True)).then(text).otherwise(changed)


def _respelled(column: str) -> pl.Expr:
    """Return the changes that treat both parts of a name alike."""
    text, how = pl.col(column), pl.col("spelling")
    entity = text.str.contains("&", literal=True)
    return (
        pl.when(how == Spelling.OTHER).then(pl.col(f"other_{column}"))
        .when((how == Spelling.UPPER) & ~entity).then(text.str.to_uppercase())
        .when((how == Spelling.LOWER) & ~entity).then(text.str.to_lowercase())
        .when(how == Spelling.BLANKS).then(pl.lit("  ") + text + pl.lit(" "))
        .otherwise(text)
    )  # fmt: skip


def _copies(frame: pl.DataFrame) -> pl.DataFrame:
    """Return first and last name as the copies write them."""
    how, first, last = pl.col("spelling"), pl.col("first"), pl.col("last")
    return frame.select(
        pl.when(how == Spelling.FIRST_TYPO).then(_typo("first"))
        .when((how == Spelling.SHORT) & (pl.col("short") == first)).then(_typo("first"))
        .when(how == Spelling.SHORT).then(pl.col("short"))
        .when(how == Spelling.INITIAL).then(first.str.slice(0, 1) + ".")
        .when(how == Spelling.SWAPPED).then(last)
        .when(how == Spelling.JOINED).then(pl.lit(""))
        .otherwise(_respelled("first")).alias("first"),
        pl.when(how == Spelling.LAST_TYPO).then(_typo("last"))
        .when(how == Spelling.SWAPPED).then(first)
        .when(how == Spelling.JOINED).then(last + first)
        .otherwise(_respelled("last")).alias("last"),
    )  # fmt: skip


def written(draws: Draws, who: Identity, rows: Index, spelling: Index) -> tuple[pl.Series, pl.Series]:
    """Return first and last names as the rows write them."""
    first, last = GIVEN.form("text", who.given), SURNAMES.form("text", who.surname)
    changed = np.flatnonzero(spelling != Spelling.SAME)
    at = (who.given[changed], who.surname[changed])
    copies = _copies(
        pl.DataFrame(
            {
                "first": first.gather(pl.Series(changed)),
                "last": last.gather(pl.Series(changed)),
                "short": GIVEN.form("short", at[0]),
                "other_first": GIVEN.form("other", at[0]),
                "other_last": SURNAMES.form("other", at[1]),
                "spelling": spelling[changed],
                "noise": draws.below("typo", rows[changed], 97),
            }
        )
    )
    kept = np.flatnonzero(spelling == Spelling.SAME)
    return tuple(  # type: ignore[return-value]  # exactly two
        assembled(len(rows), [(kept, original.gather(pl.Series(kept))), (changed, copies[part])])
        for original, part in ((first, "first"), (last, "last"))
    )
