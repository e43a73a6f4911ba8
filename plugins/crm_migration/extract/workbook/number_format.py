"""Which number formats make a date, a time or a duration of a number.

Source: ECMA-376 part 1, 18.8.30 (numFmts) and 18.8.31; the numbers of the built-in formats include the East Asian
ones, which the standard leaves to the application's language.
"""

import re
from typing import Literal

Moment = Literal["date", "time", "datetime", "duration", "either"]
"""What a number shows: `either` is a date, a time or both, by its value."""

BUILT_IN: dict[int, Moment] = {
    **dict.fromkeys((14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), "time"),
    22: "datetime",
    46: "duration",
    **dict.fromkeys((34, 35, 55, 56), "either"),
}
ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]")
NO_TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?')
HALF_DAY = re.compile(r"am/pm|a/p|上午/下午")


def moment_of(code: str) -> Moment | None:
    """Return what a number with this format code shows; None for a plain number.

    Only the code's first section counts, the one for positive numbers.
    """
    lowered = code.lower()
    if ELAPSED.search(re.sub(r'"[^"]*"|\\.', "", lowered).split(";")[0]):
        return "duration"
    tokens = NO_TOKEN.sub("", lowered).split(";")[0].replace("general", "")
    if "#" in tokens or "?" in tokens:
        return None
    has_time = bool(HALF_DAY.search(tokens)) or "h" in tokens or "s" in tokens
    has_date = "y" in tokens or "d" in tokens or "aaa" in tokens or ("m" in HALF_DAY.sub("", tokens) and not has_time)
    if has_date:
        return "datetime" if has_time else "date"
    return "time" if has_time else None
