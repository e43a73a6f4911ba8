"""Files are cut at the wizard's limits, whole or not there, and the same for the same records."""

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from crm_migration.errors import DataFault, MappingFault, StagingMissing
from crm_migration.load.import_files.manifest import digest, read_manifest
from crm_migration.load.import_files.writing import Outgoing, write_import_files
from crm_migration.mapping.model import Text
from tests.import_files.records import FIELDS, KEY, NASTY, OBJECT, read, records, settings, write

NAMES = [f"Acme {number} \U00024b62" for number in range(95)]


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_ends_at_the_limit_of_rows(tmp_path, form):
    chosen = settings(format=form, rows_per_file=40)
    written = write(tmp_path, [records(NAMES)], chosen)
    assert [one.rows for one in written.manifest.files] == [40, 40, 15]
    assert_frame_equal(read(tmp_path, written, chosen).select(records([]).columns), records(NAMES))


@pytest.mark.parametrize(("form", "most", "rows"), [("csv", 4000, 95), ("xlsx", 1 << 20, 4000)])
def test_a_file_ends_at_the_limit_of_bytes(tmp_path, form, most, rows):
    chosen = settings(format=form, bytes_per_file=most)
    # Hashes do not compress, so that a workbook of them grows with its rows.
    noise = pl.Series(range(rows * 50)).hash(1).cast(pl.String).to_list()
    names = ["".join(noise[at * 50 : at * 50 + 50]) for at in range(rows)] if form == "xlsx" else NAMES
    written = write(tmp_path, [records(names)], chosen)
    assert len(written.manifest.files) > 1
    assert all(one.bytes <= most for one in written.manifest.files)
    assert sum(one.rows for one in written.manifest.files) == rows
    assert len(written.manifest.files) <= 2 + sum(one.bytes for one in written.manifest.files) // (most * 0.7)


def test_more_columns_than_the_wizard_takes_are_refused(tmp_path):
    with pytest.raises(MappingFault, match=r"expected at most 9 columns.*found 10"):
        write(tmp_path, [records(["a"])], settings(columns_per_file=9))
    write(tmp_path, [records(["a"])], settings(columns_per_file=10))


def test_creates_come_before_updates_and_parents_before_children(tmp_path):
    fields = {"name": Text(kind="text", source="a")}
    both = pl.concat([records(["a", "b"]), records(["c", "d"], "update").with_columns(pl.lit("9").alias(KEY))])
    outgoing = [Outgoing(OBJECT, FIELDS, KEY, [both]), Outgoing("Contact", fields, KEY, [both])]
    files = write_import_files(tmp_path, outgoing, settings()).manifest.files
    assert [(one.order, one.object, one.action) for one in files] == [
        (1, OBJECT, "insert"), (2, "Contact", "insert"), (3, OBJECT, "update"), (4, "Contact", "update"),
    ]  # fmt: skip
    assert [one.file for one in files] == sorted(one.file for one in files)
    readme = (tmp_path / "README.txt").read_text()
    assert [readme.index(one.file) for one in files] == sorted(readme.index(one.file) for one in files)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_same_records_give_the_same_bytes(tmp_path, form):
    chosen, frame = settings(format=form, rows_per_file=20), records(NASTY * 2)
    write(tmp_path / "one", [frame], chosen)
    write(tmp_path / "other", frame.iter_slices(7), chosen)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    write(tmp_path / "one", [frame], chosen)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_the_manifest_tells_of_every_file(tmp_path):
    written = write(tmp_path, [records(NAMES)], settings(rows_per_file=50))
    assert read_manifest(tmp_path) == written.manifest
    listed = json.loads((tmp_path / "manifest.json").read_text())["files"]
    for one in listed:
        path = tmp_path / one["file"]
        assert (one["bytes"], one["sha256"]) == (path.stat().st_size, digest(path))
    assert {one["file"] for one in listed} | {"manifest.json", "README.txt"} == set(contents(tmp_path))
    assert listed[0]["columns"][:2] == ["外部编号", "客户名称 *"]


def test_a_repeat_leaves_nothing_of_what_it_replaces(tmp_path):
    write(tmp_path, [records(NAMES)], settings(rows_per_file=10))
    (tmp_path / ".01_AccountObj_create_001.csv.part").write_text("cut off")
    (tmp_path / "kept by somebody.txt").write_text("mine")
    written = write(tmp_path, [records(NAMES)], settings(rows_per_file=60))
    names = {one.file for one in written.manifest.files}
    assert set(contents(tmp_path)) == names | {"manifest.json", "README.txt", "kept by somebody.txt"}


def test_an_interrupted_write_leaves_no_manifest(tmp_path):
    def broken():
        yield records(NAMES)
        raise KeyboardInterrupt

    write(tmp_path, [records(NAMES)], settings())
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, broken(), settings())
    with pytest.raises(StagingMissing, match=r"expected a manifest\.json, found none"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("chosen", "field", "value", "reason"),
    [
        ({}, "name", "secret\0", "name: expected text, found a NUL character"),
        ({"encoding": "cp1252"}, "name", "secret 张", "name: expected letters of cp1252, found others"),
        ({"format": "xlsx"}, "name", "\U00024b62" * 16_384, "name: expected at most 32767 characters"),
        ({"bytes_per_file": 1500}, "name", "secret" * 300, "expected a record that fits into a file of 1500 bytes"),
        ({}, "founded", "secret", "founded: expected a date of the calendar"),
    ],
)
def test_a_record_that_no_file_can_hold_is_refused_and_the_others_are_written(tmp_path, chosen, field, value, reason):
    wrong = pl.when(pl.col(KEY) == "0001").then(pl.lit(value)).otherwise(pl.col(field)).alias(field)
    plain = settings(objects={}, **chosen)
    frame = records(["a", "b", "c"]).with_columns(wrong)
    written = write(tmp_path, [frame], plain)
    assert written.refused["external_id"].to_list() == ["0001"]
    assert reason in written.refused["reason"][0]
    assert "secret" not in written.refused["reason"][0]
    assert written.manifest.objects[0].refused == 1
    assert sum(one.rows for one in written.manifest.files) == 2
    assert "1 records are in no file" in (tmp_path / "README.txt").read_text()


def test_a_record_without_an_external_id_is_an_error(tmp_path):
    with pytest.raises(DataFault, match=r"expected an external id \(legacy_key\) in every record, found 1 without"):
        write(tmp_path, [records(["a", "b"]).with_columns(pl.Series(KEY, ["1", None]))], settings())
    with pytest.raises(DataFault, match="found 2 records with another one"):
        write(tmp_path, [records(["a", "b"], "delete")], settings())


def test_no_records_give_a_manifest_without_files(tmp_path):
    assert write(tmp_path, [records([])], settings()).manifest.files == []
    assert set(contents(tmp_path)) == {"manifest.json", "README.txt"}
