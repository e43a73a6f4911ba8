"""A record that two sources feed goes when neither has a row of it, and comes back with either."""

from pathlib import Path

import pytest

from tests.load.two_sources import LEGACY, SHEET, Scene

CONTACT = "target: {object: contact, external_id: legacy_id}"
DELETING = "target: {object: contact, external_id: legacy_id, on_source_delete: delete}"


@pytest.fixture
def scene(postgres_url: str, tmp_path: Path) -> Scene:
    made = Scene.make(tmp_path / "scene", postgres_url)
    made.describe("legacy", LEGACY.replace(CONTACT, DELETING))
    made.describe("sheet", SHEET.replace(CONTACT, DELETING))
    return made


def test_a_shared_record_goes_with_its_last_row_whoever_has_it(scene: Scene) -> None:
    scene.run("legacy", "one")
    scene.run("sheet", "two")
    assert scene.count() == 4
    scene.change("legacy", "DELETE FROM people WHERE id = 'p2'")
    scene.run("legacy", "three")
    assert scene.count() == 4
    scene.change("sheet", "DELETE FROM drop_list WHERE nr = 's2'")
    before = scene.content()
    scene.run("sheet", "four")
    assert scene.count() == 3
    scene.run("legacy", "five")
    assert scene.count() == 3
    scene.undo("legacy", "five")
    assert scene.undo("sheet", "four").differing == []
    assert scene.content() == before
    scene.run("sheet", "six")
    assert scene.count() == 3
    scene.change("sheet", "INSERT INTO drop_list VALUES ('s2', 'Bob', 'Ray', 'bob@x.example', '555', NULL, NULL)")
    gone = scene.content()
    scene.run("sheet", "seven")
    back = scene.contact("bob@x.example")
    assert (back["last_name"], back["phone"]) == ("Ray", "555")
    assert scene.run("sheet", "eight")["unchanged"] >= 1
    scene.undo("sheet", "eight")
    scene.undo("sheet", "seven")
    assert scene.content() == gone


def test_a_source_that_keeps_holds_what_it_has_ever_brought(scene: Scene) -> None:
    scene.describe("legacy", LEGACY)
    scene.run("legacy", "one")
    scene.run("sheet", "two")
    scene.change("legacy", "DELETE FROM people WHERE id = 'p2'")
    scene.change("sheet", "DELETE FROM drop_list WHERE nr = 's2'")
    scene.run("legacy", "three")
    scene.run("sheet", "four")
    assert scene.count() == 4
