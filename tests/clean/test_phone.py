"""Telephone numbers, and that the fast library reads them like the reference."""

import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import phonenumbers
import pytest

from crm_migration.clean import phone
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
    ("010-6552 9988转8001", "CN", "+861065529988;ext=8001"),
    ("010-6552 9988 分机：12", "CN", "+861065529988;ext=12"),
    ("02-2311 1111 （內線22）", "TW", "+886223111111;ext=22"),
    ("030 1234567 DW 12", "DE", "+49301234567;ext=12"),
    ("030 1234567, Durchwahl: 12", "DE", "+49301234567;ext=12"),
    ("01 42 68 53 00 poste 12", "FR", "+33142685300;ext=12"),
    ("+7 495 123-45-67 доб. 12", None, "+74951234567;ext=12"),
    ("", "DE", None),
]
NOT_NUMBERS = [
    ("030 1234567", None), ("12", "DE"), ("n/a", "DE"), ("none", "US"), ("+999 123456", None),
    ("555-1234", "US"), ("+49", None), ("0" * 300, "DE"), ("0000000000", "US"), ("john@example.com", "US"),
    ("+1 555 123 4567", None), ("030 1234567 / 0171 1234567", "DE"), ("13800138000（张三）", "CN"),
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


TYPES = sorted(phonenumbers.PhoneNumberType.values())
FORMS = [getattr(phonenumbers.PhoneNumberFormat, name) for name in ("E164", "INTERNATIONAL", "NATIONAL", "RFC3966")]


def examples() -> dict[str, list[phonenumbers.PhoneNumber]]:
    """What libphonenumber itself gives as examples: each region, each type of number that it has there."""
    found = {
        region: [number for kind in TYPES if (number := phonenumbers.example_number_for_type(region, kind))]
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    }
    assert len(found) > 240
    assert sum(map(len, found.values())) > 1300
    return found


@pytest.mark.parametrize("accelerator", [fast_phonenumbers, phonenumbers], ids=lambda library: library.__name__)
def test_examples_of_every_region_and_type_are_what_libphonenumber_says(
    accelerator: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "fast_phonenumbers", accelerator)
    wrong = []
    for region, numbers in examples().items():
        written = [phonenumbers.format_number(number, form) for number in numbers for form in FORMS]
        wanted = [phonenumbers.format_number(number, FORMS[0]) for number in numbers for _ in FORMS]
        found = cleaned(spec("phone"), written, context(region)).values.to_list()
        wrong += [(region, *three) for three in zip(written, wanted, found, strict=True) if three[1] != three[2]]
    assert wrong == []


def test_numbers_of_no_region_are_what_libphonenumber_says() -> None:
    numbers = [
        phonenumbers.example_number_for_non_geo_entity(code) for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    ]
    written = [phonenumbers.format_number(number, FORMS[1]) for number in numbers]
    wanted = [phonenumbers.format_number(number, FORMS[0]) for number in numbers]
    assert cleaned(spec("phone"), written).values.to_list() == wanted


def test_a_number_read_from_letters_is_flagged() -> None:
    values = ["1-800-FLOWERS", "650 253 0000 abc", "650 253 0000 ext. 12", "650 253 0000;ext=12", "tel: 650 253 0000"]
    flags = cleaned(spec("phone", on_invalid="null"), values, context("US")).flags
    assert flags["letters"].to_list() == [True, False, False, False, False]
    assert cleaned(spec("phone"), ["030 1234567 abc"], context("DE")).flags["letters"].to_list() == [True]
