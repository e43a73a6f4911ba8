"""How values of each kind look: the regular expressions that `kinds` counts, in the words of the mapping.

Only shapes are tested, and ranges where they tell two formats apart; whether a value is valid is the clean room's
business.
"""

from dataclasses import dataclass

_YEAR, _SHORT_YEAR = "(?:1[5-9]|2[01])[0-9]{2}", "[0-9]{2}"
_MONTH, _DAY = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_FULL_MONTH, _FULL_DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_NAME = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_LONG_NAME = "(?i:january|february|march|april|may|june|july|august|september|october|november|december)"
_DATES = {
    "%Y-%m-%d": f"{_YEAR}-{_FULL_MONTH}-{_FULL_DAY}",
    "%Y/%m/%d": f"{_YEAR}/{_MONTH}/{_DAY}",
    "%Y.%m.%d": f"{_YEAR}\\.{_MONTH}\\.{_DAY}",
    "%Y%m%d": f"(?:19|20)[0-9]{{2}}{_FULL_MONTH}{_FULL_DAY}",
    "%Y年%m月%d日": f"{_YEAR}年{_MONTH}月{_DAY}日",
    "%d.%m.%Y": f"{_DAY}\\.{_MONTH}\\.{_YEAR}",
    "%d/%m/%Y": f"{_DAY}/{_MONTH}/{_YEAR}",
    "%m/%d/%Y": f"{_MONTH}/{_DAY}/{_YEAR}",
    "%d-%m-%Y": f"{_DAY}-{_MONTH}-{_YEAR}",
    "%m-%d-%Y": f"{_MONTH}-{_DAY}-{_YEAR}",
    "%d.%m.%y": f"{_DAY}\\.{_MONTH}\\.{_SHORT_YEAR}",
    "%d/%m/%y": f"{_DAY}/{_MONTH}/{_SHORT_YEAR}",
    "%m/%d/%y": f"{_MONTH}/{_DAY}/{_SHORT_YEAR}",
    "%d %b %Y": f"{_DAY} {_SHORT_NAME} {_YEAR}",
    "%d-%b-%Y": f"{_DAY}-{_SHORT_NAME}-{_YEAR}",
    "%d-%b-%y": f"{_DAY}-{_SHORT_NAME}-{_SHORT_YEAR}",
    "%b %d, %Y": f"{_SHORT_NAME} {_DAY}, {_YEAR}",
    "%d %B %Y": f"{_DAY} {_LONG_NAME} {_YEAR}",
    "%B %d, %Y": f"{_LONG_NAME} {_DAY}, {_YEAR}",
}
_HOUR, _SIXTY = "(?:[01]?[0-9]|2[0-3])", "[0-5][0-9]"
_CLOCKS = {
    " %H:%M": f" {_HOUR}:{_SIXTY}",
    " %H:%M:%S": f" {_HOUR}:{_SIXTY}:{_SIXTY}",
    " %I:%M %p": f" (?:0?[1-9]|1[0-2]):{_SIXTY} (?i:am|pm)",
    " %I:%M:%S %p": f" (?:0?[1-9]|1[0-2]):{_SIXTY}:{_SIXTY} (?i:am|pm)",
}
_ISO_CLOCK = f"[T ][0-9]{{2}}:{_SIXTY}(?::{_SIXTY}(?:[.,][0-9]{{1,9}})?)?"
_OFFSET = " ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2}){0,2})"
ISO = "iso"
DATES = {name: f"^{body}$" for name, body in _DATES.items()}
DATETIMES = {
    ISO: f"^{_DATES['%Y-%m-%d']}{_ISO_CLOCK}(?:{_OFFSET})?$",
    **{
        name + clock: f"^{body}{tail}$"
        for name, body in _DATES.items()
        if name not in ("%Y-%m-%d", "%Y%m%d")
        for clock, tail in _CLOCKS.items()
    },
}
CLOCK = "[0-9]:[0-5][0-9]"
DAY_LIKE = f"^(?:[0-9]{{1,4}}[-/. 年]|[0-9]{{8}}$|{_SHORT_NAME}[a-z]* [0-9])"
"""What every moment, and every date, has at least."""
ZERO_DATE = r"^(?:0000[-/.]00[-/.]00|00[-/.]00[-/.]0000)(?:[T ][0:.]*Z?)?$"
"""What some databases hold instead of no date; neither for nor against a date."""


def swapped(pattern: str) -> str | None:
    """Return the format that reads day and month of `pattern` the other way round, None where nobody writes so."""
    if pattern.startswith(("%d/%m/", "%d-%m-")):
        return pattern.replace("%d", "%#").replace("%m", "%d").replace("%#", "%m")
    if pattern.startswith(("%m/%d/", "%m-%d-")):
        return pattern.replace("%m", "%#").replace("%d", "%m").replace("%#", "%d")
    return None


@dataclass(frozen=True)
class Notation:
    """How numbers are written: the mark before the decimals, and the one between thousands."""

    mark: str = "."
    thousands: str = ""

    @property
    def pattern(self) -> str:
        """Return the expression of numbers with decimals or groups in this notation."""
        point = rf"\{self.mark}"
        if not self.thousands:
            return rf"^[-+]?[0-9]+{point}[0-9]+$"
        group = "['’]" if self.thousands == "'" else "[  \u202f]" if self.thousands == " " else rf"\{self.thousands}"
        return rf"^[-+]?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]+)?$"


NOTATIONS = (
    Notation(".", ""),
    Notation(",", ""),
    Notation(".", ","),
    Notation(",", "."),
    Notation(".", " "),
    Notation(",", " "),
    Notation(".", "'"),
    Notation(",", "'"),
)
INTEGER = "^[-+]?[0-9]{1,18}$"
PADDED = "^[-+]?0[0-9]+$"
_SIGNS = r"(?:\p{Sc}|[A-Za-z]{1,3}\p{Sc}|[A-Z]{3}|kr\.?|Kč|zł|Ft|Fr\.?|руб\.?|元|円|圆)"
CURRENCY = rf"^[-+(]? ?{_SIGNS} ?[-+(]?[0-9.]|[0-9] ?{_SIGNS}[ )-]*$"
CURRENCY_PARTS = rf"{_SIGNS}|[()]| +$|^ +"
EMAIL = r"^(?i:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}$"
PHONE = r"^(?:\+|00)?[0-9(][-0-9() ./]{5,22}(?: ?(?i:ext\.?|x) ?[0-9]{1,7})?$"
DIALLED = r"^(?:\+|00[1-9]|0[1-9]|\()|^1?[-. ]?[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}"
URL = r"^(?i:(?:https?|ftp)://\S+|www\.\S+|(?:[\p{L}0-9-]+\.)+(?:com|org|net|edu|gov|info|biz|io|eu|example|[a-z]{2})(?:/\S*)?)$"
BARE_FILE = r"(?i)\.(?:js|md|py|sh|gz|db)$"
