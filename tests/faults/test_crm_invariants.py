"""The checks of a CRM behind an interface: each sees what it is there to see."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.faults import crm_invariants as crm
from tests.faults.invariants import after_fault, at_the_end, writes
from tests.faults.place import CrmPlace
from tests.faults.world import UNDO, World

pytestmark = pytest.mark.xdist_group("faults-fxiaoke")
Plant = Callable[[CrmPlace], None]


def forget_line(place: CrmPlace) -> None:
    with closing(sqlite3.connect(place.case.target_url.removeprefix("sqlite:///"))) as ledger, ledger:
        forgotten = "DELETE FROM crm_migration_crosswalk WHERE source_key = 'd1'"
        assert ledger.execute(forgotten).rowcount == 1


def double_line(place: CrmPlace) -> None:
    with closing(sqlite3.connect(place.case.target_url.removeprefix("sqlite:///"))) as ledger, ledger:
        names = "stream_no, golden_id, target_id, fingerprint, created, inserted_run"
        doubled = f"INSERT INTO crm_migration_crosswalk (source_key, {names}) SELECT source_key || 'x', {names}"
        assert ledger.execute(f"{doubled} FROM crm_migration_crosswalk WHERE source_key = 'd1'").rowcount == 1


def record_of(place: CrmPlace, name: str, key: str) -> dict[str, object]:
    return next(one for one in place.server.crm.records[name].values() if one["legacy_key__c"] == key)


def lose_account(place: CrmPlace) -> None:
    del place.server.crm.records["AccountObj"][str(record_of(place, "AccountObj", "k1")["_id"])]


def double_record(place: CrmPlace) -> None:
    record = record_of(place, "NewOpportunityObj", "d1")
    place.server.crm.records["NewOpportunityObj"]["f" * 32] = record | {"_id": "f" * 32}


def rename(place: CrmPlace) -> None:
    record_of(place, "AccountObj", "k1")["name"] = "Somebody"


def change_key(place: CrmPlace) -> None:
    record_of(place, "AccountObj", "k1")["legacy_key__c"] = "k0"


PLANTED: dict[str, Plant] = {
    "half: opportunity record without its line": forget_line,
    "duplicate: opportunity record with 2 lines": double_line,
    "half: line in the crosswalk without its account record": lose_account,
    "reference: opportunity.account_id leads nowhere": lose_account,
    "duplicate: opportunity key is there 2 times": double_record,
    "half: account record under another key than the ledger says": change_key,
    "unlike the undisturbed run: records account": rename,
}


@pytest.fixture
def place(world_of: Callable[[str], World]) -> Iterator[CrmPlace]:
    """The run as it has ended undisturbed, with a CRM of its own."""
    world = world_of("fxiaoke")
    copied = world.copy(UNDO)
    assert isinstance(copied, CrmPlace)
    yield copied
    world.drop(copied)


@pytest.mark.parametrize("violation", PLANTED)
def test_what_is_planted_is_found(violation: str, place: CrmPlace, world_of: Callable[[str], World]) -> None:
    PLANTED[violation](place)
    found = at_the_end(place, world_of("fxiaoke").expected["two"])
    assert any(one.startswith(violation) for one in found), found


def test_a_run_that_nothing_happened_to_violates_nothing(place: CrmPlace, world_of: Callable[[str], World]) -> None:
    assert after_fault(place) == []
    assert at_the_end(place, world_of("fxiaoke").expected["two"]) == []


def test_a_record_of_which_nobody_knows_is_found_after_a_fault(place: CrmPlace) -> None:
    place.server.crm.seed("AccountObj", {"name": "n", "legacy_key__c": "k0"})
    assert after_fault(place) == ["lost: nobody knows of an account record"]


def test_a_record_that_was_sent_and_is_not_noted_yet_is_known(place: CrmPlace) -> None:
    place.server.crm.seed("AccountObj", {"name": "n", "legacy_key__c": "k0"})
    with closing(sqlite3.connect(place.case.target_url.removeprefix("sqlite:///"))) as ledger, ledger:
        ledger.execute(
            "UPDATE crm_migration_api_call SET state = 'sent', external_key = 'k0' WHERE external_key = 'k1'"
        )
    assert after_fault(place) == []


def test_content_and_calls_tell_of_every_change(place: CrmPlace) -> None:
    before = place.content()
    crm.live(place, "AccountObj")[0]["name"] = "Somebody"
    assert place.content() != before
    assert writes(place) == 0
    place.server.gate.counted["/cgi/crm/v2/data/update"] += 1
    assert writes(place) == 1
