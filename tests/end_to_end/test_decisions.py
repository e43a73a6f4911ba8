"""Decisions of people: kept apart, taken apart again, joined; and what later runs of every source make of them."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_migration.ledger.decisions import Decided, record_decisions
from tests.load.two_sources import LEGACY, SHEET, Scene

P, S = "legacy.contact:", "sheet.contact:"
# Two mappings that say different things of one field would each have it their way.
SURVIVORSHIP = "survivorship: {default: longest, fields: {opted_out: strictest}}"
CONTACTS = """
SELECT c.legacy_id, c.first_name, c.phone, c.title, c.city, f.legacy_id FROM contact c
LEFT JOIN contact f ON f.id = c.referred_by ORDER BY c.legacy_id
"""


@pytest.fixture
def scene(sqlite_url: str, tmp_path: Path) -> Scene:
    return Scene.make(tmp_path / "scene", sqlite_url)


def decide(scene: Scene, judgement: str, *pairs: tuple[str, str]) -> None:
    job = scene.job("legacy", "decisions")
    try:
        record_decisions(job.target.ledger, "contact", pairs, judgement, Decided("tester"))
    finally:
        job.target.close()


def contacts(scene: Scene, statement: str = CONTACTS) -> dict[str, tuple[Any, ...]]:
    engine = sa.create_engine(scene.target_url)
    with engine.connect() as connection:
        found = {row[0]: tuple(row[1:]) for row in connection.execute(sa.text(statement))}
    engine.dispose()
    return found


def add_double(scene: Scene) -> None:
    """Have the database hold its first person twice, each with something of its own, and somebody refer to both."""
    scene.change(
        "legacy",
        "INSERT INTO people VALUES ('p4', 'Ann', 'Lee', 'ann@x.example', '999', 'Ulm', NULL, NULL, '0', NULL, NULL);"
        "UPDATE people SET friend = 'p4' WHERE id = 'p3'; UPDATE people SET tel = NULL WHERE id = 'p1'",
    )


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_row_leaves_its_record_and_stays_out_for_the_next_three_runs(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = str(request.getfixturevalue(f"{engine}_url"))
    scene = Scene.make(tmp_path / "scene", url)
    add_double(scene)
    assert scene.run("legacy", "one") == {"inserted": 3, "merged": 1}
    assert contacts(scene)["p1"][:4] == ("Ann", "999", None, "Bonn")
    assert contacts(scene)["p3"][4] == "p1"
    before = scene.content()
    decide(scene, "different", (P + "p4", P + "p1"))
    assert scene.run("legacy", "two") == {"inserted": 1, "updated": 2, "unchanged": 1}
    found = contacts(scene)
    assert found["p1"][:4] == ("Ann", None, None, "Bonn"), "the record is rebuilt without the row's values"
    assert found["p4"][:4] == ("Ann", "999", None, "Ulm")
    assert found["p3"][4] == "p4", "what referred to the row follows it"
    after = scene.content()
    for name in ("three", "four", "five"):
        assert scene.run("legacy", name) == {"unchanged": 4}
    assert scene.content() == after
    for name in ("five", "four", "three"):
        scene.undo("legacy", name)
    assert scene.undo("legacy", "two").differing == []
    assert scene.content() == before
    lineage = "SELECT source_key, golden_id FROM {}lineage ORDER BY source_key"
    prefix = "crm_migration." if engine == "postgres" else "crm_migration_"
    assert contacts(scene, lineage.format(prefix)) == {"p1": (P + "p1",), "p4": (P + "p1",)}


def test_a_row_of_another_source_leaves_and_the_record_is_what_it_was(scene: Scene) -> None:
    scene.run("legacy", "a1")
    alone = contacts(scene)
    scene.run("sheet", "b1")
    before = scene.content()
    assert contacts(scene)["p1"][:4] == ("Anne", "1234567", "Boss", "Bonn")
    decide(scene, "different", (P + "p1", S + "s1"))
    assert scene.run("sheet", "b2") == {"inserted": 1, "merged": 1, "unchanged": 1}
    found = contacts(scene)
    assert found["p1"] == alone["p1"]
    assert found["s1"][:3] == ("Anne", "1234567", "Boss")
    after = scene.content()
    for number in (2, 3, 4):
        assert scene.run("legacy", f"a{number}") == {"unchanged": 3}
        assert scene.run("sheet", f"b{number + 1}") == {"unchanged": 2, "merged": 1}
    assert scene.content() == after
    for run in ("b5", "a4", "b4", "a3", "b3", "a2"):
        scene.undo("legacy" if run[0] == "a" else "sheet", run)
    assert scene.undo("sheet", "b2").differing == []
    assert scene.content() == before


def test_two_records_that_exist_become_one_and_can_be_two_again(scene: Scene) -> None:
    scene.change("legacy", "UPDATE people SET mail = 'other@x.example', tel = NULL WHERE id = 'p2'")
    double = "('p4', 'Robert', 'Ray', 'bob@x.example', '77', 'Ulm', NULL, NULL, '0', NULL, 'p2')"
    scene.change("legacy", f"INSERT INTO people VALUES {double}; UPDATE people SET friend = 'p4' WHERE id = 'p3'")
    scene.run("legacy", "a1")
    scene.run("sheet", "b1")
    before = scene.content()
    decide(scene, "same", (P + "p4", P + "p2"))
    assert "merged" not in scene.run("legacy", "a2"), "the other source's row has to move before the founder"
    assert scene.run("sheet", "b2")["merged"] == 2
    assert scene.run("legacy", "a3")["merged"] == 1
    found = contacts(scene)
    assert list(found) == ["p1", "p2", "p3", "s9"]
    assert found["p3"][4] == "p2", "what referred to the record that gave way refers to the one that stays"
    assert found["p2"][1] in ("77", "555")
    after = scene.content()
    for name in ("x4", "x5", "x6"):
        scene.run("legacy", name)
        scene.run("sheet", name)
    assert scene.content() == after
    for name in ("x6", "x5", "x4"):
        scene.undo("sheet", name)
        scene.undo("legacy", name)
    scene.undo("legacy", "a3")
    scene.undo("sheet", "b2")
    scene.undo("legacy", "a2")
    assert scene.content() == before


def test_rows_said_to_be_two_customers_are_never_one(scene: Scene) -> None:
    add_double(scene)
    scene.run("sheet", "b1")
    decide(scene, "different", (P + "p1", P + "p4"))
    assert scene.run("legacy", "a1") == {"inserted": 2, "merged": 2}, "only one of the two joins the sheet's record"
    after = scene.content()
    for name in ("x2", "x3", "x4"):
        scene.run("legacy", name)
        scene.run("sheet", name)
    assert scene.content() == after


@pytest.mark.parametrize("order", [("legacy", "sheet"), ("sheet", "legacy"), ("legacy", "sheet", "legacy", "sheet")])
def test_the_order_of_sources_makes_no_difference(scene: Scene, order: tuple[str, ...]) -> None:
    for name, mapping in (("legacy", LEGACY), ("sheet", SHEET)):
        scene.describe(name, re.sub(r"survivorship: .*", SURVIVORSHIP, mapping))
    for number, source in enumerate(order):
        scene.run(source, f"run{number}")
    assert clusters(scene) == {
        frozenset({P + "p1", S + "s1"}),
        frozenset({P + "p2", S + "s2"}),
        frozenset({P + "p3"}),
        frozenset({S + "s9"}),
    }
    golden = "SELECT email, first_name, last_name, phone, city, title, opted_out, born, revenue FROM contact"
    assert contacts(scene, golden) == {
        "ann@x.example": ("Anne", "Lee", "1234567", "Bonn", "Boss", 1, "1980-01-31", 10.5),
        "bob@x.example": ("Bob", "Ray", "555", "Köln", None, 1, None, None),
        "cy@x.example": ("Cy", "Low", "789", None, None, 0, None, 7),
        "new@x.example": ("New", "Face", None, None, "Clerk", 0, None, None),
    }


def clusters(scene: Scene) -> set[frozenset[str]]:
    """Return the rows of each contact in the target, by identity."""
    statement = """
    SELECT s.source || '.' || s.entity || ':' || c.source_key, c.target_id FROM crm_migration_crosswalk c
    JOIN crm_migration_stream s ON s.stream_no = c.stream_no WHERE s.object = 'contact'
    """
    found: dict[str, set[str]] = {}
    for identity, (target_id,) in contacts(scene, statement).items():
        found.setdefault(target_id, set()).add(identity)
    return {frozenset(rows) for rows in found.values()}
