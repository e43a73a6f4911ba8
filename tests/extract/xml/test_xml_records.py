"""The records of an XML document are the elements at a path; their values are exact."""

import pytest

from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.extract.xml.limits import MOST_AROUND
from crm_migration.mapping.reading import XmlOptions
from tests.extract.xml.documents import read_content, read_path

CRM = """<?xml version="1.0"?>
<crm run="7">
  <about>nightly</about>
  <customers>
    <region code="CH">Alps</region>
    <customer id="1"><name>Ann</name><address type="home"><city>Bern</city></address></customer>
    <note>before the second</note>
    <customer id="2"><name/><phone>1</phone><phone>2</phone></customer>
  </customers>
  <total>2</total>
</crm>"""
CUSTOMER = XmlOptions(records="crm/customers/customer")


def nothing_null(rows):
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def test_children_attributes_lists_and_ancestors(tmp_path):
    read = read_content(tmp_path, CRM, CUSTOMER)
    around = {"../region": "Alps", "../../@run": "7", "../../about": "nightly"}
    assert nothing_null(read.kept) == [
        {"@id": "1", "name": "Ann", "address/@type": "home", "address/city": "Bern", **around},
        {"@id": "2", "name": "", "phone": '["1", "2"]', **around, "../note": "before the second"},
    ]
    assert read.frame["_at"].to_list() == [1, 2]
    assert read.columns[:2] == ["@id", "name"]


@pytest.mark.parametrize("chunk", [1, 7, 50, 300])
def test_what_comes_behind_a_record_is_not_known_to_it_however_the_file_is_cut(tmp_path, chunk):
    assert read_content(tmp_path, CRM, CUSTOMER, chunk).kept == read_content(tmp_path, CRM, CUSTOMER).kept


def test_the_most_repeated_element_near_the_root_is_found_and_noted(tmp_path):
    read = read_content(tmp_path, CRM)
    assert [row["@id"] for row in read.kept] == ["1", "2"]
    assert read.reading.facts.details["records"] == "crm/customers/customer"
    assert "'crm/customers/customer'" in read.reading.facts.notes[0]


@pytest.mark.parametrize(
    ("content", "records"),
    [
        ("<a><b>1</b><b>2</b></a>", "a/b"),
        ("<a><b><c>1</c></b></a>", "a/b"),
        ("<a><b>1</b><c>2</c></a>", "a"),
        ("<a><m/><m/><b><c/><c/><c/></b></a>", "a/b/c"),
        ("<a><b><p/><p/></b><b><p/></b></a>", "a/b"),
        ("<a>x</a>", "a"),
        ("<a/>", ""),
    ],
)
def test_which_elements_are_taken_for_records(tmp_path, content, records):
    assert read_content(tmp_path, content).reading.facts.details["records"] == records
    assert read_content(tmp_path, content, chunk=1).reading.facts.details["records"] == records


def test_a_deeper_path_makes_children_rows_of_their_own(tmp_path):
    read = read_content(tmp_path, CRM, XmlOptions(records="crm/customers/customer/phone"))
    own = [{name: row[name] for name in (".", "../@id", "../name", "../../region")} for row in read.kept]
    assert own == [
        {".": "1", "../@id": "2", "../name": "", "../../region": "Alps"},
        {".": "2", "../@id": "2", "../name": "", "../../region": "Alps"},
    ]


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("", ""),
        (" \n ", " \n "),
        ("a &amp; &lt;b&gt; &#233; &#x1F600;", "a & <b> é 😀"),
        ("<![CDATA[<b> & ]]]]><![CDATA[>]]>", "<b> & ]]>"),
        ("a<!-- hidden -->b<?php echo 1 ?>c", "abc"),
        ("007", "007"),
        ("\u00a0x\u2028", "\u00a0x\u2028"),
        ("a&#13;\r\nb", "a\r\nb"),
    ],
)
def test_texts_are_exact(tmp_path, inside, value):
    read = read_content(tmp_path, f"<r><c><n>{inside}</n></c><c><n>x</n></c></r>")
    assert read.kept == [{"n": value}, {"n": "x"}]


def test_empty_nil_and_absent_differ(tmp_path):
    content = (
        '<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><c><n/></c><c><n xsi:nil="true"/></c><c/>'
        '<c><n xsi:nil="1"/><n>a</n></c><c><n xsi:nil="false"/></c></r>'
    )
    read = read_content(tmp_path, content, XmlOptions(records="r/c"))
    assert [row["n"] for row in read.kept] == ["", None, None, '[null, "a"]', ""]
    assert read.columns == ["n", "."]


def test_text_between_elements_belongs_to_the_element_around(tmp_path):
    content = "<r><c><t>one <b>two</b> three</t><u>\n <v>x</v>\n</u></c>y<c>a<b>b</b></c></r>"
    read = read_content(tmp_path, content, XmlOptions(records="r/c"))
    assert nothing_null(read.kept) == [
        {"t": "one two three", "t/b": "two", "u/v": "x"},
        {".": "ab", "b": "b"},
    ]


NAMESPACES = (
    '<c:crm xmlns:c="urn:crm" xmlns="urn:other" xmlns:z="urn:z"><c:customer z:id="1" id="2"><c:name>A</c:name>'
    "<city>B</city></c:customer><customer><c:name>no</c:name></customer></c:crm>"
)


def test_paths_and_columns_with_namespaces(tmp_path):
    options = XmlOptions(records="k:crm/k:customer", namespaces={"k": "urn:crm", "z": "urn:z"})
    read = read_content(tmp_path, NAMESPACES, options)
    assert read.kept == [{"@z:id": "1", "@id": "2", "name": "A", "city": "B"}]
    (frame,) = read.reading.frames(["k:name", "city", "k:city"])
    assert frame.row(0)[:3] == ("A", "B", None)


def test_a_path_without_prefixes_is_of_any_namespace(tmp_path):
    read = read_content(tmp_path, NAMESPACES, XmlOptions(records="crm/customer", namespaces={"z": "urn:z"}))
    assert [row["name"] for row in read.kept] == ["A", "no"]


def test_two_namespaces_in_one_name_need_prefixes(tmp_path):
    with pytest.raises(MappingFault, match=r"column '@id': .* give 'urn:z' a prefix in xml\.namespaces"):
        read_content(tmp_path, NAMESPACES, XmlOptions(records="crm/customer"))


@pytest.mark.parametrize("records", ["k:crm/customer", "crm//customer", ""])
def test_a_path_that_is_none_is_the_mapping_s_fault(tmp_path, records):
    with pytest.raises(MappingFault, match=r"xml\.records"):
        read_content(tmp_path, CRM, XmlOptions(records=records))


def test_another_root_is_refused_by_name(tmp_path):
    with pytest.raises(SourceUnreadable, match="expected records at 'shop/customer', found the root 'crm'"):
        read_content(tmp_path, CRM, XmlOptions(records="shop/customer"))


@pytest.mark.parametrize("content", ["", "<crm/>", "<crm><customers/></crm>", "<crm><customers>\n</customers></crm>"])
def test_a_document_without_records_is_one_frame_without_rows(tmp_path, content):
    assert read_content(tmp_path, content, CUSTOMER).frame.height == 0


def test_rows_do_not_repeat_a_long_text_around_them(tmp_path):
    content = f"<r><t>{'x' * (MOST_AROUND + 1)}</t><c><n>1</n></c><t>short</t><c><n>2</n></c></r>"
    read = read_content(tmp_path, content, XmlOptions(records="r/c"))
    assert list(zip(read.frame["_fault"], read.frame["n"], strict=True)) == [("too_large", None), (None, "2")]
    (frame,) = read.reading.frames(["n"])
    assert frame["n"].to_list() == ["1", "2"]


def test_an_element_of_the_same_name_elsewhere_is_no_record(tmp_path):
    content = "<r><c><n>1</n><c><n>inner</n></c></c><x><c><n>2</n></c></x><c><n>3</n></c></r>"
    read = read_content(tmp_path, content, XmlOptions(records="r/c"))
    assert [(row["n"], row["c/n"]) for row in read.kept] == [("1", "inner"), ("3", None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "gb18030"])
def test_the_declared_encoding_is_used(tmp_path, encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><r><c><n>José</n></c><c><n>b</n></c></r>'
    assert read_content(tmp_path, content.encode(encoding)).kept == [{"n": "José"}, {"n": "b"}]


def test_frames_hold_no_more_rows_than_asked_for(tmp_path):
    path = tmp_path / "many.xml"
    path.write_text("<r>" + "".join(f"<c><n>{number}</n></c>" for number in range(10)) + "</r>")
    read = read_path(path, batch_rows=3)
    assert read.frame["n"].to_list() == [str(number) for number in range(10)]
    (frame,) = read.reading.frames(["absent", "n"])
    assert frame["absent"].null_count() == 10


def test_a_column_called_like_the_place_of_a_row_is_refused(tmp_path):
    with pytest.raises(SourceUnreadable, match="found _at; rename them"):
        read_content(tmp_path, "<r><c><_at>1</_at></c><c/></r>")
