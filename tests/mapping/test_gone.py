"""Rules for rows that go away at the source, and for rows that arrive late."""

import pytest

from crm_migration.mapping.check import check_live
from tests.mapping.samples import changed, problems, read
from tests.mapping.test_live import CHOICES, SOURCE, column, with_column

OBJECT = "      object: accounts\n"


def gone(*lines: str, more: tuple[tuple[str, str], ...] = ()) -> str:
    return changed((OBJECT, OBJECT + "".join(f"      {line}\n" for line in lines)), *more)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["on_source_delete: delete"], []),
        (["on_source_delete: flag", "deleted_flag: is_gone"], []),
        (
            ["on_source_delete: flag"],
            [
                "24:25: entities.account.target.on_source_delete: expected 'deleted_flag', the column of the target to "
                "set, beside 'flag', found none"
            ],
        ),
        (
            ["on_source_delete: delete", "deleted_flag: is_gone"],
            [
                "25:21: entities.account.target.deleted_flag: expected 'on_source_delete: flag' beside it, "
                "found 'delete'"
            ],
        ),
        (
            ["on_source_delete: flag", "deleted_flag: active"],
            [
                "25:21: entities.account.target.deleted_flag: expected a column that no field writes, found 'active', "
                "which is a field"
            ],
        ),
        (
            ["on_source_delete: flag", "deleted_flag: id"],
            [
                "25:21: entities.account.target.deleted_flag: expected a column of its own, found 'id', which "
                "identifies records"
            ],
        ),
        (
            ["on_source_delete: delete", "write: insert"],
            [
                "24:25: entities.account.target.on_source_delete: expected 'keep' beside 'write: insert', which "
                "changes no record, found 'delete'"
            ],
        ),
    ],
)
def test_what_becomes_of_records_must_be_possible(tmp_path, lines, expected):
    assert problems(tmp_path, gone(*lines)) == expected


def test_entities_that_write_one_table_end_its_records_alike(tmp_path):
    text = gone("on_source_delete: delete", more=(("      object: contacts\n", "      object: accounts\n"),))
    (line,) = [line for line in problems(tmp_path, text) if "on_source_delete" in line]
    assert line.split(": ", 1)[1] == (
        "entities.contact.target.on_source_delete: expected 'delete' as in account, which writes accounts too, found "
        "'keep'"
    )


def test_a_lag_needs_a_watermark(tmp_path):
    assert problems(tmp_path, changed(("    watermark: changed_at\n", "    lag: 2h\n"))) == [
        "17:10: entities.account.lag: expected the entity's 'watermark', by which its windows choose rows, beside it, "
        "found none"
    ]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (column("is_gone", "boolean"), []),
        (column("is_gone", "tinyint"), []),
        (
            None,
            [
                "expected a column of accounts ('id', 'legacy_id', 'name', 'country', 'rating', 'revenue', 'active', "
                "'origin', 'parent_id', 'created_at', 'note'), found 'is_gone'"
            ],
        ),
        (column("is_gone", "text"), ["expected a boolean column, found the column is_gone (text)"]),
        (
            column("is_gone", "boolean", generated=True),
            ["expected a column that can be written, found 'is_gone', which the target generates"],
        ),
    ],
)
def test_the_flag_must_be_a_boolean_of_the_target(tmp_path, there, expected):
    loaded = read(tmp_path, gone("on_source_delete: flag", "deleted_flag: is_gone"))
    target = with_column("is_gone", there, "accounts")
    lines = [line.split(": ", 2)[2] for line in check_live(loaded, SOURCE, target, CHOICES) if "deleted_flag" in line]
    assert [line.split(" (did")[0] for line in lines] == expected
