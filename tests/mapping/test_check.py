"""What a mapping shows to be wrong by itself, beyond its shape."""

import pytest

from crm_migration.mapping.check import check_static
from tests.mapping.samples import CRM, changed, problems, read

ACCOUNT_KEY = "key: firm_id"


def test_a_whole_mapping_has_no_static_fault(tmp_path):
    assert check_static(read(tmp_path, CRM)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "connection: old_crm_db",
            "connection: postgresql://me:s3cret@host/db",
            "5:15: source.connection: expected a connection id of letters, digits and . _ -, found an address",
        ),
        (
            "connection: new_crm_db",
            "connection: new crm",
            "10:15: target.connection: expected a connection id of letters, digits and . _ -, found other characters",
        ),
        (
            "  connection: new_crm_db\n",
            "  connection: new_crm_db\n  ledger: ledger_db\n",
            "11:3: target.ledger: expected 'ledger' only of a target that is no database, found it at kind 'sql'",
        ),
        (
            "  connection: new_crm_db\n  schema: public\n",
            "  kind: fxiaoke\n  connection: new_crm_db\n",
            "8:1: target.ledger: expected 'ledger: <connection id of a database>', which kind 'fxiaoke' needs,"
            " found none",
        ),
        (
            "  connection: new_crm_db\n",
            "  kind: fxiaoke\n  connection: new_crm_db\n  ledger: ledger_db\n",
            "13:3: target.schema: expected no schema of a target of kind 'fxiaoke', found one",
        ),
        (
            "timezone: Europe/Berlin",
            "timezone: Erope/Berlin",
            "6:13: source.timezone: expected an IANA time zone such as 'Europe/Berlin', found "
            "'Erope/Berlin' (did you "
            "mean 'Europe/Berlin'?)",
        ),
        (
            "country: DE\n",
            "country: UK\n",
            "7:12: source.country: expected an ISO 3166 country, found 'UK' (did you mean 'GB'?)",
        ),
        (
            "country: DE\n",
            "country: DE\nstart_date: '2026-02-30'\n",
            "8:13: start_date: expected a day of the calendar, found '2026-02-30'",
        ),
        (
            "country: DE\n",
            "country: DE\nsample: {minimum: 600}\n",
            "8:19: sample.minimum: expected at most the maximum of 500, found 600",
        ),
        (
            "  account:\n",
            "  my accounts:\n",
            None,
        ),
        (
            "origin: {",
            "_key: {",
            "36:7: entities.account.fields._key: expected another name, found '_key'",
        ),
        (
            "object: accounts\n      external_id: legacy_id",
            "object: accounts\n      external_id: legacyid",
            "24:20: entities.account.target.external_id: expected a field of account, found 'legacyid' "
            "(did you mean "
            "'legacy_id'?)",
        ),
        (
            "object: accounts\n      external_id: legacy_id",
            "object: accounts\n      external_id: origin",
            "24:20: entities.account.target.external_id: expected a field that differs from row to row, "
            "found a "
            "constant",
        ),
        (
            "required: true, max_length: 20}",
            "required: true, max_length: 20, on_too_long: truncate}",
            "24:20: entities.account.target.external_id: expected a field that is kept whole, found "
            "'on_too_long: "
            "truncate', which makes keys equal",
        ),
        (
            "object: contacts\n      external_id: legacy_id",
            "object: accounts\n      external_id: email",
            "46:20: entities.contact.target.external_id: expected 'legacy_id' as in account, which writes "
            "accounts "
            "too, found 'email'",
        ),
        (
            "object: contacts\n",
            "object: accounts\n      id: uuid\n",
            "46:11: entities.contact.target.id: expected 'id' as in account, which writes accounts too, found 'uuid'",
        ),
        (
            "to: account, required: true}",
            "to: firm, required: true}",
            "60:56: entities.contact.fields.account_id.to: expected an entity of this mapping ('account', "
            "'contact'), found 'firm'",
        ),
        (
            "to: account, required: true}",
            "type_from: kind, types: {Firm: akkount, Person: contact}}",
            "60:83: entities.contact.fields.account_id.types.Firm: expected an entity of this mapping, "
            "found 'akkount' "
            "(did you mean 'account'?)",
        ),
        (
            "to: account, required: true}",
            "to: account, types: {Firm: account}}",
            "60:65: entities.contact.fields.account_id.types: expected 'types' only beside 'type_from', found 'to'",
        ),
        (
            "to: account, required: true}",
            'to: account, required: true, on_missing_parent: "null"}',
            "60:100: entities.contact.fields.account_id.on_missing_parent: expected 'reject' or 'wait' "
            "for a required "
            "reference, found 'null'",
        ),
        (
            'on_missing_parent: "null"}',
            'on_missing_parent: "null", null_together: [namee]}',
            "37:106: entities.account.fields.parent_id.null_together[0]: expected a field of account, "
            "found 'namee' "
            "(did you mean 'name'?)",
        ),
        (
            'on_missing_parent: "null"}',
            'on_missing_parent: "null", null_together: [name]}',
            "37:106: entities.account.fields.parent_id.null_together[0]: expected a field that may be "
            "empty, found the "
            "required name",
        ),
        (
            "parent, to: account,",
            "parent, to: account, required: true, ",
            None,
        ),
        (
            "ignore: [",
            "compare: exact\n        - name: same mailbox\n          fields: [email]\n          ignore: [",
            "67:17: entities.contact.match.keys[1].name: expected a name of its own, found 'same mailbox' again",
        ),
        (
            "similar: {fields: [first_name]",
            "similar: {fields: [firstname]",
            "65:30: entities.contact.match.keys[0].similar.fields[0]: expected a field of contact, found "
            "'firstname' "
            "(did you mean 'first_name'?)",
        ),
        (
            "fields: [email]",
            "fields: [email, email]",
            "64:27: entities.contact.match.keys[0].fields[1]: expected each field once, found 'email' again",
        ),
        (
            "{kind: address, part: street, from: street, max_length: 100}",
            "{kind: constant, value: x}\n    # the match below uses a constant",
            None,
        ),
        (
            "{kind: name, from: first, max_length: 60}",
            "{kind: constant, value: Ann}",
            None,
        ),
        (
            "recency: changed_at",
            "recency: email",
            "69:18: entities.contact.match.survivorship.recency: expected a field of kind date or "
            "datetime, found the "
            "email email",
        ),
        (
            "        recency: changed_at\n",
            "",
            "68:7: entities.contact.match.survivorship.recency: expected the field that orders the "
            "members for "
            "most_recent, found none",
        ),
        (
            "{first_name: longest}",
            "{first_name: strictest, born: aggregate}",
            None,
        ),
        (
            "[[street, city]]",
            "[[street, city], [city, town]]",
            None,
        ),
        (
            "key: firm_id",
            "key: []",
            "16:5: entities.account.key: expected one or more columns, found an empty list",
        ),
        (
            "from: [person_id, tenant]",
            'from: [person_id, person_id, ""]',
            None,
        ),
        (
            'not_equals: ["9"]',
            "not_equals: []",
            "21:9: entities.account.filters[0].not_equals: expected one or more values, found an empty list",
        ),
        (
            "type: expect_column_values_to_be_in_set",
            "type: ExpectColumnValuesToBeInSet",
            "39:15: entities.account.expectations[0].type: expected a name such as "
            "'expect_column_values_to_be_unique', found 'ExpectColumnValuesToBeInSet'",
        ),
        (
            "changed_at: {kind: datetime, from: changed}",
            "changed_at: {kind: datetime, from: changed, timezone: XYZ/1}",
            None,
        ),
        (
            'formats: ["%d.%m.%Y"]',
            'formats: ["%d/%m/%Y", "%m/%d/%Y"]',
            "55:64: entities.contact.fields.born.formats[1]: expected formats that agree with '%d/%m/%Y', "
            "found "
            "'%m/%d/%Y', which reads '05/04/2003' as another day or time",
        ),
        (
            'formats: ["%d.%m.%Y"]',
            f"formats: [{', '.join(['iso'] * 21)}]",
            "55:42: entities.contact.fields.born.formats: expected at most 20 formats, found 21",
        ),
        (
            "precision: 14, scale: 2,",
            "precision: 4, scale: 6,",
            "34:66: entities.account.fields.revenue.scale: expected at most the precision of 4, found 6",
        ),
        (
            'thousands: "."',
            'thousands: ","',
            "34:100: entities.account.fields.revenue.thousands: expected another mark than the decimal mark, found ','",
        ),
        (
            'thousands: "."',
            'thousands: "0"',
            "34:100: entities.account.fields.revenue.thousands: expected one mark such as ',' or '.', found '0'",
        ),
        (
            'false: ["0"]',
            'false: ["0", "1"]',
            "35:71: entities.account.fields.active.false[1]: expected other values than those of 'true', "
            "found '1' in "
            "both",
        ),
        (
            'false: ["0"]',
            "false: []",
            "35:58: entities.account.fields.active.false: expected one or more values, found an empty list",
        ),
        (
            '"2": warm',
            '"2": temperature unknown',
            "32:33: entities.account.fields.rating.values.2: expected at most max_length 10 characters, found 19",
        ),
        (
            '"2": warm',
            '" 1": warm',
            "32:34: entities.account.fields.rating.values. 1: expected one result for each value, found ' "
            "1' with "
            "'hot' before",
        ),
        (
            "country: {kind: country, from: land}",
            "country: {kind: country, from: land, values: {England: UK}}",
            "28:62: entities.account.fields.country.values.England: expected an ISO 3166 country of two "
            "capital "
            "letters, found 'UK'",
        ),
    ],
)
def test_each_rule_names_its_place(tmp_path, old, new, expected):
    found = problems(tmp_path, changed((old, new)))
    if expected is None:
        assert found == SEVERAL[new]
    else:
        assert found == [expected]


SEVERAL = {
    "  my accounts:\n": [
        "14:3: entities.my accounts: expected a name of letters, digits and _ that starts with a letter, "
        "found "
        "'my accounts'",
        "37:54: entities.my accounts.fields.parent_id.to: expected an entity of this mapping, found "
        "'account' (did you "
        "mean 'my accounts'?)",
        "60:56: entities.contact.fields.account_id.to: expected an entity of this mapping, found "
        "'account' (did you "
        "mean 'my accounts'?)",
    ],
    "parent, to: account, required: true, ": [
        "37:73: entities.account.fields.parent_id.required: expected an optional reference of an entity "
        "to itself, "
        "found a required one",
        "37:99: entities.account.fields.parent_id.on_missing_parent: expected 'reject' or 'wait' for a "
        "required "
        "reference, found 'null'",
    ],
    "{kind: constant, value: x}\n    # the match below uses a constant": [],
    "{kind: constant, value: Ann}": [
        "65:30: entities.contact.match.keys[0].similar.fields[0]: expected a field that tells customers "
        "apart, found "
        "the constant first_name",
        "67:28: entities.contact.match.guards.given_name: expected a field that tells customers apart, "
        "found the "
        "constant first_name",
    ],
    "{first_name: strictest, born: aggregate}": [
        "71:30: entities.contact.match.survivorship.fields.first_name: expected a strategy for the name "
        "first_name, "
        "found 'strictest'",
        "71:47: entities.contact.match.survivorship.fields.born: expected a strategy for the date born, "
        "found "
        "'aggregate'",
    ],
    "[[street, city], [city, town]]": [
        "72:35: entities.contact.match.survivorship.groups[1][0]: expected each field in one group, found 'city' again",
        "72:41: entities.contact.match.survivorship.groups[1][1]: expected a field of contact ('legacy_id', "
        "'first_name', 'email', 'born', 'changed_at', 'street', 'city', 'owner_id', 'account_id'), found "
        "'town'",
    ],
    'from: [person_id, person_id, ""]': [
        "48:49: entities.contact.fields.legacy_id.from[1]: expected each column once, found 'person_id' again",
        "48:60: entities.contact.fields.legacy_id.from[2]: expected the name of a column, found ''",
    ],
    "from: [person_id, _row, '^p.*$']": [
        "48:49: entities.contact.fields.legacy_id.from[1]: expected a column by a name that staged tables can hold "
        "(give it another in a view or query), found '_row'",
        "48:55: entities.contact.fields.legacy_id.from[2]: expected a column by a name that staged tables can hold "
        "(give it another in a view or query), found '^p.*$'",
    ],
    "changed_at: {kind: datetime, from: changed, timezone: XYZ/1}": [
        "56:61: entities.contact.fields.changed_at.timezone: expected an IANA time zone such as "
        "'Europe/Berlin', found "
        "'XYZ/1'",
    ],
}
