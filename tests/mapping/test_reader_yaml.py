"""What YAML allows and a mapping does not: values that read in two ways, keys that come twice, aliases, tags."""

import pytest

from tests.mapping.samples import changed, problems, read


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
