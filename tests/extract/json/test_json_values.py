"""Values come through exactly, and a record that cannot be read exactly is rejected by name."""

import json

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import MOST_RAW
from crm_migration.extract.json.limits import MOST_COLUMNS, MOST_DEPTH, MOST_RECORD, MOST_VALUES
from tests.extract.json.documents import read_content

FORMS = pytest.mark.parametrize("form", ["array", "lines", "spaced", "nested"])


def written(record: str, form: str) -> str:
    """The record between two good ones, so that the neighbours' fate shows too."""
    if form == "lines":
        return f'{{"id":1}}\n{record}\n{{"id":3}}\n'
    if form == "spaced":
        return f'[ {{ "id" : 1 }} ,\n\t{record} , {{ "id" : 3 }} ]'
    inner = f'[{{"id":1}},{record},{{"id":3}}]'
    return f'{{"rows":{inner}}}' if form == "nested" else inner


@FORMS
@pytest.mark.parametrize(
    "number",
    ["0", "-0", "-0.0", "1.10", "1e400", "-1E-7", "12345678901234567890123456789", "0.30000000000000004", "9" * 5000],
)
def test_numbers_keep_the_text_they_are_written_in(tmp_path, form, number):
    read = read_content(tmp_path, written(f'{{"id":{number}}}', form))
    assert [row["id"] for row in read.kept] == ["1", number, "3"]


@FORMS
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ('""', ""),
        ("true", "true"),
        ("false", "false"),
        ('"true"', "true"),
        ('"{[}]"', "{[}]"),
        (r'"a\"b\\c\/\n\t\u00e9"', 'a"b\\c/\n\té'),
        (r'"\ud83d\ude00"', "😀"),
        (r'"\u0000"', "\0"),
        ('"a\u2028b\u0085c"', "a\u2028b\u0085c"),
        ('"007"', "007"),
        ('"x : -0 \\": y"', 'x : -0 ": y'),
    ],
)
def test_texts_and_words_are_exact(tmp_path, form, text, value):
    read = read_content(tmp_path, written(f'{{"id":{text}}}', form))
    assert [row["id"] for row in read.kept] == ["1", value, "3"]


@FORMS
@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ('{"id":2,"id":2}', "duplicate_key"),
        ('{"id":2,"a":{"b":1,"b":1}}', "duplicate_key"),
        ('{"id":2,"a":[{"b":1,"b":1}]}', "duplicate_key"),
        ('{"id":2,"a.b":1,"a":{"b":2}}', "duplicate_key"),
        ('{"id":2,"a":{"b":2},"a.b":1}', "duplicate_key"),
        ('{"id":NaN}', "not_a_number"),
        ('{"id":[-Infinity]}', "not_a_number"),
        (r'{"id":"\ud800"}', "encoding"),
        (r'{"id":"\udc00\ud800"}', "encoding"),
        (r'{"\ud800":2}', "encoding"),
        (r'{"id":["\uD800"]}', "encoding"),
        ("[2]", "not_an_object"),
        ("2", "not_an_object"),
        ('"2"', "not_an_object"),
        ("null", "not_an_object"),
        ('{"id":' + "[" * MOST_DEPTH + "]" * MOST_DEPTH + "}", "too_deep"),
    ],
)
def test_a_record_that_would_lose_something_is_rejected_and_the_others_load(tmp_path, form, record, fault):
    read = read_content(tmp_path, written(record, form))
    assert read.faults == [(2, fault)]
    assert [row["id"] for row in read.kept] == ["1", "3"]
    assert read.frame["_raw"][1] == record


@FORMS
def test_bytes_that_are_no_text_reject_their_record_only(tmp_path, form):
    content = written('{"id":"?"}', form).encode().replace(b"?", b"caf\xe9")
    read = read_content(tmp_path, content)
    assert read.faults == [(2, "encoding")]
    assert [row["id"] for row in read.kept] == ["1", "3"]
    assert read.frame["_raw"][1] == r'{"id":"caf\udce9"}'


def test_as_many_levels_as_allowed_are_read(tmp_path):
    levels = MOST_DEPTH - 1
    read = read_content(tmp_path, '[{"id":' + "[" * levels + "]" * levels + "}]")
    assert read.kept == [{"id": "[" * levels + "]" * levels}]


def test_nested_objects_get_dotted_names_and_arrays_stay_as_they_are_written(tmp_path):
    read = read_content(
        tmp_path, '[{"id":1,"address":{"city":"Bern","geo":{"lat":1.50}},"tags": ["a",  1.10, {"k":null}],"none":{}}]'
    )
    assert read.kept == [
        {
            "id": "1",
            "address.city": "Bern",
            "address.geo.lat": "1.50",
            "tags": '["a",  1.10, {"k":null}]',
            "none": "{}",
        }
    ]


@pytest.mark.parametrize(
    "line",
    [
        '{"id":2',
        '{"id":2}}',
        '{"id":2} {"id":3}',
        "{'id':2}",
        '{"id":02}',
        '{"id":2,}',
        "garbage",
        '{"id":"\t"}',
        '{"id":2} 5',
        '{"id":2} ""',
        '{"id":2} null',
        '{"id":2} true',
        '{"id":2} "x"',
    ],
)
def test_a_bad_line_is_rejected_with_its_number(tmp_path, line):
    read = read_content(tmp_path, f'{{"id":1}}\n\n{line}\n{{"id":4}}\n')
    assert read.faults == [(3, "not_json")]
    assert [row["id"] for row in read.kept] == ["1", "4"]
    assert "at column" in read.frame["_message"][1]


def test_a_bad_first_line_does_not_hide_that_records_stand_on_lines(tmp_path):
    read = read_content(tmp_path, '{"id":1\n{"id":2}\n{"id":3}\n')
    assert read.faults == [(1, "not_json")]
    assert [row["id"] for row in read.kept] == ["2", "3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"id":1},{"id":2}', r"line 1, column 19: expected ',' or ']', found the end of the file: it is truncated"),
        ('[{"id":1},\n {"id":"secret', r"line 2, column 8: .*found the end of the file: it is truncated"),
        ('[{"id":1},\n {"id":secret}]', "line 2, column 8: expected a value, found something else"),
        ('[{"id":1}]\n[]', "line 2, column 1: expected the end of the file"),
        ('[{"id":1},]', "line 1, column 11: expected a value"),
        ('{"rows":[\n{"id":1},\n{"id":2,},\n{"id":3}\n]}', "line 3, column"),
        ('{"rows":[\n{"id":1}\n]', "line 3, column 2: .*truncated"),
        ('{"rows":[{"id":1}],"rows":[{"id":2}]}', "expected every key once, found 'rows' twice"),
        ("[" * 100_000, f"expected at most {MOST_DEPTH} levels"),
        ("not json at all", "expected a value"),
        ('[{"id":1}{"id":2}]', "expected ',' or ']'"),
    ],
)
def test_a_malformed_document_is_refused_with_its_place_and_without_its_values(tmp_path, content, message):
    with pytest.raises(SourceUnreadable, match=message) as refusal:
        read_content(tmp_path, content)
    assert str(refusal.value).startswith("input.json: ")
    assert "secret" not in str(refusal.value)


def test_messages_hold_no_values(tmp_path):
    read = read_content(tmp_path, '{"id":1}\n{"id":"secret\n{"id":"secret","id":2}\n"secret"\n')
    assert len(read.faults) == 3
    assert all("secret" not in message for message in read.frame["_message"].drop_nulls())


def test_a_line_that_is_too_long_is_rejected_and_the_next_one_read(tmp_path):
    long = json.dumps({"id": "x" * MOST_RECORD})
    read = read_content(tmp_path, f'{{"id":1}}\n{long}\n{{"id":3}}\n')
    assert read.faults == [(2, "too_large")]
    assert [row["id"] for row in read.kept] == ["1", "3"]
    assert len(read.frame["_raw"][1]) == MOST_RAW


def test_a_record_of_too_many_values_is_rejected_on_a_line_and_refused_in_an_array(tmp_path):
    """Each takes memory, however short it is written."""
    wide = '{"id":[' + ",".join(["{}"] * MOST_VALUES) + "]}"
    read = read_content(tmp_path, f'{{"id":1}}\n{wide}\n{{"id":3}}\n')
    assert read.faults == [(2, "too_large")]
    with pytest.raises(SourceUnreadable, match=f"and {MOST_VALUES} values"):
        read_content(tmp_path, f"[{wide}]")


def test_an_element_that_is_too_long_refuses_the_document(tmp_path):
    with pytest.raises(SourceUnreadable, match=f"line 1, column 2: expected a record of at most {MOST_RECORD} letters"):
        read_content(tmp_path, '[{"id":"' + "x" * MOST_RECORD + '"}]')


@FORMS
def test_a_column_called_like_the_place_of_a_row_is_refused(tmp_path, form):
    with pytest.raises(SourceUnreadable, match="found _at; rename them in the export"):
        read_content(tmp_path, written('{"_at":2}', form))


def test_a_column_may_have_an_empty_name(tmp_path):
    assert read_content(tmp_path, '[{"":1,"b":2}]').kept == [{"": "1", "b": "2"}]


def test_more_columns_than_a_table_has_are_refused(tmp_path):
    content = json.dumps([{f"c{record}_{number}": 1 for number in range(MOST_COLUMNS // 2)} for record in range(3)])
    with pytest.raises(SourceUnreadable, match=f"at most {MOST_COLUMNS} columns"):
        read_content(tmp_path, content)
