"""The whole story in a real Airflow, as a person lives it before a browser: from the login to the rollback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Page, chromium
from tests.browser.scene import EXTRACTED, PAIRS, REJECTED, REPAIRS, WRITTEN, deployed
from tests.browser.screenshots import pages_of, take, take_in_airflow
from tests.browser.story import FRAME, Person
from tests.end_to_end.live import PASSWORD, USER, LiveAirflow, live_airflow
from tests.load.two_sources import Scene
from tests.reload.firm import edit
from tests.servers import fresh_database

# A browser and an Airflow beside the rest of the suite would slow both down: `make browser` runs them by themselves.
pytestmark = pytest.mark.skipif(os.environ.get("CRM_MIGRATION_BROWSER") != "on", reason="make browser runs it")
DAG, OPEN = "legacy", REJECTED - len(REPAIRS)


@pytest.fixture
def stage(postgres_server: str, tmp_path: Path) -> Iterator[tuple[Scene, LiveAirflow]]:
    with fresh_database(postgres_server) as metadata, fresh_database(postgres_server) as target:
        scene, environment = deployed(tmp_path, target)
        with live_airflow(tmp_path, metadata, environment) as live:
            live.post("pools", name="crm_target_crm", slots=1)
            live.until(lambda: live.http.get(f"/api/v2/dags/{DAG}").is_success)
            yield scene, live


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium() as page:
        page.look(1280)
        downloads = tmp_path / "downloads"
        downloads.mkdir()
        page.save_to(downloads)
        yield page


def test_a_person_takes_a_migration_from_the_login_to_the_rollback(
    stage: tuple[Scene, LiveAirflow], page: Page, tmp_path: Path
) -> None:
    scene, live = stage
    person = Person(page, str(live.http.base_url).rstrip("/"))
    tell(person, scene, tmp_path / "downloads")
    take_pictures(person, live.runs(DAG)[0][0], tmp_path)
    assert not page.complaints, page.complaints


def tell(person: Person, scene: Scene, downloads: Path) -> None:
    person.sign_in(USER, PASSWORD)
    run_id = migrate(person)
    assert scene.count() == WRITTEN - 2, "two of them are accounts"
    reload_id = repair(person, downloads, run_id)
    assert scene.count() == WRITTEN - 2 + len(REPAIRS)
    decide(person)
    look_up(person, run_id, reload_id)
    roll_back(person, reload_id)
    assert scene.count() == WRITTEN - 2
    person.open_run(DAG, run_id)
    person.frame_says(f"See the {REJECTED} rejected rows")
    assert person.page.value(f"!{FRAME}.querySelector('.closings')"), "the rows are open again"
    roll_back(person, run_id)
    assert scene.count() == 0


def take_pictures(person: Person, run_id: str, folder: Path) -> None:
    """Take the pictures of the documentation, of what the story has left, into a folder of their own."""
    pages = pages_of(DAG, run_id, "p5")
    take(person.page, person.url, pages, folder)
    take_in_airflow(person.page, person.url, DAG, folder)
    wide_and_narrow_in_two_languages = 4
    assert len(list(folder.glob("monitor-*.png"))) == len(pages) * wide_and_narrow_in_two_languages + 1


def migrate(person: Person) -> str:
    """Trigger the migration, watch it, approve its sample, and read where its rows went."""
    run_id = person.trigger(DAG)
    person.open_tab()
    person.frame_says("Under way", "tasks done")
    person.frame_says("The run waits for an answer", "contact (sample): ")
    assert person.page.value(f"!{FRAME}.querySelector('.trouble')"), "the ledger is there by now"
    person.approve()
    person.open_menu()
    person.open_run(DAG, run_id)
    cleaned = WRITTEN + 1  # the target refuses one
    assert person.funnel() == [str(rows) for rows in (EXTRACTED, cleaned, cleaned, WRITTEN)]
    person.frame_says("The migration is complete", "Reconciliation", "0 of them failed")
    assert person.ends(DAG, run_id) == "success"
    return run_id


def repair(person: Person, downloads: Path, run_id: str) -> str:
    """Take the rejected rows as a workbook, repair three, load them, and see them closed on the page of their run."""
    person.follow(f"See the {REJECTED} rejected rows")
    person.follow("Download the workbook")
    book = _downloaded(person, downloads)
    edit(book, dict(REPAIRS), sheet="contact")
    person.hand_in(book)
    person.frame_says("The workbook was taken.", f"contact: {REJECTED} rows")
    reload_id = person.do("reload")
    assert person.ends("reload_rejected", reload_id) == "success"
    person.open_run(DAG, run_id)
    person.frame_says(f"{OPEN} open", f"contact: {len(REPAIRS)} reloaded · {reload_id}")
    return reload_id


def _downloaded(person: Person, downloads: Path) -> Path:
    for _ in range(100):
        if found := list(downloads.glob("*.xlsx")):
            return found[0]
        person.page.value("new Promise(done => setTimeout(done, 300, true))")
    raise AssertionError("the workbook was not downloaded")


def decide(person: Person) -> None:
    """Look at what speaks for the likeliest pair, and say by a key that it is two customers."""
    person.follow("legacy")
    person.follow("Match review")
    person.frame_says(f"Pairs that wait for a decision: {PAIRS}", "legacy.contact:p11", "Grün", "Gruen")
    person.frame_shows(".weights rect.fill-for")
    person.press("r")
    person.frame_says(f"Pairs that wait for a decision: {PAIRS - 1}", "legacy.contact:p9")


def look_up(person: Person, run_id: str, reload_id: str) -> None:
    """Find what became of a repaired row."""
    person.follow("Crosswalk")
    person.frame_says("Key in the legacy system")
    person.search("p5")
    person.frame_says("legacy.contact:p5", f"rejected {run_id}", f"inserted {reload_id}")


def roll_back(person: Person, run_id: str) -> None:
    """Undo a run from its page, and see it undone."""
    person.open_run(DAG, run_id)
    undo_id = person.do("roll_back")
    assert person.ends("rollback_migration", undo_id) == "success"
    person.open_run(DAG, run_id)
    person.frame_says("This run has been rolled back.")
