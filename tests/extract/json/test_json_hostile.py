"""The JSON files that others wrote, hostile ones among them, are read or refused as their owners say."""

import json
import tarfile
import tracemalloc

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.json.faults import NOT_A_NUMBER
from crm_migration.extract.json.scanner import ScanFailed, Scanner, skip_space
from crm_migration.extract.json.units import Run, line_units
from tests.extract.json.documents import opened, read_content, read_path


@pytest.mark.parametrize(
    ("name", "kept", "faults"),
    [
        ("big_int.json", [], [(1, "not_a_number")]),
        ("bom.json", [{"id": "1"}], []),
        ("dup_keys.json", [], [(1, "duplicate_key")]),
        ("int_4301_digits.json", [{"id": "9" * 4301}], []),
        ("lone_surrogate.json", [], [(1, "encoding")]),
        ("ndjson_one_bad_line.ndjson", [{"id": "1"}, {"id": "3"}], [(2, "not_json")]),
    ],
)
def test_hostile_files(shared_data, name, kept, faults):
    read = read_path(shared_data / "hostile/json" / name)
    assert read.kept == kept
    assert read.faults == faults


def test_the_good_values_beside_nan_are_exact(shared_data, tmp_path):
    content = (shared_data / "hostile/json/big_int.json").read_text().replace("NaN", "null")
    (row,) = read_content(tmp_path, content).kept
    assert row == {"id": "12345678901234567890123456789", "amount": "0.1", "amount2": "1e400", "x": None}


def test_nesting_without_end_is_refused_by_its_limit(shared_data):
    with pytest.raises(SourceUnreadable, match="expected at most 64 levels"):
        read_path(shared_data / "hostile/json/deep_100000.json")


@pytest.mark.parametrize("name", ["table.jsonl", "table.ndjson"])
def test_frictionless_lines(shared_data, name):
    read = read_path(shared_data / "files/frictionless" / name)
    assert read.kept == [{"id": "1", "name": "english"}, {"id": "2", "name": "中国人"}]


def test_frictionless_rows_that_are_arrays_are_rejected_each(shared_data):
    read = read_path(shared_data / "files/frictionless/table.json")
    assert read.faults == [(1, "not_an_object"), (2, "not_an_object"), (3, "not_an_object")]


@pytest.mark.parametrize("ascii_only", [False, True])
def test_naughty_strings_are_exact(shared_data, tmp_path, ascii_only):
    texts = json.loads((shared_data / "files/blns/blns.json").read_text())
    read = read_content(tmp_path, "\n".join(json.dumps({"text": text}, ensure_ascii=ascii_only) for text in texts))
    assert [row["text"] for row in read.kept] == texts


def suite(shared_data):
    """JSONTestSuite's cases by name."""
    with tarfile.open(shared_data / "files/JSONTestSuite_test_parsing.tar.xz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if member.isfile() and name[:2] in ("y_", "n_", "i_"):
                yield name, archive.extractfile(member).read()


def is_json(data):
    """Say whether the scanner takes bytes as one JSON text, repeated keys and halves of surrogate pairs among it."""
    scanner = Scanner()
    try:
        text = data.decode("utf-8-sig")
        _, end = scanner.scan(text, skip_space(text, 0))
    except (UnicodeDecodeError, ScanFailed, RecursionError):
        return False
    return skip_space(text, end) == len(text) and scanner.fault is not NOT_A_NUMBER


def test_the_json_test_suite(shared_data, tmp_path):
    """y_ is JSON and is read or refused for holding no records; n_ is no JSON and keeps no row; i_ crashes nothing."""
    counts = dict.fromkeys("yni", 0)
    for name, content in suite(shared_data):
        counts[name[0]] += 1
        try:
            read = read_content(tmp_path, content)
        except SourceUnreadable as refusal:
            kept, refused = [], str(refusal)
        else:
            kept, refused = read.kept, ""
            assert len(read.kept) + len(read.faults) == read.frame.height, name
        if name.startswith("y_"):
            assert is_json(content), name
            assert not refused or "found no records" in refused, name
        elif name.startswith("n_"):
            assert not is_json(content), name
            assert kept == [], name
    assert counts == {"y": 95, "n": 188, "i": 35}


@pytest.mark.parametrize("between", ["\n", ","])
def test_one_wide_record_does_not_make_the_narrow_ones_heavy(tmp_path, between):
    wide, rows = {f"k{number}": 1 for number in range(1000)}, 12_000
    text = json.dumps(wide) + between + between.join(['{"k7":1}'] * rows)
    path = tmp_path / "input.json"
    path.write_text(text if between == "\n" else f"[{text}]")
    reading = opened(path)
    columns = reading.columns()

    tracemalloc.start()
    heights = [frame.height for frame in reading.frames(columns)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert sum(heights) == rows + 1
    # All cells at once would be 12 million, of eight bytes each at the least.
    assert peak < 64 << 20


def test_letters_of_lines_are_counted_once():
    lines = b"\n".join([b'{"id":1,"note":"short"}', b'{"id":2,"inner":{"more":"nested"}}'] * 40)
    runs = [unit for unit in line_units(iter([lines]), runs=True) if isinstance(unit, Run)]
    assert sum(len(run.values) for run in runs) == 40
    assert sum(run.letters for run in runs) == 40 * len(b'{"id":1,"note":"short"}')
