"""The parts of a proposal by themselves: names, the pairing, a target's values, YAML that nothing breaks out of."""

import itertools
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.suggest.naming import likeness, words
from crm_migration.suggest.pairing import best_pairs
from crm_migration.suggest.render import comment, flow, scalar
from crm_migration.suggest.vocabulary import listed_values, proposed, snake

LEAST = 0.5


@pytest.mark.parametrize(
    "names",
    [
        ("billing_address_postalcode", "BillingPostalCode", "billing_zip", "Billing Zip/Postal Code"),
        ("date_entered", "CreatedDate", "created_at", "Erstellt am", "创建时间"),
        ("phone_office", "Telefon", "Business Phone", "联系电话"),
        ("assigned_user_id", "OwnerId", "Account Owner", "负责人"),
        ("npe01__Email__c", "email_c", "E-Mail", "EMAIL_ADDRESS", "email1"),
        ("opportunities", "Deal", "商机"),
        ("surname", "LastName", "Nachname", "apellidos", "姓"),
    ],
)
def test_names_of_one_thing_say_the_same(names: tuple[str, ...]) -> None:
    assert {words(name) for name in names} == {words(names[0])}


@pytest.mark.parametrize(
    ("nearer", "farther", "wanted"),
    [
        ("phone_mobile", "phone_work", "mobile"),
        ("email_address", "email_address_caps", "email"),
        ("amount", "amount_usdollar", "amount"),
        ("billing_city", "shipping_city", "billing_city"),
        ("desciption", "decision", "description"),
        ("adress_country", "adress_county", "country"),
    ],
)
def test_the_nearer_name_is_liked_better(nearer: str, farther: str, wanted: str) -> None:
    assert likeness(words(nearer), words(wanted)) > likeness(words(farther), words(wanted))


NAMES = st.lists(st.sampled_from(["id", "name", "phone", "mobile", "billing", "city", "account", "date"]), max_size=4)


@given(NAMES.map(tuple), NAMES.map(tuple))
def test_likeness_is_a_share_and_whole_only_for_the_same_words(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    found = likeness(one, other)
    assert 0 <= found <= 1
    assert (found == 1) == (bool(one) and set(one) == set(other))


@given(st.lists(st.lists(st.sampled_from([0, 0.3, 0.5, 0.6, 0.8, 1]), min_size=4, max_size=4), min_size=1, max_size=4))
def test_no_other_pairing_scores_more(scores: list[list[float]]) -> None:
    found = best_pairs(scores, LEAST)
    assert len(set(found.values())) == len(found)
    assert all(scores[row][column] >= LEAST for row, column in found.items())

    def worth(pairs: list[tuple[int, int]]) -> Decimal:
        kept = (Decimal(str(scores[row][column])) for row, column in pairs if scores[row][column] >= LEAST)
        return sum((value * value for value in kept), Decimal(0))

    columns = itertools.permutations(range(4), len(scores))
    assert worth(list(found.items())) == max(worth(list(enumerate(order))) for order in columns)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("status IN ('open', 'closed')", ["open", "closed"]),
        ("((status)::text = ANY ((ARRAY['a'::character varying, 'b''c'::character varying])::text[]))", ["a", "b'c"]),
        ("`kind` in ('x','y')", ["x", "y"]),
        ("amount >= 0", []),
    ],
)
def test_values_of_a_check_constraint_are_read(constraint: str, values: list[str]) -> None:
    assert listed_values(constraint) == values


def test_values_are_put_in_the_targets_words() -> None:
    known = ["Existing Business", "New Business", "closed_won"]
    assert proposed("existing_business", known, None) == ("Existing Business", True)
    assert proposed("Closed Won", known, None) == ("closed_won", True)
    assert proposed("Newe Business", known, None) == ("New Business", True)
    assert proposed("Something Else", known, 9) == ("something", False)
    assert proposed("Something Else", [], None) == ("something_else", True)
    assert snake("***") == "***"


CAREFUL = ["yes", "NO", "null", "~", "010", "1e3", "12:30:00", "- a", "a: b", "a #b", "{x}", "'", '"', "*x", "&x", "<<"]


@given(st.one_of(st.sampled_from(CAREFUL), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)))
def test_any_text_reads_back_as_itself(text: str) -> None:
    assert yaml.safe_load(f"key: {scalar(text)}") == {"key": text}
    assert yaml.safe_load(flow({text: [text, True, 3]})) == {text: [text, True, 3]}


@given(st.text(max_size=40))
def test_no_text_leaves_its_comment(text: str) -> None:
    assert len(f"# {comment(text)}".splitlines()) == 1
