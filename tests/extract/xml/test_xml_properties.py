"""Whatever an XML document holds comes back exactly, wherever its pieces are cut."""

import json
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import META, Document
from crm_migration.extract.formats import Wanted
from crm_migration.extract.xml.reading import XmlReading
from crm_migration.mapping.reading import ReadOptions, XmlOptions
from tests.extract.xml.documents import read_content

SPACES = {"p": "urn:p", "q": "urn:q"}
FEW = settings(max_examples=60)
ANY = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
LETTERS = ANY | st.sampled_from("\t\n\r<>&\"' ")
TEXTS = st.text(LETTERS, max_size=6)
NAMES = st.sampled_from(["a", "b", "c", "name", "x-1"])
ATTRIBUTES = st.dictionaries(NAMES, TEXTS, max_size=2)
NODES = st.recursive(
    st.tuples(NAMES, ATTRIBUTES, TEXTS, st.just([])),
    lambda inner: st.tuples(NAMES, ATTRIBUTES, st.sampled_from(["", "\n  "]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=5,
)
RECORDS = st.lists(NODES.map(lambda node: ("record", *node[1:])), min_size=1, max_size=4)
CHUNKS = st.integers(min_value=1, max_value=60)


def element(node):
    name, attributes, text, children = node
    made = etree.Element(name, attributes, nsmap=SPACES)
    made.text = text
    for child in children:
        made.append(element(child))
    return made


def found_in(node, way="", into=None):
    """All values of a record by column, in lists, by the definition."""
    into = {} if into is None else into
    _, attributes, text, children = node
    for name, value in attributes.items():
        into.setdefault(f"{way}@{name}", []).append(value)
    if not children:
        into.setdefault(way.rstrip("/") or ".", []).append(text)
    for child in children:
        found_in(child, f"{way}{child[0]}/", into)
    return into


def expected_row(record):
    found = found_in(record).items()
    return {name: values[0] if len(values) == 1 else json.dumps(values, ensure_ascii=False) for name, values in found}


def read_bytes(content, chunk, options=None):
    with tempfile.TemporaryDirectory() as folder:
        return read_content(Path(folder), content, options, chunk)


@FEW
@given(RECORDS, CHUNKS, st.sampled_from(["utf-8", "utf-16", "us-ascii"]))
def test_records_come_back_exactly(records, chunk, encoding):
    root = etree.Element("root")
    for record in records:
        root.append(element(record))
    content = etree.tostring(root, encoding=encoding, xml_declaration=True)
    read = read_bytes(content, chunk, XmlOptions(records="root/record"))
    expected = [expected_row(record) for record in records]
    assert set(read.columns) == {column for row in expected for column in row}
    assert read.kept == [{column: row.get(column) for column in read.columns} for row in expected]


def outcome(content, chunk):
    try:
        read = read_bytes(content, chunk)
    except SourceUnreadable:
        return "refused"
    return read.columns, read.frame.to_dicts(), read.reading.facts


SIGNS = ["<a>", "</a>", "<b>", "</b>", "<c x='1'/>", "<c/>", "text", " ", "<!-- -->", "&lt;"]
TAGS = st.lists(st.sampled_from(SIGNS), max_size=30)


def as_tree(records):
    return "<r>" + "".join(etree.tostring(element(record), encoding="unicode") for record in records) + "</r>"


@FEW
@given(TAGS.map(lambda tags: f"<r>{''.join(tags)}</r>") | RECORDS.map(as_tree) | st.text(max_size=20), CHUNKS)
def test_where_the_pieces_are_cut_changes_nothing(content, chunk):
    whole = content.encode("utf-8", "replace")
    assert outcome(whole, chunk) == outcome(whole, 1_000_000)


@FEW
@given(RECORDS, CHUNKS, st.integers(min_value=1, max_value=10))
def test_a_truncated_document_is_never_taken_for_a_whole_one(records, chunk, lost):
    assert outcome(as_tree(records).encode()[:-lost], chunk) == "refused"


@FEW
@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_are_refused_or_read(content):
    found = outcome(content, 1000)
    assert found == "refused" or len(found[1]) >= 0


SPACED = st.sampled_from(["a", "b", "{urn:p}a", "{urn:q}a", "{urn:q}b"])
SPACED_RECORDS = st.lists(
    st.tuples(st.just("record"), st.dictionaries(SPACED, TEXTS, max_size=2), st.just(""), st.lists(
        st.tuples(SPACED, st.just({}), TEXTS, st.just([])), max_size=3)),
    min_size=1, max_size=5,
)  # fmt: skip
AROUND = st.dictionaries(SPACED, TEXTS, max_size=2)
WANTED = st.lists(
    st.sampled_from(["a", "b", "p:a", "q:a", "q:b", "@a", "@p:a", "@q:b", "../@a", "../@p:a", "none"]), unique=True
)


@FEW
@given(SPACED_RECORDS, AROUND, WANTED)
def test_rows_do_not_depend_on_whether_the_columns_were_asked_for_first(records, around, wanted):
    root = etree.Element("root", around, nsmap=SPACES)
    for record in records:
        root.append(element(record))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input.xml"
        path.write_bytes(etree.tostring(root))

        def reading():
            options = ReadOptions(xml=XmlOptions(records="root/record", namespaces=SPACES))
            return XmlReading(Document(path, path.name), Wanted(options), chunk=7)

        asked, straight = reading(), reading()
        columns = asked.columns()
        wanted = [*wanted, *(column for column in columns if column not in wanted)]
        expected = pl.concat(asked.frames(wanted))
        assert pl.concat(straight.frames(wanted, batch_rows=1)).equals(expected)
        assert straight.columns() == columns


def test_a_column_of_ours_is_refused_wherever_it_appears(tmp_path):
    rows = "".join(f"<record><a>{n}</a></record>" for n in range(9))
    path = tmp_path / "input.xml"
    for name in META:
        path.write_text(f"<root>{rows}<record><{name}/></record></root>")
        reading = XmlReading(Document(path, path.name), Wanted(ReadOptions()))
        with pytest.raises(SourceUnreadable, match=f"found {name}"):
            list(reading.frames(["a"], batch_rows=2))
