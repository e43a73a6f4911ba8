"""What to do about each error code of the Open API; its texts change and are never decided upon."""

from enum import StrEnum


class Remedy(StrEnum):
    """What to do about an answer."""

    NONE = "none"
    RETRY = "retry"
    NEW_TOKEN = "new_token"  # noqa: S105
    MIDNIGHT = "midnight"
    OPERATOR = "operator"
    ROW = "row"
    UNKNOWN = "unknown"
    """Objects answer codes of their own: the row is refused, code and text kept."""


IN_DOUBT = frozenset({-1, -2, 50009})
"""Failures of the server itself: it says that a call failed, and nothing of how far it got."""
RATE = frozenset({14001, 30004})
NEW_TOKEN = frozenset({20005, 20016, 11014})
MIDNIGHT = frozenset({30002})
ROW = frozenset({15002, 32000, 30027, 20012, 30007})
OPERATOR = frozenset(
    {15003, 20006, 20014, 20015, 20020, 20021, 20022, 20023, 30003, *range(10001, 10016), *range(11001, 11019)}
)
OFFSET_OUT_OF_RANGE = 10013

MEANINGS = {
    -1: "the system is busy",
    -2: "the system is busy",
    50009: "the service is away for a moment",
    14001: "too many calls of one interface",
    30004: "too many calls of one interface",
    20005: "the token has expired",
    20016: "the token is not valid",
    11014: "the token is not valid",
    30002: "the day's quota of calls is used up",
    30003: "no quota of calls has been bought",
    10006: "there is no such interface",
    OFFSET_OUT_OF_RANGE: "offset out of range, or a parameter is missing",
    30027: "an employee does not exist",
}
"""In our words; of the other codes only the number is told."""


def remedy_of(code: int) -> Remedy:
    """Return what to do about an error code."""
    classes = (
        (frozenset({0}), Remedy.NONE),
        (IN_DOUBT | RATE, Remedy.RETRY),
        (NEW_TOKEN, Remedy.NEW_TOKEN),
        (MIDNIGHT, Remedy.MIDNIGHT),
        (OPERATOR, Remedy.OPERATOR),
        (ROW, Remedy.ROW),
    )
    return next((remedy for codes, remedy in classes if code in codes), Remedy.UNKNOWN)


def described(code: int) -> str:
    """Return a code with what it means, where that is known."""
    meaning = MEANINGS.get(code)
    return f"code {code} ({meaning})" if meaning else f"code {code}"
