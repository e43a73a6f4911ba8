"""Child arrays are entities of their own; what encloses them is reachable from each row."""

import json

import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.json.limits import MOST_AROUND
from tests.extract.json.documents import read_content

CUSTOMERS = [
    {"id": 1, "orders": [{"no": "a", "tags": [1, 2]}, {"no": "b", "ship": {"city": "Bern"}}], "region": "CH"},
    {"id": 2, "orders": [], "region": "DE"},
    {"id": 3, "orders": None},
    {"id": 4},
    {"orders": [{"no": "c"}], "id": 5, "address": {"zip": "010"}, "notes": ["x"]},
]
ORDERS = [
    {"no": "a", "tags": "[1, 2]", "../id": "1", "../region": "CH"},
    {"no": "b", "ship.city": "Bern", "../id": "1", "../region": "CH"},
    {"no": "c", "../id": "5", "../address.zip": "010"},
]


def without_nulls(rows):
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


@pytest.mark.parametrize("form", ["array", "lines", "object"])
def test_each_order_is_a_row_with_its_customer_s_scalars_before_and_after_it(tmp_path, form):
    whole = {"array": json.dumps(CUSTOMERS), "lines": "\n".join(map(json.dumps, CUSTOMERS))}
    whole["object"] = json.dumps({"customers": CUSTOMERS})
    read = read_content(tmp_path, whole[form], records="customers.orders" if form == "object" else "orders")
    assert without_nulls(read.kept) == ORDERS
    assert read.faults == []
    assert read.columns[:3] == ["no", "tags", "ship.city"]


def test_scalars_further_out_are_reachable_even_behind_the_records(tmp_path):
    content = '{"run":7,"data":{"customers":[{"id":1,"orders":[{"no":1}]}],"page":2},"meta":{"by":"x"},"big":[[1],[2]]}'
    read = read_content(tmp_path, content, records="data.customers.orders")
    assert read.kept == [{"no": "1", "../id": "1", "../../page": "2", "../../../run": "7", "../../../meta.by": "x"}]


def test_one_object_at_the_path_is_one_record(tmp_path):
    read = read_content(tmp_path, '{"run":7,"customer":{"id":1}}', records="customer")
    assert read.kept == [{"id": "1", "../run": "7"}]


def test_rows_are_found_by_the_record_that_holds_them(tmp_path):
    read = read_content(tmp_path, json.dumps(CUSTOMERS), records="orders")
    assert read.frame["_at"].to_list() == [1, 1, 5]


def test_a_bad_order_is_rejected_alone(tmp_path):
    content = '[{"id":1,"orders":[{"no":1},{"no":2,"no":2},{"no":NaN},4,null,{"no":5}]}]'
    read = read_content(tmp_path, content, records="orders")
    assert [row["no"] for row in read.kept] == ["1", "5"]
    assert [fault for _, fault in read.faults] == ["duplicate_key", "not_a_number", "not_an_object", "not_an_object"]


def test_a_bad_customer_takes_all_its_orders_along_and_no_one_else_s(tmp_path):
    content = '[{"id":1,"id":2,"orders":[{"no":1},{"no":2}]},{"id":3,"orders":[{"no":3}]}]'
    read = read_content(tmp_path, content, records="orders")
    assert read.faults == [(1, "duplicate_key"), (1, "duplicate_key")]
    assert [row["no"] for row in read.kept] == ["3"]


def test_orders_under_a_repeated_key_are_all_rejected(tmp_path):
    content = '[{"id":1,"orders":[{"no":1}],"orders":[{"no":2}]}]'
    read = read_content(tmp_path, content, records="orders")
    assert read.faults == [(1, "duplicate_key"), (1, "duplicate_key")]


def test_orders_that_are_no_list_are_rejected(tmp_path):
    read = read_content(tmp_path, '[{"id":1,"orders":"none"},{"id":2,"orders":{"no":9}}]', records="orders")
    assert read.faults == [(1, "not_an_object")]
    assert read.kept == [{"no": "9", "../id": "2"}]


def test_a_record_s_own_key_is_not_taken_for_its_parent_s(tmp_path):
    read = read_content(tmp_path, '[{"id":1,"orders":[{"../id":2}]}]', records="orders")
    assert read.faults == [(1, "duplicate_key")]


def test_a_path_that_no_record_has_is_noted(tmp_path):
    read = read_content(tmp_path, '[{"id":1}]', records="oders")
    assert read.frame.height == 0
    assert read.reading.facts.notes == ["no record lies below 'oders'"]


@pytest.mark.parametrize(
    ("content", "records"),
    [
        ('[{"note":"LONG","orders":[{"no":1},{"no":2}]},{"note":"x","orders":[{"no":3}]}]', "orders"),
        ('{"note":"LONG","orders":[{"no":1},{"no":2}]}', "orders"),
    ],
)
def test_rows_do_not_repeat_a_long_text_around_them(tmp_path, content, records):
    read = read_content(tmp_path, content.replace("LONG", "x" * (MOST_AROUND + 1)), records=records)
    assert read.faults[:2] == [(1, "too_large"), (read.frame["_at"][1], "too_large")]
    assert [row["no"] for row in read.kept] == (["3"] if content.startswith("[") else [])
    (frame,) = read.reading.frames(["no"])
    assert frame["_fault"].null_count() == frame.height


def test_what_encloses_the_records_must_be_readable(tmp_path):
    with pytest.raises(SourceUnreadable, match="line 1, column 9: expected a number"):
        read_content(tmp_path, '{"rate":NaN,"rows":[{"id":1}]}', records="rows")
