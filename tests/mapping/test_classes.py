"""Several entities of one table: what the mapping shows to be wrong about whose rows are whose."""

import pytest

from tests.mapping.samples import changed, problems

ACCOUNT, CONTACT = "    table: firms\n", "    table: people\n"
ONE_TABLE = (CONTACT, "    table: firms\n    when: [{type: {equals: [PER]}}]\n")


def with_rules(account: str, contact: str, *more: tuple[str, str]) -> str:
    return changed(
        (CONTACT, f"    table: firms\n    when: {contact}\n"),
        (ACCOUNT + "    key: firm_id\n", f"    table: firms\n    when: {account}\n    key: firm_id\n"),
        *more,
    )


@pytest.mark.parametrize(
    ("account", "contact"),
    [
        ("[{type: {equals: [ORG]}}]", "[{type: {equals: [PER]}}]"),
        ("[{is_firm: {equals: ['1']}}]", "[{is_person: {equals: ['1']}}]"),
        ("[{type: {equals: [ORG, FIRM]}}]", "[{type: {not_equals: [ORG, FIRM]}}]"),
        ("[{parent: {is_null: true}}]", "[{parent: {is_null: false}}]"),
        ("[{type: {equals: [A]}, flag: {equals: ['1']}}]", "[{type: {equals: [A]}, flag: {equals: ['0']}}]"),
        ("[{type: {matches: ['A*']}}]", "[{type: {matches: ['B*']}}]"),
        ("[{type: {matches: ['A*'], not_equals: [AX]}}]", "[{type: {equals: [AX]}}]"),
        ("[{type: {equals: [A]}}, {type: {equals: [B]}}]", "[{type: {equals: [C]}}]"),
        ("[{type: {is_null: true}}]", "[{type: {matches: ['*']}}]"),
    ],
)
def test_rules_that_may_share_no_row_are_fine(tmp_path, account, contact):
    assert problems(tmp_path, with_rules(account, contact)) == []


@pytest.mark.parametrize(
    ("account", "contact"),
    [
        ("[{type: {equals: [ORG]}}]", "[{type: {equals: [' ORG']}}]"),
        ("[{type: {equals: [ORG, PER]}}]", "[{type: {equals: [PER, LEAD]}}]"),
        ("[{type: {equals: [ORG]}}]", "[{type: {equals: [ORG]}, flag: {equals: ['1']}}]"),
        ("[{type: {not_equals: [ORG]}}]", "[{type: {not_equals: [PER]}}]"),
        ("[{type: {not_equals: [ORG]}}]", "[{type: {is_null: true}}]"),
        ("[{type: {matches: ['P*']}}]", "[{type: {equals: [PER]}}]"),
        ("[{type: {matches: ['P*']}}]", "[{type: {matches: ['P*']}}]"),
        ("[{type: {equals: [A]}}, {type: {equals: [B]}}]", "[{type: {equals: [C]}}, {type: {equals: [B]}}]"),
    ],
)
def test_rules_that_take_the_same_rows_are_a_fault(tmp_path, account, contact):
    (found,) = problems(tmp_path, with_rules(account, contact))
    assert "entities.contact.when[" in found
    assert "expected rows that account does not take too, found the same in" in found


def test_a_rule_for_one_of_two_entities_is_a_fault(tmp_path):
    assert problems(tmp_path, changed(ONE_TABLE)) == [
        "14:3: entities.account: expected 'when', which rows of the table 'firms' are its own, as in contact, which "
        "reads it too; found none"
    ]


def test_two_entities_of_one_table_need_no_rules_where_neither_has_any(tmp_path):
    assert problems(tmp_path, changed((CONTACT, "    table: firms\n"))) == []


def test_an_entity_alone_may_have_a_rule(tmp_path):
    assert problems(tmp_path, changed((CONTACT, f"{CONTACT}    when: [{{type: {{equals: [PER]}}}}]\n"))) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("[]", "entities.contact.when: expected 1 or more entries, found an empty list"),
        ("[{}]", "entities.contact.when[0]: expected one or more columns with what they must hold, found none"),
        ("[{type: {}}]", "entities.contact.when[0].type: expected one or more of equals, not_equals, is_null, matches"),
        ("[{type: {equals: []}}]", "entities.contact.when[0].type.equals: expected one or more values, found an empty"),
        ("[{type: {equal: [A]}}]", "expected a known key, found 'equal' (did you mean 'equals'?)"),
        ("[{type: {equals: [1]}}]", "entities.contact.when[0].type.equals[0]: expected text"),
        ("{type: {equals: [A]}}", "entities.contact.when: expected a list, found keys and values"),
    ],
)
def test_a_rule_that_is_none(tmp_path, rule, expected):
    found = "\n".join(problems(tmp_path, with_rules("[{type: {equals: [ORG]}}]", rule)))
    assert expected in found


@pytest.mark.parametrize("name", ["unclassified", "classified_as_account"])
def test_a_filter_may_not_be_called_as_a_class(tmp_path, name):
    (found,) = problems(tmp_path, changed(("name: test rows", f"name: {name}")))
    assert f"expected a name that 'when' does not use for rows of other entities, found '{name}'" in found
