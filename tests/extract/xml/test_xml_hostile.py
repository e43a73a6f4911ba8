"""No XML document reaches a file or the network, grows beyond its limits, or is taken for whole when it is not."""

import gzip
import shutil
import socket
from contextlib import closing

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import Document
from crm_migration.extract.xml import limits
from crm_migration.extract.xml.columns import Columns
from crm_migration.extract.xml.paths import Step
from crm_migration.extract.xml.records import RecordStream
from crm_migration.extract.xml.stream import TreeStream
from crm_migration.mapping.reading import XmlOptions
from tests.extract.xml.documents import read_content, read_path

DOCTYPES = [
    "billion_laughs",
    "cyclic",
    "dtd",
    "dtd_element",
    "dtd_external_file",
    "dtd_external_http",
    "external",
    "external_file",
    "internal_entity_small",
    "quadratic",
    "xmlbomb",
    "xmlbomb2",
    "xxe_file",
    "xxe_http_ssrf",
    "xxe_parameter_entity_oob",
]


@pytest.fixture
def bait():
    """A server at the address that the hostile files name; nobody may come."""
    with closing(socket.create_server(("127.0.0.1", 28999))) as server:
        server.setblocking(False)
        yield server
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_doctype_is_refused_and_nothing_it_names_is_fetched(shared_data, bait, name):
    with pytest.raises(SourceUnreadable, match=f"^{name}.xml: expected XML without a DOCTYPE, found one"):
        read_path(shared_data / "hostile/xml" / f"{name}.xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-7", "iso-8859-1"])
@pytest.mark.parametrize("before", ["", "<!-- x -->" * 2000])
def test_a_doctype_is_found_in_any_encoding(tmp_path, bait, encoding, before):
    declared = "" if encoding.startswith("utf-8") else f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{before}<!DOCTYPE a [<!ENTITY e SYSTEM "http://127.0.0.1:28999/">]><a><b>&e;</b><b/></a>'
    content = declared.encode() + text.encode(encoding) if encoding == "utf-7" else (declared + text).encode(encoding)
    with pytest.raises(SourceUnreadable, match="expected XML without a DOCTYPE"):
        read_content(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_an_encoding_that_does_not_show_itself_is_refused(tmp_path, bait, encoding):
    text = '<!DOCTYPE a [<!ENTITY e SYSTEM "http://127.0.0.1:28999/">]><a><b>&e;</b><b/></a>'
    with pytest.raises(SourceUnreadable):
        read_content(tmp_path, text.encode(encoding))


def test_the_secret_of_an_external_entity_is_not_read(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    content = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{tmp_path}/secret.txt">]><a><b>&e;</b><b>&e;</b></a>'
    with pytest.raises(SourceUnreadable) as refusal:
        read_content(tmp_path, content)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("control_char", "line 1, column 30: .*invalid char"),
        ("truncated", "line 1, column 77: expected well-formed XML to its end"),
        ("utf16_declared_utf8", "line 1"),
        ("deep_nesting_300", "expected at most 256 levels of elements"),
        ("many_attributes", f"expected at most {limits.MOST_ATTRIBUTES} attributes"),
        ("deep_nesting_100000.xml.gz", "expected at most 256 levels of elements"),
        ("huge_text_11MB.xml.gz", "expected texts of at most 10 million letters"),
    ],
)
def test_what_is_not_well_formed_or_too_big_is_refused_by_name(shared_data, tmp_path, name, found):
    path = shared_data / "hostile/xml" / name
    if name.endswith(".gz"):
        unpacked = tmp_path / "unpacked.xml"
        with gzip.open(path) as packed, unpacked.open("wb") as file:
            shutil.copyfileobj(packed, file)
        path = unpacked
    with pytest.raises(SourceUnreadable, match=found):
        read_path(path if path.exists() else path.with_suffix(".xml"))


def test_xinclude_and_stylesheets_are_data(shared_data, bait):
    read = read_path(shared_data / "hostile/xml/xinclude_file.xml")
    assert read.kept == [{"@href": "file:///etc/passwd", "@parse": "text", ".": ""}]
    assert read_path(shared_data / "hostile/xml/xslt_pi.xml", XmlOptions(records="a")).kept == [{".": ""}]
    read_path(shared_data / "hostile/xml/xalan_exec.xsl")
    read_path(shared_data / "hostile/xml/xalan_write.xsl")
    read_path(shared_data / "hostile/xml/schema-include.xsd")


@pytest.mark.parametrize("name", ["simple.xml", "simple-ns.xml"])
def test_harmless_files_are_read(shared_data, name):
    read = read_path(shared_data / "hostile/xml" / name)
    assert read.kept == [{"@key": "value", ".": "text"}, {"@key": None, ".": "text"}]


def test_a_compressed_file_is_not_unpacked_here(shared_data):
    with pytest.raises(SourceUnreadable, match="expected well-formed XML"):
        read_path(shared_data / "hostile/xml/gzip_bomb_100MB.xml.gz")


def test_messages_hold_no_values(tmp_path):
    for content in ("<a><b>secret</c></a>", "<a b=secret/>", '<a b="secret" b="secret"/>', "<a>&secret;</a>"):
        with pytest.raises(SourceUnreadable) as refusal:
            read_content(tmp_path, content)
        assert "secret" not in str(refusal.value)


def test_a_record_that_is_too_long_is_refused(tmp_path):
    record = "<c>" + f"<n>{'x' * 1_000_000}</n>" * 10 + "</c>"
    with pytest.raises(SourceUnreadable, match=f"expected a record of at most {limits.MOST_RECORD} bytes"):
        read_content(tmp_path, f"<r>{record}<c/></r>", XmlOptions(records="r/c"))


def test_records_of_nearly_that_length_are_read_one_after_another(tmp_path):
    record = f"<c><n>{'x' * (limits.MOST_RECORD - 1_000_000)}</n></c>"
    read = read_content(tmp_path, f"<r>{record * 3}<c/></r>", XmlOptions(records="r/c"))
    assert [len(text or "") for text in read.frame["n"]] == [limits.MOST_RECORD - 1_000_000] * 3 + [0]


def test_more_columns_than_a_table_has_are_refused(tmp_path):
    record = "<c>" + "".join(f"<n{number}/>" for number in range(limits.MOST_COLUMNS + 1)) + "</c>"
    with pytest.raises(SourceUnreadable, match=f"expected at most {limits.MOST_COLUMNS} columns"):
        read_content(tmp_path, f"<r>{record}<c/></r>")


def test_a_root_that_is_closed_too_early_refuses_all(tmp_path):
    with pytest.raises(SourceUnreadable, match="expected well-formed XML to its end"):
        read_content(tmp_path, "<r><c/><c/></r><r/>")


class WatchedStream(TreeStream):
    """Counts the elements that stay in the tree after each piece."""

    most = 0

    def ended(self, file, ends, prune):
        def watched(root, size):
            prune(root, size)
            self.most = max(self.most, sum(1 for _ in root.iter()))

        return super().ended(file, ends, watched)


def test_neither_records_nor_what_lies_beside_them_stays_in_memory(tmp_path):
    path = tmp_path / "beside.xml"
    beside = "<log>" + "<line><a/><b/></line>" * 2_000 + "</log>"
    path.write_text(f"<r>{beside}<cs>{'<c><n>1</n></c>' * 2_000}</cs>{beside}</r>")
    stream = WatchedStream(Document(path, path.name), "r", 500)
    way = (Step("r"), Step("cs"), Step("c"))
    with path.open("rb") as file:
        assert sum(1 for _ in RecordStream(Document(path, path.name), stream, way, Columns({})).records(file)) == 2_000
    assert stream.most < 20
