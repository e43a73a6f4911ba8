"""A function of the mapping's author: what it may do, and that every fault of it is told without a value."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crm_migration.clean.functions import FunctionFailed, apply_function
from crm_migration.errors import MappingFault
from crm_migration.mapping.functions import function_faults, load_function
from crm_migration.mapping.scope import scopes
from tests.clean.columns import cleaned, context, one, spec, table
from tests.clean.entities import mapping, run
from tests.clean.series_functions import CALLS

HERE = "tests.clean.series_functions"


def named(name: str) -> str:
    return f"{HERE}:{name}"


def test_what_it_returns_is_read_like_a_source_value() -> None:
    integer = spec("integer", function=named("without_prefix"))
    assert [one(integer, value) for value in ("AB-17", "  18 ", "C-x", None)] == [17, 18, ("integer",), None]


def test_it_gets_the_source_text_as_it_is_and_several_columns_joined() -> None:
    both = spec("text", **{"from": ["value", "other"]}, separator="|", function=named("swapped"))
    found = cleaned_with(both, ["a", "A&amp;B", " a"], other=["b", "c", "b"])
    assert found == ["b", "A&B|c", "a|b"]


def cleaned_with(field: Any, values: list[str | None], **others: list[str | None]) -> list[Any]:
    from crm_migration.clean.fields import clean_field

    return clean_field(table(values, **others), field, context()).values.to_list()


def test_it_may_fill_what_is_empty_and_that_is_no_value_of_the_source() -> None:
    found = cleaned(spec("email", function=named("filled")), [None, "a@b.example", "  "])
    assert found.values.to_list() == ["nothing@example.com", "a@b.example", None]
    assert found.before.to_list() == [False, True, False]
    assert found.changed.to_list() == [True, False, True]


def test_a_reference_is_a_key_before_and_after() -> None:
    parent = spec("reference", to="account", **{"from": ["value", "other"]}, function=named("swapped"))
    assert cleaned_with(parent, [" a ", "a", None], other=["b", None, "b"]) == ["b", None, None]


def test_it_cannot_change_what_others_see() -> None:
    frame = table(["a", None])
    assert apply_function(named("changes_what_it_was_given"), frame["value"]).to_list() == ["x", "x"]
    assert frame["value"].to_list() == ["a", None]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_list", "expected a pandas Series, found list"),
        ("too_short", "expected 3 values as given, found 2"),
        ("shuffled", "expected the index of the Series given, found another one"),
        ("numbers", "expected text or nothing, found a value of type int"),
        ("unreadable", "expected a Series that can be read, found ValueError"),
        ("leaves", f"function {HERE}:leaves raised SystemExit"),
        ("half_a_pair", "expected Unicode text, found half of a surrogate pair"),
        ("fails_for_many", "fails_for_many raised RuntimeError, though not for any one row that was tried alone"),
    ],
)
def test_what_it_must_not_return(name: str, expected: str) -> None:
    with pytest.raises(FunctionFailed) as caught:
        apply_function(named(name), pl.Series(["a", None, "secret"], dtype=pl.String))
    assert expected in str(caught.value)
    assert "secret" not in str(caught.value)


def test_rows_that_fail_only_together_are_not_all_tried_alone() -> None:
    CALLS.clear()
    with pytest.raises(FunctionFailed):
        apply_function(named("fails_for_many"), pl.Series(map(str, range(5_000))))
    assert len(CALLS) < 300


def test_an_error_names_function_field_and_rows_and_no_value(tmp_path: Path) -> None:
    plan = mapping(
        fields={"name": {"kind": "name", "from": "name", "function": named("fails_for_secrets")}}, filters=[]
    )
    rows: list[dict[str, str | None]] = [
        {"id": f"k{n}", "name": f"secret {n}" if n in (5, 77, 300, 301) else "Ann"} for n in range(500)
    ]
    with pytest.raises(MappingFault) as caught:
        run(tmp_path, rows, plan, part=400)
    assert str(caught.value) == (
        f"source 'crm', entity 'contact', field 'name': function {HERE}:fails_for_secrets raised ValueError; it "
        "happens for the row(s) with the key k5, k77, k300; correct the function"
    )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("no.such.module:f", "found none named 'no.such.module'; put its module into plugins/ or dags/"),
        ("tests.clean.no_such:f", "found none named 'tests.clean.no_such'; put its module into plugins/"),
        ("tests.clean.broken_module:f", "raises ImportError: cannot import name 'no_such_name'"),
        (named("without_prefx"), "found none named 'without_prefx' (did you mean 'without_prefix'?)"),
        (named("NOT_A_FUNCTION"), "which cannot be called so"),
        (named("two"), "which cannot be called so"),
    ],
)
def test_a_function_that_is_not_there_is_a_fault_of_the_mapping(reference: str, expected: str) -> None:
    plan = mapping(fields={"name": {"kind": "name", "from": "name", "function": reference}})
    (fault,) = function_faults(scopes(plan)[0])
    assert fault.place == ("entities", "contact", "fields", "name", "function")
    assert expected in fault.text
    with pytest.raises(MappingFault):
        load_function(reference)


def test_no_function_is_no_fault() -> None:
    assert list(function_faults(scopes(mapping())[0])) == []


def test_pandas_is_imported_only_for_a_function() -> None:
    code = "import sys, crm_migration.clean.clean, crm_migration.mapping.check; sys.exit('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "plugins"}, check=False)
    assert done.returncode == 0
