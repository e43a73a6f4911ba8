"""Reading a mapping: whole, or refused with everything that is wrong with it."""

import hashlib
import re

import pytest

from crm_migration.mapping.model import Choice
from tests.mapping.samples import CRM, changed, problems, read

LINES = CRM.splitlines()


def test_a_whole_mapping_is_read_with_its_hash_and_path(tmp_path):
    loaded = read(tmp_path, CRM)
    assert loaded.path == tmp_path / "crm.yaml"
    assert loaded.sha256 == hashlib.sha256(CRM.encode()).hexdigest()
    assert list(loaded.mapping.entities) == ["account", "contact"]
    assert loaded.mapping.target.db_schema == "public"
    rating = loaded.mapping.entities["account"].fields["rating"]
    assert isinstance(rating, Choice)
    assert rating.values == {"1": "hot", "2": "warm", "3": "cold"}
    assert loaded.mapping.entities["account"].expectations[0].kwargs["mostly"] == 0.99


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (("version",), '"1"'),
        (("entities", "contact", "fields", "email", "max_length"), "254"),
        (("entities", "contact", "fields", "email"), "email:\n"),
        (("entities", "contact", "key", 1), "tenant]"),
        (("entities", "contact", "match", "keys", 0, "similar", "at_least"), "0.8}"),
        (("entities", "contact", "match", "survivorship", "groups", 0, 1), "city]]"),
        (("entities", "account", "filters", 0), "name: test rows"),
        (("entities", "contact", "fields", "email", "no such key"), "email:\n"),
    ],
)
def test_a_place_is_found_at_its_line_and_column(tmp_path, place, written):
    line, column = read(tmp_path, CRM).positions[place]
    assert (LINES[line - 1] + "\n")[column - 1 :].startswith(written)


def test_the_key_of_an_entry_is_found_apart_from_its_value(tmp_path):
    place = ("entities", "contact", "fields", "email", "max_length")
    positions = read(tmp_path, CRM).positions
    assert positions[place] == (53, 21)
    assert positions.key(place) == (53, 9)


def test_columns_count_characters_not_bytes(tmp_path):
    text = changed(("name: test rows", 'name: "客户é😀"'), ("country: DE", "country: de # é"))
    assert problems(tmp_path, text) == ["7:12: source.country: expected two capital letters (ISO 3166), found 'de'"]
    assert read(tmp_path, changed(("[hot, warm, cold]", "[客户, é😀, cold]"))).positions[
        ("entities", "account", "expectations", 0, "kwargs", "value_set", 2)
    ] == (40, 54)


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path):
    assert problems(tmp_path, b"\xef\xbb\xbf" + CRM.encode()) == []
    wrong = changed(('version: "1"', "version: 1"))
    assert problems(tmp_path, b"\xef\xbb\xbf" + wrong.encode()) == problems(tmp_path, wrong)


def test_many_faults_are_all_reported_at_once(tmp_path):
    text = changed(
        ('version: "1"', "version: 1"),
        ("Europe/Berlin", "Europe/Berln"),
        ("country: DE\n", "country: NO\n"),
        ('"30 2 * * 1-5"', '"30 25 * * *"'),
        ("    table: firms", "    tablee: firms"),
        ("from: firm_id, required: true, max_length: 20", "from: firm_id, required: true, max_lenght: 20"),
        ('"1": hot, "2"', '1: hot, "2"'),
        ("to: account, on_missing", "to: akkount, on_missing"),
        ("kind: email\n", "kind: emial\n"),
        ("max_length: 254", "max_length: many"),
        ('["%d.%m.%Y"]', '["%d.%M.%Y", dd/mm/yyyy]'),
        ("part: city", "part: town"),
        ("kind: owner, from", "knid: owner, from"),
        ("fields: [email]", "fields: [emial]"),
        ("at_least: 0.8", "at_least: 1.8"),
        ("given_name: first_name", "given_name: firstname"),
        ("{first_name: longest}", "{frist_name: longset}"),
        ("at_least_rows: 1", "at_least_rows: 1\n        no_rows: true"),
    )
    kinds = (
        "'text', 'name', 'company', 'email', 'phone', 'date', 'datetime', 'integer', 'decimal', 'money', 'currency', "
        "'boolean', 'choice', "
        "'country', 'language', 'url', 'address', 'reference', 'file', 'owner', 'constant'"
    )
    strategies = (
        "'most_complete', 'most_recent', 'oldest', 'longest', 'most_frequent', 'strictest', 'aggregate', 'survivor'"
    )
    named = "'iso', 'excel_serial', 'epoch_seconds', 'epoch_milliseconds', 'chinese', 'roc'"
    assert problems(tmp_path, text) == [
        "1:10: version: expected '1', found the number that YAML makes of 1; write it in quotes: \"1\"",
        "6:13: source.timezone: expected an IANA time zone such as 'Europe/Berlin', found 'Europe/Berln' "
        "(did you mean 'Europe/Berlin'?)",
        '7:12: source.country: expected text, found the boolean that YAML makes of NO; write it in quotes: "NO"',
        "12:11: schedule: expected an hour from 0 to 23 in the cron expression, found '30 25 * * *'",
        "15:5: entities.account.tablee: expected a known key, found 'tablee' (did you mean 'table'?)",
        "26:62: entities.account.fields.legacy_id.max_lenght: expected a known key, found 'max_lenght' "
        "(did you mean 'max_length'?)",
        "32:18: entities.account.fields.rating.values.1: expected text as a key, found the number that "
        "YAML makes "
        'of 1; write it in quotes: "1"',
        "37:54: entities.account.fields.parent_id.to: expected an entity of this mapping, found 'akkount' "
        "(did you mean 'account'?)",
        f"51:15: entities.contact.fields.email.kind: expected one of {kinds}, found 'emial' (did you mean 'email'?)",
        "53:21: entities.contact.fields.email.max_length: expected a whole number, found 'many'",
        "55:52: entities.contact.fields.born.formats[0]: expected a month, found none in '%d.%M.%Y', "
        "where %M is "
        "the minute and %m the month",
        f"55:64: entities.contact.fields.born.formats[1]: expected a format of % directives or one of "
        f"{named}, found "
        "'dd/mm/yyyy' (did you mean '%d/%m/%Y'?)",
        "58:35: entities.contact.fields.city.part: expected one of 'street', 'city', 'state', "
        "'postal_code', found "
        "'town'",
        "59:18: entities.contact.fields.owner_id.knid: expected a known key, found 'knid' (did you mean 'kind'?)",
        "64:20: entities.contact.match.keys[0].fields[0]: expected a field of contact, found 'emial' "
        "(did you mean 'email'?)",
        "65:53: entities.contact.match.keys[0].similar.at_least: expected a number of at most 1.0, found "
        "the number 1.8",
        "67:28: entities.contact.match.guards.given_name: expected a field of contact, found 'firstname' "
        "(did you mean 'first_name'?)",
        "71:18: entities.contact.match.survivorship.fields.frist_name: expected a field of contact, found "
        "'frist_name' (did you mean 'first_name'?)",
        f"71:30: entities.contact.match.survivorship.fields.frist_name: expected one of {strategies}, "
        f"found 'longset' "
        "(did you mean 'longest'?)",
        "74:9: entities.contact.acceptance[0]: expected exactly one of at_least_rows, no_rows, equals, found "
        "'at_least_rows', 'no_rows'",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [("    table: firms\n", "")],
            ["14:3: entities.account: expected exactly one of table, query, file or sheet, found none of them"],
        ),
        (
            [("from: changed}", "source: changed}")],
            [
                "56:36: entities.contact.fields.changed_at.source: expected a known key, found 'source' "
                "(did you mean 'from'?)"
            ],
        ),
        (
            [("  schema: public", "  db_schema: public")],
            ["11:3: target.db_schema: expected a known key, found 'db_schema' (did you mean 'schema'?)"],
        ),
        (
            [(", from: changed}", "}")],
            ["56:7: entities.contact.fields.changed_at.from: expected this key, found none"],
        ),
        (
            [("{kind: datetime, from: changed}", "changed")],
            ["56:19: entities.contact.fields.changed_at: expected keys and values, found 'changed'"],
        ),
        (
            [("{kind: datetime, from: changed}", "")],
            ["56:7: entities.contact.fields.changed_at: expected keys and values, found nothing"],
        ),
        (
            [("{kind: datetime, from: changed}", "0x1F")],
            ["56:19: entities.contact.fields.changed_at: expected keys and values, found '0x1F'"],
        ),
        (
            [("    match:\n", f"    {'keys' * 25}: 1\n    match:\n")],
            [
                f"61:5: entities.contact.{'keys' * 14}key…: expected one of the keys 'table', 'query', "
                "'file', 'sheet', 'read', 'key', "
                "'watermark', 'lag', 'parts', 'drift', 'filters', 'when', 'target', 'fields', 'match', 'expectations', "
                "'acceptance', 'search_by', 'totals', found "
                f"'{'keys' * 14}key…'"
            ],
        ),
        (
            [("fields: [email]", "fields: email")],
            ["64:19: entities.contact.match.keys[0].fields: expected a list, found 'email'"],
        ),
        (
            [("fields: [email]", "fields: []")],
            ["64:11: entities.contact.match.keys[0].fields: expected 1 or more entries, found an empty list"],
        ),
        (
            [("name: old_crm\n", "name: Old CRM\n")],
            [
                "4:9: source.name: expected a name of lower-case letters, digits and _ that starts with a "
                "letter, "
                "found 'Old CRM'"
            ],
        ),
        (
            [("kind: owner, from", "art: owner, from")],
            [
                "59:7: entities.contact.fields.owner_id.kind: expected one of 'text', 'name', 'company', "
                "'email', 'phone', 'date', "
                "'datetime', 'integer', 'decimal', 'money', 'currency', 'boolean', 'choice', 'country', 'language', "
                "'url', "
                "'address', 'reference', 'file', 'owner', 'constant', found none"
            ],
        ),
        (
            [("kind: address, part: city", "kind: address")],
            ["58:7: entities.contact.fields.city.part: expected this key, found none"],
        ),
        (
            [("country: DE", "zzzz: DE")],
            [
                "7:3: source.zzzz: expected one of the keys 'name', 'kind', 'connection', 'schema', "
                "'folder', 'recursive', 'settle_seconds', 'spreadsheet', 'timezone', "
                "'country', found 'zzzz'"
            ],
        ),
        (
            [("to: account, required: true", "to: account, type_from: x, required: true")],
            [
                "60:7: entities.contact.fields.account_id: expected either 'to', or 'type_from' with "
                "'types', found "
                "'to', 'type_from'"
            ],
        ),
        (
            [("rating:\n", "rating: &anchor\n"), ("        max_length: 10\n", "        <<: *anchor\n")],
            [
                "33:9: entities.account.fields.rating.<<: expected the keys themselves, found a merge "
                "key, which is "
                "not read",
            ],
        ),
    ],
)
def test_each_fault_of_shape_is_told_in_plain_words(tmp_path, changes, expected):
    assert problems(tmp_path, changed(*changes)) == expected


def test_an_echo_of_another_fault_is_not_reported(tmp_path):
    """A typo in `recency` must not also be reported as a missing `recency`."""
    text = changed(("        recency: changed_at", "        recencyy: changed_at"))
    assert problems(tmp_path, text) == [
        "69:9: entities.contact.match.survivorship.recencyy: expected a known key, found 'recencyy' "
        "(did you mean 'recency'?)"
    ]


def test_no_word_of_the_validator_reaches_the_reader(tmp_path):
    faulty = "\n".join(line.replace(": ", ": [", 1) + "]" if ": " in line else line for line in LINES)
    faulty = re.sub(r"\[\{|\[\[", "{a: [", faulty)
    for text in (faulty, CRM.replace("from", "form"), CRM.replace("{", "[").replace("}", "]")):
        found = "\n".join(problems(tmp_path, text))
        assert found
        assert not re.search(r"pydantic|Input should|https?:|NoneType|list\[str\]|union|dictionary", found)
