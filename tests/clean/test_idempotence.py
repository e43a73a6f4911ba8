"""What cleaning promises of every kind, on values such as customers' systems hold: clean stays clean, none is lost."""

import html
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.mapping.boolean_words import FALSE_WORDS, TRUE_WORDS
from crm_migration.mapping.fields import FieldSpec
from tests.clean import realistic
from tests.clean.columns import cleaned, context, spec

SOME = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AMONG = context("DE", lookup={"ann": "17", "17": "17"})
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 local times
AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)
CASES: dict[str, list[tuple[dict[str, Any], st.SearchStrategy[str]]]] = {
    "text": [
        ({}, realistic.NAMES | realistic.HTML),
        ({"multiline": True}, realistic.HTML),
        ({"html": "text"}, realistic.HTML),
        ({"html": "text", "multiline": True}, realistic.HTML),
        ({"html": "escaped_text"}, realistic.HTML),
        ({"html": "keep"}, realistic.HTML),
        ({"case": "upper"}, realistic.NAMES),
        ({"max_length": 5, "on_too_long": "truncate"}, realistic.NAMES),
    ],
    "name": [
        *(({"case": case}, realistic.NAMES | realistic.COMPANIES) for case in ("whole", "words", "keep")),
        ({"comma": "family_first"}, realistic.NAMES | realistic.COMPANIES),
        ({"part": "title"}, realistic.NAMES),
        ({"part": "suffix"}, realistic.NAMES),
        ({"part": "bare"}, realistic.NAMES),
    ],
    "company": [({"part": part}, realistic.COMPANIES) for part in ("whole", "base", "legal_form")],
    "email": [({"on_invalid": "keep", "idn": idn}, realistic.EMAILS) for idn in ("keep", "ascii", "unicode")],
    "phone": [({"on_invalid": "keep"}, realistic.PHONES)],
    "date": [
        ({"formats": ["iso", "%d.%m.%Y"]}, MOMENTS.map(lambda moment: f"{moment:%d.%m.%Y}")),
        ({"formats": ["iso", "chinese"]}, MOMENTS.map(lambda moment: f"{moment.year}年{moment.month}月{moment.day}日")),
        ({"formats": ["iso", "roc"]}, MOMENTS.map(lambda moment: f"{moment.year - 1911}/{moment:%m/%d}")),
        ({"formats": ["iso", "%d.%m.%y"], "pivot": 30}, MOMENTS.map(lambda moment: f"{moment:%d.%m.%y}")),
        ({"formats": ["iso", "excel_serial"]}, st.integers(61, 80_000).map(str)),
    ],
    "datetime": [
        ({"timezone": "Europe/Berlin"}, MOMENTS.map(str)),
        ({"timezone": "Europe/Berlin", "repeated_times": "second"}, MOMENTS.map(str)),
        ({"formats": ["iso", "epoch_seconds"]}, st.integers(-(10**9), 4 * 10**9).map(str)),
    ],
    "integer": [({"thousands": ","}, st.integers(-(10**12), 10**12).map("{:,}".format))],
    "decimal": [({"thousands": ","}, AMOUNTS.map("{:,}".format))],
    "money": [
        ({"thousands": ","}, AMOUNTS.map("$ {:,}".format)),
        ({"thousands": ","}, AMOUNTS.map(abs).map("({:,} USD)".format)),
        ({}, st.integers(1, 9999).map("¥{}万".format)),
    ],
    "currency": [({"on_invalid": "null"}, realistic.CURRENCY_NAMES)],
    "boolean": [({}, st.sampled_from(TRUE_WORDS + FALSE_WORDS))],
    "choice": [
        ({"values": {"new": "New", "New": "New", "客户": "VIP", "VIP": "VIP"}}, st.sampled_from(["NEW", "客户"]))
    ],
    "country": [({}, realistic.COUNTRY_NAMES)],
    "language": [({}, st.sampled_from(["de", "zh_hans_cn", "Deutsch", "简体中文", "en-us"]))],
    "url": [({"on_invalid": "keep"}, realistic.URLS)],
    "address": [({"part": "street"}, realistic.STREETS), ({"part": "postal_code"}, realistic.CODES)],
    "reference": [({"to": "account"}, realistic.NAMES)],
    "owner": [({"object": "users", "by": "name"}, st.sampled_from(["ann", "ANN"]))],
    "file": [({"of": "bytes", "on_invalid": "null"}, st.sampled_from([f"sha256:{'0a' * 32}:12", "sha256:0a:12"]))],
}
KINDS = [(kind, options, values) for kind, cases in CASES.items() for options, values in cases]


def test_every_kind_is_here() -> None:
    kinds = {get_args(part.model_fields["kind"].annotation)[0] for part in get_args(get_args(FieldSpec)[0])}
    assert kinds - set(CASES) == {"constant"}


def written(value: Any) -> str | None:
    """A clean value as the source would have to write it."""
    return value.isoformat() if isinstance(value, date | datetime) else None if value is None else str(value)


@pytest.mark.parametrize(("kind", "options", "values"), KINDS, ids=lambda part: part if isinstance(part, str) else None)
@SOME
@given(data=st.data())
def test_a_clean_value_is_never_changed(
    kind: str, options: dict[str, Any], values: st.SearchStrategy[str], data: st.DataObject
) -> None:
    field = spec(kind, **options)
    given_values = data.draw(st.lists(values, min_size=1, max_size=25))
    once = cleaned(field, [*given_values], AMONG).values.to_list()
    assert any(value is not None for value in once) or kind in ("text", "name", "company", "currency", "file")
    twice_field = field.model_copy(update={"decimal_mark": ".", "thousands": ""}) if kind == "money" else field
    assert cleaned(twice_field, [written(value) for value in once], AMONG).values.to_list() == once


@SOME
@given(values=st.lists(realistic.NAMES, min_size=1, max_size=25))
@pytest.mark.parametrize("part", ["given", "family", "bare"])
def test_a_part_of_a_name_is_a_clean_name(part: str, values: list[str]) -> None:
    # Which part it was can no longer be told: "Ann" may be given or family name. As a name it is clean.
    parts = cleaned(spec("name", part=part), [*values]).values.to_list()
    assert cleaned(spec("name"), parts).values.to_list() == [part and written(part) for part in parts]


def letters(*texts: str | None) -> Counter[str]:
    """The letters and digits of texts, without regard to case and to how they are composed."""
    joined = "".join(text or "" for text in texts)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", joined).casefold())
    return Counter(letter for letter in plain if letter.isalnum())


KEEPING = [
    ("text", {}, realistic.NAMES),
    ("name", {}, realistic.NAMES),
    ("name", {"case": "words", "comma": "family_first"}, realistic.NAMES | realistic.COMPANIES),
    ("company", {}, realistic.COMPANIES),
    ("address", {"part": "street"}, realistic.STREETS),
    ("address", {"part": "postal_code"}, realistic.CODES),
    ("reference", {"to": "account"}, realistic.NAMES),
]


@pytest.mark.parametrize(
    ("kind", "options", "values"), KEEPING, ids=lambda part: part if isinstance(part, str) else None
)
@SOME
@given(data=st.data())
def test_no_letter_and_no_digit_is_lost(
    kind: str, options: dict[str, Any], values: st.SearchStrategy[str], data: st.DataObject
) -> None:
    given_values = data.draw(st.lists(values, min_size=1, max_size=25))
    for value, clean in zip(given_values, cleaned(spec(kind, **options), [*given_values]).values, strict=True):
        assert letters(value) == letters(clean)


@SOME
@given(values=st.lists(realistic.HTML, min_size=1, max_size=25))
def test_what_html_shows_is_never_lost(values: list[str]) -> None:
    shown = cleaned(spec("text"), [*values]).values.to_list()
    pages = [f"<p>{html.escape(value)}</p>" if value else None for value in shown]
    texts = cleaned(spec("text", html="text"), [*pages]).values.to_list()
    assert [html.unescape(text) if text else None for text in texts] == shown


@SOME
@given(values=st.lists(realistic.NAMES | realistic.COMPANIES, min_size=1, max_size=25))
def test_the_parts_of_a_name_are_the_whole_name(values: list[str]) -> None:
    parts = [cleaned(spec("name", part=part), [*values]).values for part in ("title", "given", "family", "suffix")]
    for value, *found in zip(values, *parts, strict=True):
        assert letters(value) == letters(*found)


@SOME
@given(values=st.lists(realistic.COMPANIES, min_size=1, max_size=25))
def test_base_and_legal_form_are_the_whole_company(values: list[str]) -> None:
    bases, forms = (cleaned(spec("company", part=part), [*values]).values for part in ("base", "legal_form"))
    for value, base, form in zip(values, bases, forms, strict=True):
        assert letters(value) == (letters(base) if base == form else letters(base, form))


@SOME
@given(values=st.lists(realistic.EMAILS, min_size=1, max_size=25))
def test_the_local_part_of_an_address_is_never_touched(values: list[str]) -> None:
    for value, clean in zip(values, cleaned(spec("email"), [*values]).values, strict=True):
        assert clean.rpartition("@")[0] in value


@SOME
@given(values=st.lists(realistic.PHONES, min_size=1, max_size=25))
def test_an_extension_is_never_lost(values: list[str]) -> None:
    for value, clean in zip(values, cleaned(spec("phone", on_invalid="null"), [*values], AMONG).values, strict=True):
        extension = value.rpartition(next((mark for mark in ("ext. ", "转", " x", "ext=") if mark in value), "\n"))[2]
        assert clean is None or ("ext" not in clean) == (extension == value)
        assert clean is None or extension == value or clean.endswith(f";ext={extension}")


@SOME
@given(amount=AMOUNTS)
def test_an_amount_is_the_same_in_every_notation(amount: Decimal) -> None:
    american = f"{amount:,.2f}"
    european = american.translate(str.maketrans(",.", ".,"))
    notations = [
        ({"thousands": ","}, american),
        ({"thousands": ",", "currency": "USD"}, f"US$ {american}"),
        ({"thousands": ".", "decimal_mark": ","}, f"{european} €"),
        ({"thousands": "'"}, american.replace(",", "'")),
        ({"decimal_mark": ","}, european.replace(".", "\u00a0")),
        ({"decimal_mark": ","}, european.replace(".", " ").removeprefix("-") + ("-" if amount < 0 else "")),
    ]
    for options, text in notations:
        assert cleaned(spec("money", **options), [text]).values.to_list() == [amount]


@SOME
@given(code=realistic.CODES, country=realistic.POSTAL_COUNTRIES)
def test_a_postal_code_in_its_countrys_form_stays(code: str, country: str) -> None:
    field, among = spec("address", part="postal_code"), context(country)
    once = cleaned(field, [code], among)
    twice = cleaned(field, once.values.to_list(), among)
    assert twice.values.to_list() == once.values.to_list()
    assert dict(twice.flags).keys() == dict(once.flags).keys()


def test_moments_are_in_utc() -> None:
    assert cleaned(spec("datetime"), ["2024-05-01T12:00:00+02:00"]).values[0] == datetime(2024, 5, 1, 10, tzinfo=UTC)
