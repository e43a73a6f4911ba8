"""Dates as Chinese writes them: 2024年5月1日, 二〇二四年五月一日, and years of the Republic, 民國113年5月1日.

A year of the Republic (民國) is the common year less 1911. With the word it is always told apart; 113/05/01 and
1130501 are such dates only where the format says so.
"""

import re
import unicodedata

CHINESE, REPUBLIC = "chinese", "roc"
FIRST_YEAR_LESS_ONE = 1911
NOON = 12
LONGEST = 60
DIGITS = {character: index for index, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "元": 1}
NUMERAL = f"[{''.join(DIGITS)}十廿卅百]"
COUNTED = re.compile(
    "(?:(?P<hundreds>[一二三四五六七八九])百零?)?(?P<ten>(?P<tens>[一二三四五六七八九])?十)?(?P<ones>[一二三四五六七八九])?"
)
AFTERNOON = ("下午", "晚上", "傍晚", "晚")
BEFORE_NOON = ("上午", "凌晨", "早上")
MIDDAY, MIDDAY_ENDS = "中午", 3
LATE = ("晚上", "晚", "傍晚")
HALVES = "上午|下午|凌晨|早上|中午|晚上|傍晚|晚"
ERA = "(?:中華)?(?:中华)?民[國国]"
TIME = r"(?P<hour>[0-9]{1,2})[:时時点點] ?(?P<minute>[0-9]{1,2})(?:[:分] ?(?P<second>[0-9]{1,2}))?[分秒]?"
CLOCK = rf"(?: ?(?P<half>{HALVES})? ?{TIME})?"
MONTH_AND_DAY = r" ?(?P<month>[0-9]{1,2}) ?月 ?(?P<day>[0-9]{1,2}) ?[日号號]"
COMMON = re.compile(rf"(?:(?P<year>[0-9]{{4}})|{ERA} ?(?P<era>[0-9]{{1,3}})) ?年{MONTH_AND_DAY}{CLOCK}")
WITH_HALF = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[/.-])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    rf" ?(?P<half>{HALVES}) ?{TIME}"
)
OF_REPUBLIC = re.compile(rf"(?:{ERA})? ?(?P<era>[0-9]{{1,3}}) ?年{MONTH_AND_DAY}{CLOCK}")
PLAIN = re.compile(
    rf"(?:{ERA} ?)?(?P<era>[0-9]{{1,3}})(?P<mark>[/.-])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}}){CLOCK}"
)
PACKED = re.compile(r"(?P<era>[0-9]{2,3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")


def iso_text(text: str, pattern: str) -> str | None:
    """Return a date that the format `chinese` or `roc` reads as `YYYY-MM-DD HH:MM:SS`, None for any other text."""
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", re.sub(f"{NUMERAL}+", _in_digits, text))
    forms = (COMMON, WITH_HALF) if pattern == CHINESE else (OF_REPUBLIC, PLAIN, PACKED)
    found = next((match for form in forms if (match := form.fullmatch(plain))), None)
    return _written(found.groupdict()) if found else None


def _written(parts: dict[str, str | None]) -> str | None:
    if not parts.get("year") and not int(parts["era"] or 0):
        return None  # the Republic has no year 0
    year = int(parts.get("year") or FIRST_YEAR_LESS_ONE + int(parts["era"] or 0))
    hour = _hour(int(parts.get("hour") or 0), parts.get("half"))
    if hour is None:
        return None
    date = f"{year:04}-{int(parts['month'] or 0):02}-{int(parts['day'] or 0):02}"
    return f"{date} {hour:02}:{int(parts.get('minute') or 0):02}:{int(parts.get('second') or 0):02}"


def _hour(hour: int, half: str | None) -> int | None:
    """Return the hour of the day, None for one that its half of the day does not have."""
    if (half in LATE and hour == NOON) or (half in BEFORE_NOON and hour > NOON):
        return None
    if half in BEFORE_NOON and hour == NOON:
        return 0
    early = half in AFTERNOON or (half == MIDDAY and hour <= MIDDAY_ENDS)
    return hour + NOON if early and hour < NOON else hour


def _in_digits(match: re.Match[str]) -> str:
    """Return a Chinese numeral in digits: place by place (二〇二四), or with tens (十二, 二十, 廿一)."""
    text = match[0].replace("廿", "二十").replace("卅", "三十")
    if not {"十", "百"} & set(text):
        return "".join(str(DIGITS[character]) for character in text)
    parts = COUNTED.fullmatch(text)
    if parts is None:
        return match[0]
    hundreds, ten, tens, ones = parts["hundreds"], parts["ten"], parts["tens"], parts["ones"]
    counted = 100 * DIGITS[hundreds] if hundreds else 0
    counted += 10 * (DIGITS[tens] if tens else 1) if ten else 0
    return str(counted + (DIGITS[ones] if ones else 0))


def written(year: int, month: int, day: int, pattern: str) -> str:
    """Return a date as the format `chinese` or `roc` writes it."""
    if pattern == CHINESE:
        return f"{year}年{month}月{day}日"
    return f"{year - FIRST_YEAR_LESS_ONE}/{month:02}/{day:02}"
