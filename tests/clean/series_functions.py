"""Functions as a mapping's author writes them: good ones, and every way to get one wrong."""

import sys

import pandas as pd

NOT_A_FUNCTION = 7
CALLS: list[int] = []
"""How many rows each call of `fails_for_many` was given."""


def without_prefix(given: pd.Series) -> pd.Series:
    """Drop the letters that the old system put before its numbers."""
    return given.str.replace(r"^[A-Z]+-", "", regex=True)


def filled(given: pd.Series) -> pd.Series:
    return given.fillna("nothing@example.com")


def swapped(given: pd.Series) -> pd.Series:
    return given.str.replace(r"^(\w+)\|(\w+)$", r"\2", regex=True)


def fails_for_secrets(given: pd.Series) -> pd.Series:
    def one(value: str) -> str:
        if value.startswith("secret"):
            raise ValueError(f"cannot read {value}")
        return value

    return given.map(one, na_action="ignore")


def fails_for_many(given: pd.Series) -> pd.Series:
    CALLS.append(len(given))
    if len(given) > 1:
        raise RuntimeError(str(given.to_list()))
    return given


def changes_what_it_was_given(given: pd.Series) -> pd.Series:
    given.iloc[:] = "x"
    return given


def a_list(given: pd.Series) -> list[str]:
    return list(given)


def too_short(given: pd.Series) -> pd.Series:
    return given.dropna()


def shuffled(given: pd.Series) -> pd.Series:
    return given.sort_index(ascending=False)


def numbers(given: pd.Series) -> pd.Series:
    return given.str.len()


def half_a_pair(given: pd.Series) -> pd.Series:
    return pd.Series(["\ud800"] * len(given), dtype=object)


def leaves(given: pd.Series) -> pd.Series:
    sys.exit(0)


class Unreadable(pd.Series):
    def isna(self) -> pd.Series:
        raise ValueError(str(self.to_list()))


def unreadable(given: pd.Series) -> pd.Series:
    return Unreadable(given)


def two(given: pd.Series, more: pd.Series) -> pd.Series:
    return given + more
