"""What is sent and read back is the value that was meant."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.load.fxiaoke.values import LISTS, Unfit, to_json, to_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = st.sampled_from(["Asia/Shanghai", "Asia/Kathmandu", "America/Sao_Paulo", "Europe/Berlin", "UTC"]).map(ZoneInfo)
WORDS = st.text(st.characters(exclude_characters=";", exclude_categories=["Cs"]), min_size=1)


def back(kind: str, text: str | None, zone: ZoneInfo = SHANGHAI) -> str | None:
    """Return a text that went to the CRM and came back, as JSON both times."""
    sent = msgspec.json.encode(to_json(kind, text, zone))
    return to_text(kind, msgspec.json.Decoder(float_hook=Decimal).decode(sent), zone)


@given(st.dates(date(1800, 1, 1), date(9990, 1, 1)), ZONES)
def test_a_date_is_the_same_day_in_every_zone(day: date, zone: ZoneInfo) -> None:
    assert back("date", day.isoformat(), zone) == day.isoformat()


@given(st.datetimes(datetime.fromisoformat("1800-01-01"), datetime.fromisoformat("9990-01-01")), ZONES)
def test_a_moment_keeps_its_milliseconds(moment: datetime, zone: ZoneInfo) -> None:
    kept = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert back("date_time", moment.isoformat(" ", "microseconds"), zone) == kept.isoformat(" ", "microseconds")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.sampled_from(["number", "currency"]))
def test_a_number_keeps_every_digit(number: Decimal, kind: str) -> None:
    assert back(kind, format(number, "f")) == format(number, "f")


@pytest.mark.parametrize("written", ["0.1", "12345678901234567890.12", "100.10"])
def test_a_number_that_comes_as_one_keeps_every_digit_too(written: str) -> None:
    read = msgspec.json.Decoder(float_hook=Decimal).decode(written.encode())
    assert to_text("currency", read, SHANGHAI) == written


@given(WORDS, st.sampled_from(["text", "long_text", "select_one", "email", "object_reference", "of_another_day"]))
def test_text_is_untouched(text: str, kind: str) -> None:
    assert back(kind, text) == text


@given(st.lists(WORDS, min_size=1), st.sampled_from(sorted(LISTS)))
def test_several_values_stay_several(words: list[str], kind: str) -> None:
    assert to_json(kind, ";".join(words), SHANGHAI) == words
    assert back(kind, ";".join(words)) == ";".join(words)


@pytest.mark.parametrize("truth", ["1", "0"])
def test_a_truth_is_a_json_truth(truth: str) -> None:
    assert to_json("true_or_false", truth, SHANGHAI) is (truth == "1")
    assert back("true_or_false", truth) == truth


@pytest.mark.parametrize("kind", ["text", "date", "number", "employee", "select_many", "true_or_false"])
def test_nothing_stays_nothing(kind: str) -> None:
    assert to_json(kind, None, SHANGHAI) is None
    assert to_json(kind, "", SHANGHAI) is None
    assert to_text(kind, None, SHANGHAI) is None
    assert to_text(kind, [], SHANGHAI) is None


def test_known_values_are_what_the_interface_documents() -> None:
    assert to_json("date", "2021-04-30", SHANGHAI) == 1619712000000
    assert to_json("date_time", "2021-04-26 07:40:13.071000", SHANGHAI) == 1619422813071
    assert to_json("currency", "100.01", SHANGHAI) == "100.01"
    assert to_json("employee", "1000", SHANGHAI) == ["1000"]
    assert to_json("time", "02:30:00", SHANGHAI) == 9000000


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "1e5"),
        ("number", "NaN"),
        ("currency", "一百"),
        ("date", "31.01.2026"),
        ("date", "0001-01-01"),
        ("date_time", "yesterday..."),
        ("true_or_false", "perhaps"),
        ("time", "25:00"),
    ],
)
def test_what_is_no_value_is_refused_without_being_quoted(kind: str, text: str) -> None:
    with pytest.raises(Unfit) as caught:
        to_json(kind, text, SHANGHAI)
    assert text not in str(caught.value)


@given(
    st.sampled_from(["date", "date_time", "time", "number", "true_or_false", "text", "employee"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
        max_leaves=5,
    ),
)
def test_no_answer_of_the_target_breaks_the_reading(kind: str, value: object) -> None:
    assert isinstance(to_text(kind, value, SHANGHAI), str | None)
