"""Values out of a list, and keys."""

from typing import Any

import pytest

from crm_migration.clean.fields import clean_field
from crm_migration.errors import MappingFault
from crm_migration.mapping.boolean_words import FALSE_WORDS, TRUE_WORDS
from tests.clean.columns import cleaned, context, one, spec, table


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "t", "Yes", "y", "on", " 1 "])
def test_true(value: str) -> None:
    assert one(spec("boolean"), value) is True


@pytest.mark.parametrize("value", ["0", "false", "False", "f", "NO", "n", "off"])
def test_false(value: str) -> None:
    assert one(spec("boolean"), value) is False


@pytest.mark.parametrize("value", ["2", "maybe", "-1", "jain", "0.0", "null", "o", "是的吗"])
def test_neither(value: str) -> None:
    assert one(spec("boolean"), value) == ("boolean",)


LANGUAGES = """
ja nein|wahr falsch|oui non|sí no|si no|sim não|vero falso|tak nie|ano ne|да нет|evet hayır|kyllä ei|igen nem
waar onwaar|是 否|真 假|对 不|有 无|對 無|はい いいえ|예 아니오|ＹＥＳ ＮＯ|ＴＲＵＥ ＦＡＬＳＥ|✓ ✗|EVET HAYIR
"""


@pytest.mark.parametrize("pair", LANGUAGES.strip().replace("\n", "|").split("|"))
def test_true_and_false_in_other_languages(pair: str) -> None:
    yes, no = pair.split(" ")
    assert cleaned(spec("boolean"), [yes, no, yes.upper()]).values.to_list() == [True, False, True]


def test_no_word_means_both() -> None:
    assert not set(TRUE_WORDS) & set(FALSE_WORDS)


def test_a_mapping_may_name_its_own_words() -> None:
    field = spec("boolean", true=["Ja", "01"], false=["Nein"])
    assert cleaned(field, ["ja", "01", "NEIN", "", None]).values.to_list() == [True, True, False, None, None]
    assert one(field, "1") == ("boolean",)


STAGES = {"new": "New", "New": "Brand new", "Closed &amp; Won": "Won", " lost ": "Lost", "drop": ""}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("new", "New"),
        ("New", "Brand new"),
        ("NEW", "New"),
        ("Closed & Won", "Won"),
        ("closed &amp; won", "Won"),
        ("lost", "Lost"),
        ("drop", None),
        ("", None),
        (None, None),
        ("other", ("choice",)),
    ],
)
def test_choice(value: str | None, expected: Any) -> None:
    assert one(spec("choice", values=STAGES), value) == expected


def test_case_may_matter() -> None:
    assert one(spec("choice", values={"a": "1", "A": "2"}, ignore_case=False), "A") == "2"
    assert one(spec("choice", values={"a": "1"}, ignore_case=False), "A") == ("choice",)


def test_width_matters_as_little_as_case() -> None:
    field = spec("choice", values={"new": "New", "ＶＩＰ": "Important"})
    assert cleaned(field, ["ＮＥＷ", "vip"]).values.to_list() == ["New", "Important"]
    assert one(spec("choice", values={"new": "New"}, ignore_case=False), "ＮＥＷ") == ("choice",)


def test_a_letter_with_two_capitals_is_one_in_any_case() -> None:
    field = spec("choice", values={"Straße": "street", "sınıf": "class"})
    assert cleaned(field, ["STRASSE", "STRAßE", "SINIF"]).values.to_list() == ["street", "street", "class"]


def test_an_entry_for_blanks() -> None:
    assert cleaned(spec("choice", values={"": "Unknown", "a": "1"}), [None, " ", "a"]).values.to_list() == [
        "Unknown",
        "Unknown",
        "1",
    ]


def test_owner() -> None:
    field = spec("owner", object="users", by="email")
    among = context(lookup={"ann@example.com": "17"})
    assert one(field, " Ann@Example.com", among) == "17"
    assert one(field, "bob@example.com", among) == ("owner",)
    assert one(field, "", among) is None


def test_an_owner_nobody_looked_up_is_no_empty_owner() -> None:
    with pytest.raises(MappingFault, match="table 'users' by 'email' to be looked up"):
        cleaned(spec("owner", object="users", by="email"), ["ann@example.com"])


def test_constant() -> None:
    from tests.clean.columns import _SPECS

    field = _SPECS.validate_python({"kind": "constant", "value": "legacy"})
    assert cleaned(field, ["a", None]).values.to_list() == ["legacy", "legacy"]


@pytest.mark.parametrize(
    ("value", "expected"), [(" 0042 ", "0042"), ("", None), (None, None), ("a\u200bb", "a\u200bb")]
)
def test_reference(value: str | None, expected: str | None) -> None:
    assert one(spec("reference", to="account"), value) == expected


def test_a_key_of_several_columns_needs_them_all() -> None:
    field = spec("reference", to="account", **{"from": ["value", "part"]})
    frame = table(["1", "1", None, "x "], part=["2", " ", "2", "y"])
    assert clean_field(frame, field, context()).values.to_list() == ["1|2", None, None, "x|y"]


def test_a_polymorphic_reference_names_the_entity() -> None:
    field = spec("reference", type_from="type", types={"Accounts": "account", "Leads": "lead"})
    frame = table(["1", "2", "3", "4", None], type=["Accounts", " leads ", "Bugs", None, "Leads"])
    result = clean_field(frame, field, context())
    assert result.values.to_list() == ["account|1", "lead|2", None, None, None]
    assert result.found.null_count() == 5
