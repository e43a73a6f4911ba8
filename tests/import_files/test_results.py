"""The wizard's result files say what became of each record that was sent, and nothing is guessed."""

import csv

import openpyxl
import polars as pl
import pytest

from crm_migration.errors import DataFault
from crm_migration.load.import_files.results import (
    ResultKeyDoubled,
    ResultKeyMissing,
    ResultKeyUnknown,
    ResultUnreadable,
    read_results,
)
from tests.import_files.records import KEY, layout, settings

PLAIN = settings(objects={})
STRICT = settings(objects={}, unmentioned="missing")
SENT = pl.DataFrame({"external_id": ["001", "002", "=3", "004"], "_action": ["insert", "update", "insert", "insert"]})


def a_csv(path, *rows):
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


def outcomes(files, chosen=PLAIN, sent=SENT):
    return read_results(files, layout(chosen), sent).rows()


def test_salesforce_bulk_api_2(tmp_path):
    done = a_csv(
        tmp_path / "success.csv",
        ["sf__Id", "sf__Created", KEY, "name"],
        ["0015g00000A", "true", "001", "Acme"],
        ["0015g00000B", "false", "002", "Bolt"],
    )
    failed = a_csv(
        tmp_path / "failed.csv",
        ["sf__Id", "sf__Error", KEY, "name"],
        ["", "DUPLICATE_VALUE:duplicate value found: Cole and Sons Ltd:Name --", "'=3", "Cole and Sons Ltd"],
        ["", "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --", "004", ""],
    )
    assert outcomes([done, failed], STRICT) == [
        ("001", "0015g00000A", "created", None),
        ("002", "0015g00000B", "updated", None),
        ("=3", None, "refused", "DUPLICATE_VALUE:duplicate value found: <name>:Name --"),
        ("004", None, "refused", "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"),
    ]


def test_salesforce_data_loader(tmp_path):
    done = a_csv(
        tmp_path / "success.csv", ["ID", KEY, "STATUS"], ["a1", "001", "Item Created"], ["a2", "002", "Item Updated"]
    )
    failed = a_csv(tmp_path / "error.csv", [KEY, "ERROR"], ["'=3", "bad value"], ["004", "bad value"])
    assert [row[2] for row in outcomes([done, failed], STRICT)] == ["created", "updated", "refused", "refused"]


def test_hubspot_lists_a_record_once_for_each_error(tmp_path):
    errors = a_csv(
        tmp_path / "errors.csv",
        ["Error code", "Object type", "Reason", "Row number", KEY],
        ["INVALID_EMAIL", "Contact", "email is invalid", "3", "001"],
        ["COULD_NOT_PARSE_DATE", "Contact", "date", "3", "001"],
    )
    assert outcomes([errors]) == [
        ("001", None, "refused", "INVALID_EMAIL: email is invalid; COULD_NOT_PARSE_DATE: date"),
        ("002", None, "updated", None),
        ("=3", None, "created", None),
        ("004", None, "created", None),
    ]


def test_zoho_skipped_records_and_headers_of_ones_own(tmp_path):
    skipped = a_csv(tmp_path / "skipped.csv", [KEY, "Reason for Skipping"], ["004", "Mandatory field missing"])
    assert outcomes([skipped])[3] == ("004", None, "refused", "Mandatory field missing")
    own = settings(objects={}, results={"reason": ["Why not"], "id": ["CRM No"]})
    named = a_csv(tmp_path / "named.csv", [KEY, "why  not", "CRM no"], ["004", "no", ""], ["001", "", "77"])
    assert outcomes([named], own)[::3] == [("001", "77", "created", None), ("004", None, "refused", "no")]


@pytest.mark.parametrize("header", ["错误原因", "失败原因"])
def test_fxiaoke_gives_the_template_back_as_a_workbook(tmp_path, header):
    book = openpyxl.Workbook()
    book.active.append(["外部编号(必填)", "客户名称 *", header])
    book.active.append(["002", "张伟商贸", "客户名称:张伟商贸 已存在"])
    book.save(tmp_path / "导入结果.xlsx")
    chosen = settings(preset="fxiaoke")
    assert outcomes([tmp_path / "导入结果.xlsx"], chosen)[1] == (
        "002", None, "refused", "客户名称:<客户名称 *> 已存在",
    )  # fmt: skip


def test_a_sent_column_called_status_says_nothing_of_the_outcome(tmp_path):
    chosen = settings(objects={"AccountObj": {"labels": {"stage": "Status"}}})
    failed = a_csv(tmp_path / "failed.csv", [KEY, "Status", "Reason"], ["001", "won", "no"])
    assert outcomes([failed], chosen)[0] == ("001", None, "refused", "no")


@pytest.mark.parametrize(
    ("rows", "error", "found"),
    [
        (
            [[KEY, "Reason"], ["9", "no"], ["8", "no"]],
            ResultKeyUnknown,
            r"line 2: expected external ids .* found 2 others",
        ),
        ([[KEY, "Reason"], ["001", "no"], ["", "no"]], ResultKeyMissing, "line 3: expected an external id, found none"),
        ([[KEY, "ID"], ["001", "a"], ["001", "b"]], ResultKeyDoubled, "line 3: expected one result of each record"),
        ([[KEY, "STATUS"], ["001", "Item Created"], ["001", "failed"]], ResultKeyDoubled, "line 3"),
        ([["name", "Reason"], ["Acme", "no"]], ResultUnreadable, "expected the column 'legacy_key'"),
        ([[KEY, "name"], ["001", "Acme"]], ResultUnreadable, "expected a column of outcomes, ids or reasons"),
        ([[KEY, "STATUS"], ["001", "Secret"]], ResultUnreadable, "line 2: expected a word for created"),
        ([[KEY, "Reason"], ["001", "no", "Secret"]], DataFault, "line 2: expected 2 fields, found 3"),
    ],
)
def test_what_cannot_be_matched_is_a_named_error(tmp_path, rows, error, found):
    path = a_csv(tmp_path / "result.csv", *rows)
    with pytest.raises(error, match=f"result.csv.*{found}") as raised:
        outcomes([path])
    assert "Secret" not in str(raised.value)


def test_a_record_that_no_file_mentions(tmp_path):
    path = a_csv(tmp_path / "success.csv", [KEY, "sf__Id"], ["001", "a"], ["002", "b"])
    with pytest.raises(ResultKeyMissing, match="expected a result of each of 4 records, found none of 2"):
        outcomes([path], STRICT)
    assert [row[2] for row in outcomes([path])] == ["created", "updated", "created", "created"]


def test_a_file_that_is_not_there_or_no_table(tmp_path):
    with pytest.raises(DataFault, match=r"gone\.csv: expected a file, found none"):
        outcomes([tmp_path / "gone.csv"])
    (tmp_path / "bad.xlsx").write_bytes(b"PK\3\4 no workbook")
    with pytest.raises(DataFault, match=r"bad\.xlsx"):
        outcomes([tmp_path / "bad.xlsx"])
