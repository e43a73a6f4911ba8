"""Reading a mapping: whole, or refused with everything that is wrong with it."""

import hashlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingInvalid
from crm_migration.mapping import document
from crm_migration.mapping.model import Choice
from crm_migration.mapping.reader import LARGEST, read_mapping
from tests.mapping.samples import CRM, changed, problems, read, write

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


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "country: DE\n",
            "country: NO\n",
            '7:12: source.country: expected text, found the boolean that YAML makes of NO; write it in quotes: "NO"',
        ),
        (
            "table: people",
            "table: yes",
            "42:12: entities.contact.table: expected text, found the boolean that YAML makes of yes; "
            'write it in quotes: "yes"',
        ),
        (
            "value: old}",
            "value: on}",
            "36:39: entities.account.fields.origin.value: expected text, found the boolean that YAML "
            "makes of on; "
            'write it in quotes: "on"',
        ),
        (
            "value: old}",
            "value: 010}",
            "36:39: entities.account.fields.origin.value: expected text, found the number that YAML makes "
            "of 010; "
            'write it in quotes: "010"',
        ),
        (
            "value: old}",
            "value: 12:30:00}",
            "36:39: entities.account.fields.origin.value: expected text, found the number that YAML makes "
            "of 12:30:00; "
            'write it in quotes: "12:30:00"',
        ),
        (
            'version: "1"',
            "version: 1.10",
            "1:10: version: expected '1', found the number that YAML makes of 1.10",
        ),
        (
            'version: "1"',
            "version: 1",
            "1:10: version: expected '1', found the number that YAML makes of 1; write it in quotes: \"1\"",
        ),
        (
            "value: old}",
            "value: 2024-01-01}",
            "36:39: entities.account.fields.origin.value: expected text, found the date that YAML makes "
            "of 2024-01-01; "
            'write it in quotes: "2024-01-01"',
        ),
        (
            '"1": hot, "2"',
            '1: hot, "2"',
            "32:18: entities.account.fields.rating.values.1: expected text as a key, found the number "
            "that YAML "
            'makes of 1; write it in quotes: "1"',
        ),
        (
            '"1": hot, "2"',
            'NO: hot, "2"',
            "32:18: entities.account.fields.rating.values.NO: expected text as a key, found the boolean "
            "that YAML "
            'makes of NO; write it in quotes: "NO"',
        ),
        (
            '"1": hot, "2"',
            '"1": off, "2"',
            "32:23: entities.account.fields.rating.values.1: expected text, found the boolean that YAML "
            "makes of off; "
            'write it in quotes: "off"',
        ),
        (
            'on_missing_parent: "null"',
            "on_missing_parent: null",
            "37:82: entities.account.fields.parent_id.on_missing_parent: expected one of 'reject', "
            "'null', 'wait', "
            'found the empty value that YAML makes of null; write it in quotes: "null"',
        ),
        (
            'not_equals: ["9"]',
            "not_equals: [9]",
            "21:22: entities.account.filters[0].not_equals[0]: expected text, found the number that YAML "
            "makes of 9; "
            'write it in quotes: "9"',
        ),
        (
            "from: [person_id, tenant]",
            "from: [person_id, 7]",
            "48:49: entities.contact.fields.legacy_id.from[1]: expected text, found the number that YAML "
            "makes of 7; "
            'write it in quotes: "7"',
        ),
        (
            "key: firm_id",
            "key: 7",
            "16:10: entities.account.key: expected text or a list of texts, found the number that YAML "
            "makes of 7; "
            'write it in quotes: "7"',
        ),
        (
            "scale: 2,",
            "scale: 02,",
            "34:67: entities.account.fields.revenue.scale: expected a whole number, found 02, which YAML "
            "reads in a "
            "way of its own; write a plain decimal number",
        ),
        (
            "max_length: 254",
            'max_length: "254"',
            "53:21: entities.contact.fields.email.max_length: expected a whole number, found '254'; "
            "write it without quotes",
        ),
        (
            "max_length: 254",
            "max_length: 1_000",
            "53:21: entities.contact.fields.email.max_length: expected a whole number, found 1_000, which "
            "YAML reads "
            "in a way of its own; write a plain decimal number",
        ),
        (
            "max_length: 254",
            f"max_length: 1{'0' * 5000}",
            f"53:21: entities.contact.fields.email.max_length: expected a whole number, found "
            f"1{'0' * 58}…, which "
            "YAML reads in a way of its own; write a plain decimal number",
        ),
        (
            "required: false",
            'required: "false"',
            "54:19: entities.contact.fields.email.required: expected true or false, found 'false'",
        ),
        (
            "column: rating, value_set",
            "column: rating, limit: 0x1F, value_set",
            "40:41: entities.account.expectations[0].kwargs.limit: expected a value that reads one way, "
            "found the "
            'number that YAML makes of 0x1F; write it in quotes: "0x1F"',
        ),
        (
            "[hot, warm, cold], mostly",
            "[hot, NO, cold], mostly",
            "40:51: entities.account.expectations[0].kwargs.value_set[1]: expected a value that reads one "
            "way, found "
            'the boolean that YAML makes of NO; write it in quotes: "NO"',
        ),
    ],
)
def test_what_yaml_reads_differently_is_refused_by_name(tmp_path, old, new, expected):
    assert problems(tmp_path, changed((old, new))) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        [("required: false", "required: no")],
        [("at_least: 0.8", "at_least: 1")],
        [("at_least: 0.8", "at_least: .8")],
        [("mostly: 0.99", "mostly: true")],
        [("mostly: 0.99", "mostly: null")],
        [("at_least_rows: 1", "at_least_rows: -1")],
        [("country: DE\n", 'country: "NO"\n')],
        [("true: [", '"true": ['), ("false: [", '"false": [')],
        [("table: people", "table: 08")],
        [("value: old}", 'value: "line\\nline"}')],
    ],
)
def test_what_reads_one_way_is_allowed(tmp_path, changes):
    assert problems(tmp_path, changed(*changes)) == []


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
                "'watermark', 'lag', 'drift', 'filters', 'when', 'target', 'fields', 'match', 'expectations', "
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


def test_a_key_that_comes_twice_is_refused(tmp_path):
    text = changed(
        ("      required: false", "      max_length: 3"),
        ("  name: old_crm\n", "  name: old_crm\n  name: b\n"),
    )
    assert problems(tmp_path, text) == [
        "5:3: source.name: expected each key once, found it again (first on line 4)",
        "55:9: entities.contact.fields.email.max_length: expected each key once, found it again (first on line 54)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: expected a mapping, found an empty file"),
        ("# nothing yet\n", "1:1: expected a mapping, found an empty file"),
        ("- a\n- b\n", "1:1: expected keys and values, found a list"),
        ("\n  just words\n", "2:3: expected keys and values, found a single value"),
        ("a:\n\tb: 1\n", "2:1: expected well-formed YAML, found a tab, which YAML does not take for a blank"),
        ("a: 'x\n", "2:1: expected well-formed YAML, found unexpected end of stream"),
        ("a: 1\n---\nb: 2\n", "2:1: expected well-formed YAML, found a second document after ---"),
        ("a: &x 1\nb: &x 2\n", "2:4: expected well-formed YAML, found an anchor (&) of a name that is taken"),
        ("a: *nowhere\n", "1:4: expected well-formed YAML, found undefined alias 'nowhere'"),
        ("a: \x07\n", "1:4: expected printable characters, found the control character '\\x07'"),
        ("b: 1\na: x\0y\n", "2:5: expected printable characters, found the control character '\\x00'"),
        (b"a: 1\nb: \xff\n", "2:4: expected text in UTF-8, found the byte 0xFF"),
        ("a: é\nb: 1\n".encode("latin-1"), "1:4: expected text in UTF-8, found the byte 0xE9"),
        ("a: 1\n".encode("utf-16"), "1:1: expected text in UTF-8, found the byte 0xFF"),
        ("a: " + "[" * 100 + "]" * 100, "1:43: expected at most 40 levels, found deeper nesting"),
        ("a: &x 1\nb: [" + "*x, " * 21 + "]\n", "2:85: expected at most 20 aliases, found more of them"),
    ],
)
def test_a_file_that_cannot_be_read_on_is_refused_with_its_one_reason(tmp_path, text, expected):
    assert problems(tmp_path, text) == [expected]


def test_few_aliases_that_multiply_are_refused(tmp_path):
    bomb = "a: &a [" + "1, " * 30 + "]\n"
    bomb += "".join(f"{new}: &{new} [*{old}, *{old}, *{old}]\n" for old, new in zip("abcdef", "bcdefg", strict=True))
    assert bomb.count("*") <= 20
    (problem,) = problems(tmp_path, bomb)
    assert problem.endswith(": expected aliases that repeat at most 10000 values, found an alias bomb")


def test_an_alias_stands_for_what_it_names(tmp_path):
    text = changed(
        (
            "{kind: address, part: street, from: street, max_length: 100}",
            "{kind: text, from: &column street}",
        ),
        ("from: city,", "from: *column,"),
    )
    fields = read(tmp_path, text).mapping.entities["contact"].fields
    assert fields["city"].columns == ["street"]


def test_a_value_that_contains_itself_is_refused(tmp_path):
    text = changed(("[hot, warm, cold]", "&set [hot, *set]"))
    assert problems(tmp_path, text) == [
        "40:45: entities.account.expectations[0].kwargs.value_set[1]: expected a value, found an alias "
        "(*) of what "
        "surrounds it"
    ]


def test_tags_are_refused_and_nothing_is_run(tmp_path):
    trap = tmp_path / "ran"
    text = changed(
        (
            "description: Accounts and contacts of the old CRM",
            f"description: !!python/object/apply:os.mkdir [{trap}]",
        ),
        ("name: old_crm\n", "name: !custom old_crm\n"),
        ("value: old}", "value: !!binary aGFsbG8=}"),
        ('"1": hot, "2"', '"1": hot, !!set "2"'),
    )
    assert problems(tmp_path, text) == [
        "2:14: description: expected a value without a tag, found the tag '!!python/object/apply:os.mkdir'",
        "4:9: source.name: expected a value without a tag, found the tag '!custom'",
        "32:28: entities.account.fields.rating.values.2: expected a value without a tag, found the tag '!!set'",
        "36:39: entities.account.fields.origin.value: expected a value without a tag, found the tag '!!binary'",
    ]
    assert not trap.exists()


def test_unprintable_text_and_odd_keys_are_refused_on_one_line(tmp_path):
    text = changed(
        ("table: people", 'table: "peo\\0ple"'),
        ("name: test rows", 'name: "\\ud800"'),
        ('"1": hot, "2"', '"1\\x1b": hot, ? [a] : b, "2"'),
    )
    assert problems(tmp_path, text) == [
        "19:15: entities.account.filters[0].name: expected printable text, found '\\ud800'",
        "32:18: entities.account.fields.rating.values.1\\x1b: expected printable text as a key, found '1\\x1b'",
        "32:34: entities.account.fields.rating.values.?: expected text as a key, found a list or a mapping",
        "42:12: entities.contact.table: expected printable text, found 'peo\\x00ple'",
    ]


def test_a_file_over_the_limit_is_not_parsed(tmp_path):
    path = write(tmp_path, CRM + "#" * LARGEST)
    with pytest.raises(MappingInvalid) as refused:
        read_mapping(path)
    assert refused.value.problems == [f"{path}:1:1: expected a file of at most 1024 KiB, found a larger one"]
    padded = CRM + "#" + "x" * (LARGEST - len(CRM.encode()) - 1)
    assert len(padded.encode()) == LARGEST
    assert problems(tmp_path, padded) == []


@pytest.mark.parametrize(("name", "reason"), [("missing.yaml", "No such file"), (".", "Is a directory")])
def test_a_path_that_holds_no_file_is_a_fault_of_the_mapping(tmp_path, name, reason):
    path = tmp_path / name
    with pytest.raises(MappingInvalid, match=reason) as refused:
        read_mapping(path)
    assert refused.value.problems[0].startswith(f"{path}:1:1: expected a mapping file that can be read, found: ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("billion_laughs.yaml", ["4:14: expected at most 20 aliases, found more of them"]),
        ("dup_keys.yaml", ["3:3: fields.name: expected each key once, found it again (first on line 2)"]),
        (
            "norway.yaml",
            [
                "2:10: version: expected '1', found the number that YAML makes of 1.10",
                '6:1: on: expected text as a key, found the boolean that YAML makes of on; write it in quotes: "on"',
            ],
        ),
        (
            "python_object.yaml",
            ["1:10: mapping: expected a value without a tag, found the tag '!!python/object/apply:os.system'"],
        ),
    ],
)
def test_hostile_files_are_refused_by_name(tmp_path, shared_data, name, expected, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = problems(tmp_path, (shared_data / "hostile/yaml" / name).read_bytes())
    assert [line for line in expected if line not in found] == []
    assert list(tmp_path.iterdir()) == [tmp_path / "crm.yaml"]


def test_every_value_of_the_hostile_example_is_refused_where_text_is_expected(tmp_path, shared_data):
    lines = (shared_data / "hostile/yaml/norway.yaml").read_text().splitlines()
    values = [line.split(": ", 1)[1] for line in lines]
    assert values
    for value in values:
        found = problems(tmp_path, changed(("value: old}", f"value: {value}}}")))
        assert len(found) == 1
        assert found[0].endswith(f'that YAML makes of {value}; write it in quotes: "{value}"')


def test_the_fast_and_the_plain_parser_agree(tmp_path, monkeypatch):
    if len(document.LOADERS) < 2:
        pytest.skip("PyYAML comes without libyaml here")
    texts = [
        CRM,
        changed(("DE\n", "NO\n")),
        "a: [\n",
        "a: \t1\nb: x: y\n",
        '"é😀": [1, {b: *c}]',
        "é: {a: [客, 户]}\r\nb: 1",
    ]
    fast = [problems(tmp_path, text) for text in texts]
    positions = read(tmp_path, CRM).positions
    monkeypatch.setattr(document, "LOADERS", document.LOADERS[-1:])
    assert [problems(tmp_path, text) for text in texts] == fast
    assert vars(read(tmp_path, CRM).positions) == vars(positions)


TOKENS = [
    "NO",
    "010",
    "1.10",
    "2024-01-01",
    "12:30",
    "null",
    "~",
    "''",
    '"x"',
    "[]",
    "{}",
    "[a, b]",
    "{a: b}",
    "*a",
    "&a ",
    "!!python/name:os",
    "!x ",
    "<<: *a",
    "- ",
    "? ",
    "\t",
    "\n",
    "  ",
    ": ",
    "#",
    "|",
    ">",
    "%",
    "'",
    '"',
    "}",
    "]",
    ",",
    "\0",
    "\x85",
    "\ufeff",
    "\u2028",
    "é",
    "😀",
    "---",
    "...",
    "kind: text",
    "from",
    "account",
    "1" * 30,
    ".inf",
    ".nan",
    "0x1F",
    "=",
    "true",
    '"\\ud800"',
    '"\\0"',
    "%Y",
    "%",
    "@",
    "99 99 99 99 99",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The sample with a few lines dropped, doubled or indented, and a few stretches overwritten."""
    lines = CRM.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        lines[index] = draw(
            st.sampled_from(["", lines[index] * 2, "  " + lines[index], lines[index][2:], lines[other]])
        )
    text = "".join(lines)
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 2, 5, 20]))
        text = text[:start] + draw(st.sampled_from(TOKENS) | st.text(max_size=4)) + text[start + length :]
    values = re.findall(r"(?<=: )[\w.%]+", text)
    if values and draw(st.booleans()):
        text = text.replace(f": {draw(st.sampled_from(values))}", f": {draw(st.sampled_from(TOKENS))}", 1)
    return text


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=mutated())
def test_whatever_is_written_is_read_or_refused_with_positions(tmp_path, text):
    raw = text.encode("utf-8", "surrogatepass")
    lines = len(re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text))
    found = problems(tmp_path, raw)
    assert len(found) == len(set(found))
    for problem in found:
        line, column = map(int, re.match(r"(\d+):(\d+): ", problem).groups())
        assert 1 <= line <= lines
        assert column >= 1
        assert problem.isprintable()
        assert "expected " in problem
        assert "found" in problem
    if not found:
        assert read_mapping(tmp_path / "crm.yaml").mapping.entities


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_refused_as_a_mapping(tmp_path, raw):
    assert problems(tmp_path, raw)
