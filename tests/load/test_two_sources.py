"""One customer whom two sources know: a large database and a short sheet, or two entities of one mapping."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm_migration.errors import ChangedSince
from tests.load.two_sources import LEGACY, LEGACY_ROWS, Scene

ANN, BOB = "ann@x.example", "bob@x.example"
MERGED = {"merged": 2, "unchanged": 1}


@pytest.fixture
def scene(sqlite_url: str, tmp_path: Path) -> Scene:
    return Scene.make(tmp_path / "scene", sqlite_url)


def test_a_short_sheet_joins_the_records_of_a_large_database(any_database_url: str, tmp_path: Path) -> None:
    scene = Scene.make(tmp_path / "scene", any_database_url)
    assert scene.run("legacy", "a1") == {"inserted": 3}
    assert scene.run("sheet", "b1") == {"merged": 2, "inserted": 1}
    assert scene.count() == 4
    ann, bob = scene.contact(ANN), scene.contact(BOB)
    assert (ann["legacy_id"], ann["title"], ann["phone"], ann["city"]) == ("p1", "Boss", "1234567", "Bonn")
    assert str(ann["born"]) == str(date(1980, 1, 31))
    assert Decimal(str(ann["revenue"])) == Decimal("10.50")
    assert (ann["firm"], ann["friend"], bool(ann["opted_out"])) == ("f1", "p3", True)
    assert (bob["phone"], bob["title"], bob["city"], bool(bob["opted_out"])) == ("555", None, "Köln", True)
    before = scene.content()
    assert scene.run("legacy", "a2") == {"unchanged": 3}
    assert scene.run("sheet", "b2") == MERGED
    assert scene.run("legacy", "a3") == {"unchanged": 3}
    assert scene.content() == before


def test_the_sheet_may_come_first(scene: Scene) -> None:
    assert scene.run("sheet", "b1") == {"inserted": 3}
    assert scene.run("legacy", "a1") == {"merged": 2, "inserted": 1}
    assert scene.count() == 4
    ann = scene.contact(ANN)
    assert (ann["legacy_id"], ann["title"], ann["city"], ann["firm"]) == ("s1", "Boss", "Bonn", "f1")
    assert (ann["friend"], bool(ann["opted_out"])) == ("p3", True)
    before = scene.content()
    assert scene.run("sheet", "b2") == {"unchanged": 3}
    assert scene.run("legacy", "a2") == MERGED
    assert scene.content() == before


AT_FIRMS = """
DELETE FROM people;
INSERT INTO people (id, first, last, mail, town, firm)
  VALUES ('{key}', 'Ann', 'Lee', 'ann@x.example', '{town}', '{firm}');
"""


def test_of_two_rows_that_are_as_full_one_is_taken_in_either_order(tmp_path: Path) -> None:
    taken = []
    for order in (("legacy", "branch"), ("branch", "legacy")):
        scene = Scene.make(tmp_path / order[0], f"sqlite:///{tmp_path / order[0]}.sqlite")
        scene.describe("branch", LEGACY.replace("name: legacy, connection: legacy", "name: branch, connection: branch"))
        scene.change("branch", LEGACY_ROWS.replace("('f", "('g") + AT_FIRMS.format(key="b1", town="Köln", firm="g1"))
        scene.change("legacy", AT_FIRMS.format(key="p1", town="Bonn", firm="f1"))
        for source in order:
            scene.run(source, "one")
        assert scene.count() == 1
        taken.append((scene.contact(ANN)["city"], scene.contact(ANN)["firm"]))
    assert taken == [("Köln", "g1"), ("Köln", "g1")], "the smaller name; what a row refers to does not make it fuller"


def test_why_a_row_was_merged_outlives_its_changes(scene: Scene) -> None:
    scene.run("legacy", "a1")
    scene.run("sheet", "b1")
    assert scene.why() == {"p1": None, "p2": None, "s1": "email", "s2": "email"}
    scene.change("sheet", "UPDATE drop_list SET job = 'Chief' WHERE nr = 's1'")
    scene.change("legacy", "UPDATE people SET town = 'Ulm' WHERE id = 'p1'")
    for source in ("sheet", "legacy"):
        scene.run(source, "two")
    assert scene.why() == {"p1": None, "p2": None, "s1": "email", "s2": "email"}


def test_an_edit_survives_both_sources_and_is_nobodys_fault(scene: Scene) -> None:
    scene.run("legacy", "a1")
    scene.edit("UPDATE contact SET city = 'Paris', first_name = 'Annabel' WHERE legacy_id = 'p1'")
    scene.run("sheet", "b1")
    assert scene.told("sheet", "b1", "field_differs") == []
    scene.edit("UPDATE contact SET title = 'Queen' WHERE legacy_id = 'p1'")
    scene.change("legacy", "UPDATE people SET first = 'Anna', town = 'Ulm', worth = '11' WHERE id = 'p1'")
    scene.change("sheet", "UPDATE drop_list SET job = 'Chief', mobile = '12345678' WHERE nr = 's1'")
    scene.run("legacy", "a2")
    scene.run("sheet", "b2")
    ann = scene.contact(ANN)
    assert (ann["city"], ann["first_name"], ann["title"]) == ("Paris", "Annabel", "Queen")
    assert (ann["revenue"], ann["phone"]) == (11, "12345678")
    assert scene.told("legacy", "a2", "edited_in_target") == ["p1"]
    before = scene.content()
    scene.run("legacy", "a3")
    scene.run("sheet", "b3")
    assert scene.content() == before


def test_undoing_the_sheet_leaves_the_database_as_it_was(any_database_url: str, tmp_path: Path) -> None:
    scene = Scene.make(tmp_path / "scene", any_database_url)
    scene.run("legacy", "a1")
    before = scene.content()
    scene.run("sheet", "b1")
    assert scene.undo("sheet", "b1").differing == []
    assert scene.content() == before
    assert scene.run("legacy", "a2") == {"unchanged": 3}
    assert scene.content() == before


def test_undo_does_not_lose_what_a_person_wrote_since(scene: Scene) -> None:
    scene.run("legacy", "a1")
    before = scene.content()
    scene.run("sheet", "b1")
    scene.edit("UPDATE contact SET title = 'Queen' WHERE legacy_id = 'p1'")
    with pytest.raises(ChangedSince, match="contact p1"):
        scene.undo("sheet", "b1")
    scene.undo("sheet", "b1", force=True)
    assert scene.content() == before


def test_each_source_goes_on_feeding_its_fields(scene: Scene) -> None:
    scene.run("legacy", "a1")
    scene.run("sheet", "b1")
    scene.change("legacy", "UPDATE people SET town = 'Ulm', worth = '12.5', firm = 'f2', friend = 'p2' WHERE id = 'p1'")
    scene.change("legacy", "UPDATE people SET town = NULL, born = '1990-02-03', tel = '44' WHERE id = 'p2'")
    assert scene.run("legacy", "a2") == {"updated": 2, "unchanged": 1}
    ann, bob = scene.contact(ANN), scene.contact(BOB)
    assert (ann["city"], ann["revenue"], ann["firm"], ann["friend"]) == ("Ulm", 12.5, "f2", "p2")
    assert (ann["title"], ann["phone"], ann["first_name"]) == ("Boss", "1234567", "Anne")
    assert (bob["city"], bob["born"], bob["phone"]) == (None, "1990-02-03", "44")
    scene.change("sheet", "UPDATE drop_list SET job = NULL, mobile = '99', stop = '0' WHERE nr = 's1'")
    scene.change("sheet", "UPDATE drop_list SET mobile = '5' WHERE nr = 's2'")
    assert scene.run("sheet", "b2") == MERGED
    ann = scene.contact(ANN)
    assert (ann["title"], ann["phone"], bool(ann["opted_out"]), ann["city"]) == (None, "99", False, "Ulm")
    assert (scene.contact(BOB)["phone"], bool(scene.contact(BOB)["opted_out"])) == ("44", True)
    before = scene.content()
    assert scene.run("legacy", "a3") == {"unchanged": 3}
    assert scene.run("sheet", "b3") == MERGED
    assert scene.content() == before


LEADS = """\
  lead:
    table: leads
    key: id
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true, max_length: 64}
      first_name: {from: first, kind: name, max_length: 60}
      last_name: {from: last, kind: name, required: true, max_length: 60}
      email: {from: mail, kind: email}
      title: {from: job, kind: text, max_length: 60}
    match:
      keys:
        - {name: email, fields: [email], similar: {fields: [first_name, last_name], by: person}}
"""


def test_two_entities_of_one_mapping_feed_one_record(scene: Scene) -> None:
    scene.describe("legacy", LEGACY + LEADS)
    scene.change("legacy", "CREATE TABLE leads (id TEXT, first TEXT, last TEXT, mail TEXT, job TEXT)")
    scene.change("legacy", "INSERT INTO leads VALUES ('l1', 'Lou', 'Fox', 'lou@x.example', 'Vet')")
    scene.run("legacy", "one")
    before = scene.content()
    scene.edit("UPDATE contact SET city = 'Paris' WHERE legacy_id = 'p1'")
    edited = scene.content()
    scene.change("legacy", "INSERT INTO leads VALUES ('l2', 'Ann', 'Lee', 'ann@x.example', 'Boss')")
    scene.change("legacy", "INSERT INTO leads VALUES ('l3', 'Bob', 'Ray', 'bob@x.example', NULL)")
    scene.change("legacy", "UPDATE people SET last = 'Ray-Bo', tel = '1' WHERE id = 'p2'")
    assert scene.run("legacy", "two", "lead") == MERGED
    assert scene.told("legacy", "two", "field_differs") == []
    ann, bob = scene.contact(ANN), scene.contact(BOB)
    assert (ann["title"], ann["city"], ann["firm"], ann["legacy_id"]) == ("Boss", "Paris", "f1", "p1")
    assert (bob["last_name"], bob["phone"]) == ("Ray-Bo", "1")
    after = scene.content()
    assert scene.run("legacy", "three") == {"unchanged": 3}
    assert scene.run("legacy", "four", "lead") == MERGED
    assert scene.content() == after
    assert scene.undo("legacy", "two").differing == []
    assert scene.content() == edited
    scene.edit("UPDATE contact SET city = 'Bonn' WHERE legacy_id = 'p1'")
    assert scene.content() == before
