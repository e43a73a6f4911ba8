"""Whatever a JSON document holds comes back exactly, wherever its pieces are cut, and no row is lost."""

import json
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import META
from crm_migration.extract.json.quick import QuickReader
from crm_migration.extract.json.scanner import ScanFailed, Scanner
from crm_migration.extract.record_frames import texts
from tests.extract.json.documents import read_content

FEW = settings(max_examples=60)
LETTERS = st.characters(exclude_categories=["Cs"])
NAUGHTY = ["", "{", "}", "[", '":', " :", ":-0", "\\ud800", "\\", '"', "a.b"]
TEXTS = st.text(LETTERS, max_size=8) | st.sampled_from(NAUGHTY)
NUMBERS = st.integers() | st.integers(min_value=10**20) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="./"), min_size=1, max_size=4)
LISTS = st.recursive(st.lists(SCALARS, max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=4)
INNER = st.dictionaries(KEYS, SCALARS | LISTS | st.dictionaries(KEYS, SCALARS, max_size=2), max_size=3)
RECORDS = st.dictionaries(KEYS, SCALARS | LISTS | INNER, max_size=5).filter(lambda record: not set(record) & set(META))
STYLES = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "separators": st.tuples(st.sampled_from([",", ", ", " ,"]), st.sampled_from([":", ": ", " :", "\t: \t"])),
    }
)
CHUNKS = st.integers(min_value=1, max_value=40)


def read_bytes(content, chunk, records=None):
    with tempfile.TemporaryDirectory() as folder:
        return read_content(Path(folder), content, records, chunk)


def flattened(record, style, prefix=""):
    """The columns of a record, by the definition."""
    row = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            row.update(flattened(value, style, f"{prefix}{key}."))
        elif value is None or isinstance(value, str):
            row[prefix + key] = value
        else:
            row[prefix + key] = json.dumps(value, **style)
    return row


def filled(rows, columns):
    return [{column: row.get(column) for column in columns} for row in rows]


@FEW
@given(st.lists(RECORDS, min_size=1, max_size=6), STYLES, CHUNKS, st.sampled_from(["array", "lines", "object"]))
def test_records_come_back_exactly(records, style, chunk, form):
    dumped = [json.dumps(record, **style) for record in records]
    content = {
        "array": "[" + " ,\n".join(dumped) + "]",
        "lines": "\r\n".join([*dumped, *dumped[:1]]),
        "object": '{"a":{"rows":[' + ",".join(dumped) + "]}}",
    }[form]
    expected = [flattened(record, style) for record in (*records, *(records[:1] if form == "lines" else []))]
    read = read_bytes(content.encode(), chunk, "a.rows" if form == "object" else None)
    assert read.faults == []
    assert set(read.columns) == {column for row in expected for column in row}
    assert read.kept == filled(expected, read.columns)
    assert read.frame["_at"].to_list() == list(range(1, len(expected) + 1))


@FEW
@given(st.lists(RECORDS, min_size=1, max_size=4), st.integers(min_value=0, max_value=3), CHUNKS)
def test_indented_documents_hold_the_same_values(records, indent, chunk):
    read = read_bytes(json.dumps(records, indent=indent).encode(), chunk)
    expected = [flattened(record, {}) for record in records]
    parsed = [{name: loosely(value) for name, value in row.items()} for row in read.kept]
    assert parsed == [{name: loosely(value) for name, value in row.items()} for row in filled(expected, read.columns)]


def loosely(value):
    return json.loads(value) if value is not None and value.startswith(("[", "{")) and is_json_text(value) else value


def is_json_text(value):
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


SIGNS = ["{", "}", "[", "]", ",", ":", '"', " ", "\t", "\r", "true", "null", "NaN", "-", ".5"]
NUMERALS = ["-0", "0", "1.10", "1e9", "01", "12345678901234567890123"]
WORDS = ['"a"', '"a":', '"a" :', '"":1', '"\\ud800"', '"\\u0041"', '"é"', '"\\":"', '"x : -0"']
TOKENS = st.sampled_from([*SIGNS, *NUMERALS, *WORDS])
PAIRS = st.lists(st.tuples(st.sampled_from(['"a"', '"b"', '"\\u0061"']), st.sampled_from([":", " :", ": "]), TOKENS))
OBJECTS = PAIRS.map(lambda pairs: "{" + ",".join("".join(pair) for pair in pairs) + "}")


LINES = st.lists(TOKENS, max_size=12).map("".join) | OBJECTS | RECORDS.map(json.dumps)


def check_exactly(line, found):
    scanner = Scanner()
    value, end = scanner.scan(line, len(line) - len(line.lstrip(" \t\r\n")))
    assert line[end:].strip(" \t\r\n") == ""
    assert scanner.examine(line, 0, end, value) is None
    assert dict(zip(found, texts(list(found.values())), strict=True)) == dict(
        zip(value, texts(list(value.values())), strict=True)
    )


@FEW
@given(LINES)
def test_the_quick_way_returns_what_the_exact_way_returns_or_nothing(line):
    quick = QuickReader()
    quick.look_at(line.encode())
    found = quick.object_in(line.encode())
    if found is not None:
        check_exactly(line, found)


@FEW
@given(
    st.lists(
        LINES | st.sampled_from(['{"a":1}', '{"a":\n1}', '{"a":1}{"b":2}', '{"b":"x"} ', '{"a":1} 5', '{"a":1} ""']),
        max_size=4,
    )
)
def test_the_quick_way_reads_lines_together_as_it_reads_each(lines):
    text = "\n".join(lines)
    quick = QuickReader()
    quick.look_at(text.encode(), is_lines=True)
    found = quick.objects_in(text.encode())
    if found is not None:
        for line, value in zip(text.split("\n"), found, strict=True):
            check_exactly(line, value)


def test_lines_in_no_doubt_are_read_together():
    lines = b'{"a":1,"b":"x"}\n{"a":2.50}\r\n{}'
    quick = QuickReader()
    quick.look_at(lines, is_lines=True)
    assert quick.objects_in(lines) == [{"a": 1, "b": "x"}, {"a": "2.50"}, {}]
    assert quick.objects_in(b'{"a":1,"a":2}') is None
    for behind in (b" 5", b" null", b' ""', b' "x"'):
        assert quick.objects_in(b'{"a":1}\n{"a":1}' + behind) is None
        assert quick.objects_in(b'{"a":1}\n{"a":1,"a":2}' + behind) is None


@FEW
@given(OBJECTS)
def test_a_record_is_read_alike_on_a_line_and_in_an_array(record):
    try:
        Scanner().scan(record, 0)
    except ScanFailed:
        return
    line = read_bytes(f'{record}\n{{"a":1}}\n'.encode(), 1000)
    element = read_bytes(f'[{record},{{"a":1}}]'.encode(), 1000)
    assert line.faults == element.faults
    assert line.kept == element.kept


def outcome(content, chunk):
    try:
        read = read_bytes(content, chunk)
    except SourceUnreadable as refusal:
        return str(refusal)
    return read.columns, read.frame.to_dicts()


def in_some_form(records):
    lines = "\n".join(map(json.dumps, records))
    return st.sampled_from([json.dumps(records), lines, json.dumps({"r": records})])


VALID = st.lists(RECORDS, min_size=1, max_size=3).flatmap(in_some_form)


@st.composite
def damaged(draw):
    """A document of which some bytes were changed, lost or put in."""
    content = bytearray(draw(VALID).encode())
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        at = draw(st.integers(min_value=0, max_value=len(content)))
        content[at : at + draw(st.integers(min_value=0, max_value=2))] = draw(
            st.binary(max_size=2) | st.sampled_from([b"{", b"}", b'"', b",", b"\n", b"NaN", b"\\", b"\xff", b"[", b"]"])
        )
    return bytes(content)


@FEW
@given(
    damaged() | st.binary(max_size=60) | st.lists(TOKENS, max_size=15).map(lambda found: "".join(found).encode()),
    CHUNKS,
)
def test_where_the_pieces_are_cut_changes_nothing_and_no_row_is_lost(content, chunk):
    found = outcome(content, chunk)
    assert found == outcome(content, 1_000_000)
    if isinstance(found, str):
        return
    columns, rows = found
    for row in rows:
        rejected = row["_fault"] is not None
        assert rejected == (row["_message"] is not None) == (row["_raw"] is not None)
        assert not rejected or all(row[column] is None for column in columns)


@FEW
@given(
    st.lists(damaged().map(lambda content: content.replace(b"\n", b" ").replace(b"\r", b" ")), min_size=8, max_size=12),
    CHUNKS,
)
def test_every_line_is_a_row_or_a_rejected_row(lines, chunk):
    good = [b'{"id":1}'] * len(lines)
    content = b"\n".join(line for pair in zip(good, lines, strict=True) for line in pair)
    read = read_bytes(content, chunk)
    wanted = [number for number, line in enumerate(content.split(b"\n"), 1) if line.strip(b" \t\r")]
    assert read.frame["_at"].to_list() == wanted


@FEW
@given(st.lists(RECORDS, min_size=1, max_size=5), CHUNKS)
def test_a_truncated_array_is_never_taken_for_a_whole_one(records, chunk):
    whole = json.dumps(records).encode()
    for end in {len(whole) - 1, len(whole) // 2, 1}:
        assert isinstance(outcome(whole[:end], chunk), str)


def test_rejected_rows_are_counted_with_the_others():
    read = read_bytes(b'{"a":1}\n{"a":\n{"a":2}', 5)
    assert read.frame.select(pl.col("_fault").is_null().sum()).item() == 2
    assert read.frame.height == 3
