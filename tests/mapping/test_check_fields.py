"""Defaults, bounds, references and parts of the model that a mapping shows to be wrong by themselves."""

import pytest

from tests.mapping.samples import changed, problems


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ('kind: text, max_length: 3, default: "four"', "at most max_length 3 characters"),
        ('kind: text, max_length: 3, on_too_long: truncate, default: "four"', None),
        ('kind: email, default: "nobody"', "an e-mail address"),
        ('kind: email, default: "nobody@example.org"', None),
        ('kind: url, default: "two words"', "a web address"),
        ('kind: url, default: "example.org"', None),
        ('kind: phone, default: "none"', "a telephone number"),
        ('kind: phone, default: "+49 30 123456"', None),
        ('kind: date, default: "31.12.1999"', "a date in one of the formats '%Y-%m-%d'"),
        ('kind: date, default: "1999-12-31"', None),
        ('kind: datetime, default: "soon"', "a datetime in one of the formats 'iso'"),
        ('kind: datetime, default: "1999-12-31T00:00:00Z"', None),
        ('kind: integer, default: "1.5"', "a whole number"),
        ('kind: integer, thousands: ".", default: "1.500"', None),
        ('kind: integer, minimum: 1, default: "0"', "a number of at least 1"),
        ('kind: integer, maximum: 1, default: "2"', "a number of at most 1"),
        ('kind: decimal, default: "1,5"', "a number with '.' before its decimals"),
        ('kind: decimal, decimal_mark: ",", default: "1,5"', None),
        ('kind: decimal, decimal_mark: ",", default: "1.5"', "a number with ',' before its decimals"),
        ('kind: decimal, precision: 4, default: "123.00"', "a number of 4 digits, 2 of them decimals"),
        ('kind: decimal, precision: 4, default: "1.234"', "a number of 4 digits, 2 of them decimals"),
        ('kind: decimal, precision: 4, rounding: half_even, default: "1.234"', None),
        ('kind: decimal, precision: 4, default: "12.3400"', None),
        ('kind: decimal, default: "EUR 5"', "a number with '.' before its decimals"),
        ('kind: money, default: "EUR 5"', None),
        ('kind: money, default: "1.2.3"', "a number with '.' before its decimals"),
        (
            'kind: boolean, default: "maybe"',
            "a word that 'true' or 'false' lists, such as '1', 'true', 't', 'yes', '0', 'false', 'f', 'no'",
        ),
        ('kind: boolean, default: "YES"', None),
        ('kind: choice, values: {a: b}, default: "A"', None),
        ('kind: choice, values: {a: b}, ignore_case: false, default: "z"', "one of the keys of 'values'"),
        ('kind: country, default: "UK"', "an ISO 3166 country"),
        ('kind: country, default: "de"', None),
        ('kind: country, default: "Deutschland"', None),
    ],
)
def test_a_default_must_be_readable_by_its_own_field(tmp_path, spec, expected):
    found = problems(tmp_path, changed(("{kind: name, from: first, max_length: 60}", f"{{{spec}, from: first}}")))
    if expected is None:
        assert found == []
    else:
        default = spec.rpartition("default: ")[2].strip('"')
        column = 20 + len(spec.rpartition("default: ")[0]) + len("default: ")
        place = "entities.contact.fields.first_name.default"
        assert found == [f"49:{column}: {place}: expected {expected}, found '{default}'"]


def test_a_default_close_to_a_choice_is_recognised(tmp_path):
    text = changed(
        ("        max_length: 10\n", "        max_length: 10\n        default: warm\n"),
        ('"2": warm', "warn: warm"),
    )
    assert problems(tmp_path, text) == [
        "34:18: entities.account.fields.rating.default: expected one of the keys of 'values', found "
        "'warm' (did you "
        "mean 'warn'?)"
    ]


def test_bounds_of_a_number_must_not_cross(tmp_path):
    text = changed(("{kind: date, from: birthday, ", "{kind: integer, minimum: 9, maximum: 3, from: birthday} #"))
    assert problems(tmp_path, text) == [
        "55:38: entities.contact.fields.born.minimum: expected at most the maximum of 3, found 9"
    ]


def test_required_references_in_a_circle_are_refused(tmp_path):
    text = changed(
        (
            "    expectations:\n",
            "      main_contact: {kind: reference, from: main, to: contact, required: true}\n    expectations:\n",
        )
    )
    circle = "expected one optional reference in the circle of account and contact, found only required ones"
    assert problems(tmp_path, text) == [
        f"38:74: entities.account.fields.main_contact.required: {circle}",
        f"61:75: entities.contact.fields.account_id.required: {circle}",
    ]


def test_a_reference_to_another_fault_is_judged_once(tmp_path):
    """Rules that look at a field whose kind is at fault keep silent."""
    text = changed(("changed_at: {kind: datetime, from: changed}", "changed_at: {kind: zzz, from: changed}"))
    (problem,) = problems(tmp_path, text)
    assert problem.startswith("56:26: entities.contact.fields.changed_at.kind: expected one of 'text', ")


MODELLED = "guards: {given_name: first_name}"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("{given_name: first_name, birth_date: born}", []),
        (
            "{given_name: first_name, street: street, city: street}",
            ["model.fields.city: expected each field in one part, found street as street already"],
        ),
        (
            "{given_name: first_name, email: [email, email]}",
            ["model.fields.email: expected each field in one part, found email as email already"],
        ),
        (
            "{given_name: first_name, birth_date: changed_at}",
            [
                "model.fields.birth_date: expected a date, found the datetime changed_at, whose day depends on "
                "the zone",
            ],
        ),
    ],
)
def test_a_field_plays_one_part_of_the_model_and_fits_it(tmp_path, fields, expected):
    model = f"model: {{kind: person, fields: {fields}}}"
    found = problems(tmp_path, changed((MODELLED, f"{model}\n      {MODELLED}")))
    assert [text.split("entities.contact.match.")[1] for text in found] == expected
