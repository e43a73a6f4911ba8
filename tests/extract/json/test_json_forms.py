"""A JSON document's form is found by its content, and its records are where the form says."""

import codecs

import pytest

from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.mapping.reading import JsonOptions
from tests.extract.json.documents import read_content, read_path


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ('[{"id":1},{"id":2}]', "array"),
        ('{"id":1}\n{"id":2}\n', "lines"),
        ('\n{"id":1}\r\n\r\n{"id":2}', "lines"),
        ('{"rows":[{"id":1},{"id":2}]}', "object"),
        ('{\n "about":{"rows":[\n {"id":1},\n {"id":2}\n ]}}', "object"),
        ('{\n"id":1\n}\n{\n"id":2\n}', "sequence"),
    ],
)
def test_every_form_gives_the_same_records(tmp_path, content, form):
    read = read_content(tmp_path, content)
    assert read.reading.facts.details["form"] == form
    assert read.kept == [{"id": "1"}, {"id": "2"}]


@pytest.mark.parametrize("content", ["", " \n\n", "[]", '{"rows":[]}', '{"rows":null}', "\ufeff"])
def test_a_document_without_records_is_one_frame_without_rows(tmp_path, content):
    read = read_content(tmp_path, content, records="rows" if content.startswith("{") else None)
    assert read.frame.height == 0


@pytest.mark.parametrize("content", ["3", '"text"', "null", "true"])
def test_a_scalar_is_no_place_for_records(tmp_path, content):
    with pytest.raises(SourceUnreadable, match="found no records"):
        read_content(tmp_path, content)


def test_an_object_without_a_list_of_objects_is_one_record(tmp_path):
    read = read_content(tmp_path, '{"id":7,"tags":["a"]}')
    assert read.kept == [{"id": "7", "tags": '["a"]'}]


def test_an_object_with_two_lists_is_one_record_and_the_lists_are_named(tmp_path):
    read = read_content(tmp_path, '{"customers":[{"id":1}],"orders":[{"id":2}]}')
    assert read.kept == [{"customers": '[{"id":1}]', "orders": '[{"id":2}]'}]
    assert "'customers', 'orders'" in read.reading.facts.notes[0]


def test_the_only_list_of_objects_holds_the_records_and_that_is_noted(tmp_path):
    read = read_content(tmp_path, '{"status":"ok","tags":["a"],"data":{"rows":[{"id":1}]}}')
    assert read.kept == [{"id": "1", "../../status": "ok"}]
    assert read.reading.facts.details["records"] == "data.rows"
    assert "'data.rows'" in read.reading.facts.notes[0]


def test_a_dot_makes_the_whole_document_the_record(tmp_path):
    read = read_content(tmp_path, '{"id":1,"orders":[{"no":2}]}', records=".")
    assert read.kept == [{"id": "1", "orders": '[{"no":2}]'}]


def test_a_path_that_leads_nowhere_is_refused_by_name(tmp_path):
    with pytest.raises(SourceUnreadable, match=r"expected records at 'data.people', found no 'people'.*json.records"):
        read_content(tmp_path, '{"data":{"customers":[{"id":1}]}}', records="data.people")


def test_a_path_to_a_scalar_is_refused(tmp_path):
    with pytest.raises(SourceUnreadable, match="expected records in an array or an object, found a text"):
        read_content(tmp_path, '{"data":"secret"}', records="data")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("content", ['[{"name":"王 José 😀"}]', '{"name":"王 José 😀"}\n{"name":"b"}'])
def test_unicode_encodings_are_found(tmp_path, encoding, content):
    read = read_content(tmp_path, content.encode(encoding))
    assert read.kept[0] == {"name": "王 José 😀"}


def test_a_byte_order_mark_does_not_hide_the_first_line(tmp_path):
    read = read_content(tmp_path, codecs.BOM_UTF8 + b'{"id":1}\n{"id":2}\n')
    assert read.kept == [{"id": "1"}, {"id": "2"}]


def test_a_declared_encoding_is_used(tmp_path):
    path = tmp_path / "gb.json"
    path.write_bytes('[{"名":"中国人"}]'.encode("gb18030"))
    assert read_path(path, JsonOptions(encoding="gb18030")).kept == [{"名": "中国人"}]


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13"])
def test_an_encoding_that_is_none_is_the_mapping_s_fault(tmp_path, encoding):
    path = tmp_path / "a.json"
    path.write_text("[]")
    with pytest.raises(MappingFault, match=r"json\.encoding"):
        read_path(path, JsonOptions(encoding=encoding))


def test_half_a_unit_of_utf_16_is_refused(tmp_path):
    with pytest.raises(SourceUnreadable, match="expected text in utf-16"):
        read_content(tmp_path, '[{"id":1}]'.encode("utf-16")[:-1])


def test_frames_hold_no_more_rows_than_asked_for(tmp_path):
    path = tmp_path / "many.json"
    path.write_text("\n".join(f'{{"id":{number}}}' for number in range(10)))
    assert read_path(path, batch_rows=3).frame["id"].to_list() == [str(number) for number in range(10)]


def test_columns_that_the_document_lacks_are_null(tmp_path):
    read = read_content(tmp_path, '[{"id":1},{"name":"b"}]')
    (frame,) = read.reading.frames(["name", "absent"])
    assert frame["name"].to_list() == [None, "b"]
    assert frame["absent"].to_list() == [None, None]
