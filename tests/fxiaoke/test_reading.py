"""Many records are read to the end, each once, in no more calls than pages."""

import time

import polars as pl
import pytest

from crm_migration.errors import TargetUnavailable
from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.load.fxiaoke.records import FxiaokeRecords
from tests.fxiaoke.stand_in import StandIn
from tests.fxiaoke.test_api import account, read_all, seeded


def test_pages_follow_the_ids_to_the_end(api: FxiaokeApi, stand_in: StandIn) -> None:
    identities = seeded(stand_in, 250)
    found = read_all(api, "AccountObj", "legacy_key__c")
    assert found["_id"].to_list() == identities == sorted(identities)
    assert found["legacy_key__c"].to_list() == [f"K{number}" for number in range(250)]
    assert stand_in.calls_of("query") == 3


def test_a_last_page_that_is_full_is_known_by_the_empty_one_behind_it(api: FxiaokeApi, stand_in: StandIn) -> None:
    seeded(stand_in, 200)
    assert read_all(api, "AccountObj").height == 200


def test_an_empty_object_has_no_rows(api: FxiaokeApi) -> None:
    assert list(api.read("ContactObj", ["name"])) == []
    assert api.count("ContactObj") == 0


def test_records_that_come_and_go_while_pages_are_read_disturb_no_other(api: FxiaokeApi, stand_in: StandIn) -> None:
    identities = seeded(stand_in, 120)
    pages = FxiaokeRecords(api._client).pages("AccountObj", ["name"])
    read = [one["_id"] for one in next(pages)]
    api.remove("AccountObj", identities[5])
    new = account(api, 1000)
    read += [one["_id"] for page in pages for one in page]
    assert read == [*identities, new]


def test_only_what_has_changed_since_is_read(api: FxiaokeApi, stand_in: StandIn) -> None:
    identities = [account(api, number) for number in range(5)]
    latest = read_all(api, "AccountObj")["last_modified_time"].max()
    time.sleep(0.005)
    with stand_in.lock:
        stand_in.crm.edit("AccountObj", identities[2], name="改过")
    found = read_all(api, "AccountObj", "name", since=latest)
    assert identities[2] in found["_id"].to_list()
    assert found.filter(pl.col("last_modified_time") > latest)["name"].to_list() == ["改过"]


def test_records_are_found_by_key_in_chunks(api: FxiaokeApi, stand_in: StandIn) -> None:
    seeded(stand_in, 230)
    keys = [f"K{number}" for number in range(20, 260)] + ["K20"]
    found = api.find("AccountObj", "legacy_key__c", keys, ["legacy_key__c", "name"])
    assert set(found["legacy_key__c"]) == {f"K{number}" for number in range(20, 230)}
    assert found.columns == ["_id", "legacy_key__c", "name"]
    assert found.height == 210
    assert stand_in.calls_of("query") == 3


def test_every_record_of_a_value_is_found_however_many_share_it(api: FxiaokeApi, stand_in: StandIn) -> None:
    seeded(stand_in, 130, tel="021-1")
    assert api.find("AccountObj", "tel", ["021-1"], []).height == 130


def test_nothing_is_asked_for_no_keys(api: FxiaokeApi) -> None:
    assert api.find("AccountObj", "legacy_key__c", [], ["name"]).height == 0


@pytest.mark.parametrize(
    "page",
    [
        [{"_id": "b"}, {"_id": "a"}],
        [{"_id": "a"}, {"_id": "a"}],
        [{"name": "without an id"}],
        ["no record"],
        "no list",
    ],
)
def test_pages_that_would_never_end_are_not_followed(
    api: FxiaokeApi, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, page: object
) -> None:
    api.describe("AccountObj")
    answer = {"data": {"dataList": page, "total": 0}}
    monkeypatch.setitem(stand_in._paths, "/cgi/crm/v2/data/query", lambda _body, _user: answer)
    with pytest.raises(TargetUnavailable):
        list(api.read("AccountObj", []))
