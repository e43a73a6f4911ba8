"""Telephone numbers, and that the fast library reads them like the reference."""

import os
import random
import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest

from crm_migration.clean.fields import clean_field
from crm_migration.clean.phone import e164, fast_phonenumbers
from tests.clean.columns import cleaned, context, one, spec, table

NUMBERS = [
    ("+49 30 1234567", None, "+49301234567"),
    ("030 1234567", "DE", "+49301234567"),
    ("030/123 45-67", "DE", "+49301234567"),
    ("(030) 1234567", "DE", "+49301234567"),
    ("0049 30 1234567", "DE", "+49301234567"),
    ("0049 30 1234567", None, "+49301234567"),
    ("011 49 30 1234567", "US", "+49301234567"),
    ("Tel.: +49 30 1234567", None, "+49301234567"),
    ("tel:+49-30-1234567", None, "+49301234567"),
    ("+49 (0)30 1234567", None, "+49301234567"),
    ("+49 30 1234567 ext. 12", None, "+49301234567;ext=12"),
    ("+49301234567;ext=12", None, "+49301234567;ext=12"),
    ("(650) 253-0000 x123", "US", "+16502530000;ext=123"),
    ("1-800-FLOWERS", "US", "+18003569377"),
    ("138 0013 8000", "CN", "+8613800138000"),
    ("02 1234 5678", "IT", "+390212345678"),
    ("０３０１２３４５６７", "DE", "+49301234567"),
    ("٠٣٠١٢٣٤٥٦٧", "DE", "+49301234567"),
    ("+1\u00a0650\u2011253\u20110000", None, "+16502530000"),
    ("", "DE", None),
]
NOT_NUMBERS = [
    ("030 1234567", None), ("12", "DE"), ("n/a", "DE"), ("none", "US"), ("+999 123456", None),
    ("555-1234", "US"), ("+49", None), ("0" * 300, "DE"), ("0000000000", "US"), ("john@example.com", "US"),
    ("+1 555 123 4567", None),
]  # fmt: skip

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "plugins")}


@pytest.mark.parametrize(("value", "country", "expected"), NUMBERS)
def test_number(value: str, country: str | None, expected: str | None) -> None:
    assert one(spec("phone"), value, context(country)) == expected


@pytest.mark.parametrize(("value", "country"), NOT_NUMBERS)
def test_not_a_number(value: str, country: str | None) -> None:
    assert one(spec("phone"), value, context(country)) == ("phone",)


def test_the_rows_country_goes_before_the_sources() -> None:
    field = spec("phone", country_from="country")
    countries = ["United Kingdom", "Schweiz", None, "Nowhere", "Old Country"]
    among = context("DE", spellings={"Old Country": "AT"})
    values = clean_field(
        table(["020 7946 0018", *["044 668 18 00"] * 2, "030 1234567", "01 5130000"], country=countries),
        field,
        among,
    )
    assert values.values.to_list() == [
        "+442079460018",
        "+41446681800",
        "+49446681800",
        "+49301234567",
        "+4315130000",
    ]


def test_a_number_may_be_kept_as_given() -> None:
    result = cleaned(spec("phone", on_invalid="keep"), ["  ask Ann  first "])
    assert (result.values[0], result.refused[0], result.found[0]) == ("ask Ann first", None, "phone")


def generated(count: int) -> list[tuple[str, str]]:
    """Example numbers of every country and type, in every format, some with extension and a wrong country."""
    draw = random.Random(7)
    found = []
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (0, 1, 3, 4, 6):
            number = phonenumbers.example_number_for_type(country, kind)
            for form in range(4) if number else ():
                text = phonenumbers.format_number(number, form)
                found.append((text + draw.choice(["", "", " ext. 12", " x5", ";ext=7"]), country))
                found.append((text[: -draw.randint(1, 3)], draw.choice([country, "US", "ZZ"])))
    return draw.sample(found, count)


def test_the_fast_library_is_there() -> None:
    assert fast_phonenumbers.__name__ == "rphonenumbers"


def test_without_the_fast_library_the_reference_reads_everything() -> None:
    program = (
        "import sys; sys.modules['rphonenumbers'] = None\n"
        "from crm_migration.clean import phone\n"
        "library = phone.fast_phonenumbers\n"
        "print(library.__name__, phone._read(['DE030 1234567', 'DEx'], library))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert ran.stdout == "phonenumbers ['+49301234567', None]\n"


def test_the_fast_library_agrees_with_the_reference() -> None:
    cases = generated(2500)
    fast = [e164(fast_phonenumbers, *case) for case in cases]
    slow = [e164(phonenumbers, *case) for case in cases]
    assert [(case, f, s) for case, f, s in zip(cases, fast, slow, strict=True) if f != s] == []
    assert sum(value is not None for value in slow) > 1000
    assert sum(value is None for value in slow) > 300


def test_what_the_fast_library_reads_otherwise_goes_to_the_reference() -> None:
    odd = ["+16502530000～12", "+1 650～253 0000", "+16502530000#9", "＋１６５０２５３００００"]
    expected = [e164(phonenumbers, text, "ZZ") for text in odd]
    assert cleaned(spec("phone", on_invalid="null"), odd).values.to_list() == expected
