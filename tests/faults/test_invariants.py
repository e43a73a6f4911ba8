"""The checks themselves: each sees what it is there to see."""

import pkgutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from tests.faults import points
from tests.faults.invariants import after_fault, at_the_end, not_green
from tests.faults.place import Place
from tests.faults.table import Result, render
from tests.faults.world import UNDO, World

pytestmark = pytest.mark.xdist_group("faults-sqlite")

PLANTED = {
    "half: activity record without its line": "DELETE FROM crm_migration_crosswalk WHERE source_key LIKE 'call|n%'",
    "half: line in the crosswalk without": "DELETE FROM activity",
    "duplicate: activity record with 2 lines": "INSERT INTO crm_migration_crosswalk (stream_no, source_key, golden_id,"
    " target_id, fingerprint, created, inserted_run) SELECT stream_no, source_key || 'x', golden_id, target_id,"
    " fingerprint, 0, 1 FROM crm_migration_crosswalk WHERE source_key LIKE 'call|n%' AND fingerprint IS NOT NULL",
    "half: batches say": "DELETE FROM crm_migration_load_batch",
    "reference: contact.account_id leads nowhere": "UPDATE contact SET account_id = 99999",
    "reference: activity.parent_id leads nowhere": "UPDATE activity SET parent_id = 99999 WHERE parent_id IS NOT NULL",
    "unnamed: a rejected opportunity row": "DELETE FROM crm_migration_rejected_row",
    "unnamed: opportunity row without a reason": "UPDATE crm_migration_rejected_row SET message = ''",
    "unlike the undisturbed run: records account": "UPDATE account SET name = 'Somebody' WHERE id = 1",
    "unlike the undisturbed run: crosswalk": "UPDATE crm_migration_crosswalk SET changed_run = NULL",
    "unlike the undisturbed run: status": "UPDATE crm_migration_run SET status = 'running'",
}


@pytest.fixture
def place(world_of: Callable[[str], World]) -> Iterator[Place]:
    """The run as it has ended undisturbed, on a target of its own."""
    world = world_of("sqlite")
    copied = world.copy(UNDO)
    yield copied
    world.drop(copied)


def change(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
        assert database.execute(statement).rowcount > 0


@pytest.mark.parametrize("violation", PLANTED)
def test_what_is_planted_is_found(violation: str, place: Place, world_of: Callable[[str], World]) -> None:
    change(place.case.target_url, PLANTED[violation])
    found = at_the_end(place, world_of("sqlite").expected["two"])
    assert any(one.startswith(violation) for one in found), found


def test_a_run_that_nothing_happened_to_violates_nothing(place: Place, world_of: Callable[[str], World]) -> None:
    assert after_fault(place) == []
    assert at_the_end(place, world_of("sqlite").expected["two"]) == []


def test_a_row_that_is_in_no_state_or_was_never_there_is_found(place: Place, world_of: Callable[[str], World]) -> None:
    other_day = replace(place, case=replace(place.case, source_url=world_of("sqlite").sources["one"]))
    found = at_the_end(other_day, world_of("sqlite").expected["two"])
    assert "conservation: activity row is in 0 states" in found
    assert "conservation: activity has an outcome of no row" in found


def test_an_unfinished_run_that_is_called_green_is_found(place: Place) -> None:
    assert not_green(place) == ["false green: an unfinished run is called green"]


def test_the_table_names_what_was_violated_where() -> None:
    results = [Result("killed", "sqlite", ()), Result("killed", "mariadb", ("half: one", "duplicate: two"))]
    lines = render(results).splitlines()
    assert lines[0].split() == ["sqlite", "mariadb"]
    assert lines[1].split() == ["killed", "ok", "VIOLATION"]
    assert lines[2:4] == ["  killed on mariadb: half: one", "  killed on mariadb: duplicate: two"]
    assert lines[4] == "2 faults on 2 kinds of target, 2 violations"


@pytest.mark.parametrize("at", sorted({text.split()[1] for inner in points.INNER.values() for text in inner}))
def test_every_point_is_a_function_of_the_product(at: str) -> None:
    assert callable(pkgutil.resolve_name(at))
