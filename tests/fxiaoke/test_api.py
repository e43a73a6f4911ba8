"""Records go to the CRM and come back as the load room knows them, for the usual objects and a company's own."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from crm_migration.load.fxiaoke.api import FxiaokeApi, open_api
from crm_migration.load.record_api import AnswerLost, RecordRefused
from tests.fxiaoke.faults import Fault
from tests.fxiaoke.stand_in import StandIn
from tests.fxiaoke.test_settings import fields as connection

Connect = Callable[..., FxiaokeApi]
WHOLE = {
    "name": "上海示例科技有限公司",
    "legacy_key__c": "K1",
    "account_level": "2",
    "tel": "021-60000000",
    "email": "info@example.com",
    "url": "https://example.com",
    "remark": "一\n二 <b>",
    "revenue__c": "12345678901234567.10",
    "employees__c": "120",
    "share__c": "0.1000",
    "founded__c": "1996-02-29",
    "seen__c": "2026-01-31 23:59:59.123000",
    "active__c": "0",
    "tags__c": "a;c",
    "helpers__c": "1001;1002",
    "owner": "1002",
    "create_time": "2012-03-04 05:06:07.000000",
    "created_by": "1001",
}


def account(api: FxiaokeApi, number: int = 1, **more: str | None) -> str:
    return api.create("AccountObj", {"name": f"客户{number}", "legacy_key__c": f"K{number}"} | more)


def seeded(server: StandIn, count: int, **more: str) -> list[str]:
    """Create accounts in the CRM without calling it."""
    with server.lock:
        return [
            server.crm.seed("AccountObj", {"name": f"客户{number}", "legacy_key__c": f"K{number}"} | more)
            for number in range(count)
        ]


def read_all(api: FxiaokeApi, name: str, *fields: str, since: str | None = None) -> pl.DataFrame:
    return pl.concat(list(api.read(name, fields, since)))


# Writing and reading back.


def test_every_type_of_field_comes_back_as_it_was_sent(api: FxiaokeApi) -> None:
    identity = api.create("AccountObj", WHOLE)
    (found,) = read_all(api, "AccountObj", *WHOLE).to_dicts()
    assert found.pop("_id") == identity
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", found.pop("last_modified_time"))
    assert found == WHOLE


def test_what_will_be_kept_is_known_beforehand(api: FxiaokeApi) -> None:
    sent = WHOLE | {"seen__c": "2026-01-31 23:59:59.123456", "remark": "", "tel": None}
    kept = api.kept("AccountObj", sent)
    assert kept == WHOLE | {"remark": None, "tel": None}
    api.create("AccountObj", sent)
    (found,) = read_all(api, "AccountObj", *WHOLE).select(list(WHOLE)).to_dicts()
    assert found == kept


def test_nothing_is_set_off_and_audit_fields_are_kept_only_where_they_are_sent(
    api: FxiaokeApi, stand_in: StandIn
) -> None:
    account(api, 1, create_time="2012-03-04 05:06:07.000000", created_by="1001")
    account(api, 2)
    kept, new = stand_in.crm.live("AccountObj")
    assert datetime.fromtimestamp(kept["create_time"] / 1000, UTC).year == 2012
    assert kept["created_by"] == ["1001"]
    assert datetime.fromtimestamp(new["create_time"] / 1000, UTC).year >= 2026
    assert new["created_by"] == ["1000"]
    assert stand_in.crm.flows == 0


def test_workflows_run_where_they_are_asked_for(connected: Connect, stand_in: StandIn) -> None:
    api = connected(workflows=True)
    identity = account(api)
    api.update("AccountObj", identity, {"name": "b"})
    assert stand_in.crm.flows == 2


def test_a_record_without_an_owner_belongs_to_the_one_of_the_settings(connected: Connect, stand_in: StandIn) -> None:
    account(connected(), 1)
    account(connected(owner="1002"), 2)
    assert [one["owner"] for one in stand_in.crm.live("AccountObj")] == [["1000"], ["1002"]]


def test_an_update_changes_what_it_names_owner_and_blanks_among_it(api: FxiaokeApi, stand_in: StandIn) -> None:
    identity = api.create("AccountObj", WHOLE)
    api.update("AccountObj", identity, {"name": "新名称", "remark": None, "owner": "1001"})
    (found,) = read_all(api, "AccountObj", *WHOLE).select(list(WHOLE)).to_dicts()
    assert found == WHOLE | {"name": "新名称", "remark": None, "owner": "1001"}
    assert (stand_in.calls_of("update"), stand_in.calls_of("changeOwner")) == (1, 1)


def test_an_update_that_is_refused_leaves_the_owner_as_it_was(api: FxiaokeApi, stand_in: StandIn) -> None:
    identity = account(api)
    before = stand_in.dump(stamps=False)
    with pytest.raises(RecordRefused, match="account_level"):
        api.update("AccountObj", identity, {"account_level": "9", "owner": "1001"}, {"owner": "1000"})
    assert stand_in.dump(stamps=False) == before
    with pytest.raises(RecordRefused, match="30027"):
        api.update("AccountObj", identity, {"name": "新名称", "owner": "4711"}, {"owner": "1000"})
    assert stand_in.dump(stamps=False) == before


def test_an_owner_that_could_not_be_given_back_is_told(api: FxiaokeApi, stand_in: StandIn) -> None:
    identity = account(api)
    with pytest.raises(RecordRefused, match="its owner was changed all the same"):
        api.update("AccountObj", identity, {"account_level": "9", "owner": "1001"}, {"owner": "4711"})
    assert stand_in.crm.records["AccountObj"][identity]["owner"] == ["1001"]


def test_a_record_is_there_whatever_a_search_shows_until_it_is_removed(api: FxiaokeApi) -> None:
    identity = account(api)
    assert api.is_there("AccountObj", identity)
    api.remove("AccountObj", identity)
    assert not api.is_there("AccountObj", identity)
    assert not api.is_there("AccountObj", "0" * 32)


def test_an_update_of_what_is_taken_once_is_refused_and_not_sent(api: FxiaokeApi, stand_in: StandIn) -> None:
    identity = account(api)
    with pytest.raises(RecordRefused, match="create_time"):
        api.update("AccountObj", identity, {"name": "b", "create_time": "2012-03-04 05:06:07.000000"})
    assert stand_in.calls_of("update") == 0


def test_a_value_that_is_none_of_its_type_is_refused_by_field_and_not_sent(api: FxiaokeApi, stand_in: StandIn) -> None:
    with pytest.raises(RecordRefused, match=r"revenue__c.*number") as caught:
        account(api, 1, revenue__c="zwölf")
    assert "zwölf" not in caught.value.reason
    assert stand_in.calls_of("create") == 0


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"account_level": "9"}, "account_level"),
        ({"owner": "4711"}, "30027"),
        ({"parent_account_id": "0" * 32}, "parent_account_id"),
        ({"name": None}, "name"),
        ({"revenue__c": "1.005"}, "revenue__c"),
    ],
)
def test_what_the_crm_refuses_is_told_by_its_own_reason(api: FxiaokeApi, more: dict[str, str], about: str) -> None:
    with pytest.raises(RecordRefused, match=about):
        account(api, 1, **more)


def test_a_key_that_is_taken_is_refused(api: FxiaokeApi) -> None:
    account(api)
    with pytest.raises(RecordRefused, match="legacy_key__c"):
        account(api)


def test_a_row_with_a_bad_picklist_is_refused_and_the_others_load(api: FxiaokeApi, stand_in: StandIn) -> None:
    picklist = Fault("code", code=32000, message="字段account_level的选项不存在", where={"legacy_key__c": "K3"})
    stand_in.faults.add(picklist)
    refused = []
    for number in range(6):
        try:
            account(api, number)
        except RecordRefused as refusal:
            refused.append((number, refusal.reason))
    assert refused == [(3, "refused with code 32000, about field account_level [trace E-O.1]")]
    assert len(stand_in.crm.live("AccountObj")) == 5


# Removing.


def test_a_removed_record_comes_back_under_its_id_with_all_it_had(api: FxiaokeApi, stand_in: StandIn) -> None:
    identity = api.create("AccountObj", WHOLE)
    before = stand_in.dump(stamps=False)
    api.remove("AccountObj", identity)
    assert api.count("AccountObj") == 0
    api.remove("AccountObj", identity)
    api.recover("AccountObj", identity)
    api.recover("AccountObj", identity)
    assert stand_in.dump(stamps=False) == before


def test_a_purged_record_is_gone_for_ever_and_may_be_purged_again(api: FxiaokeApi, stand_in: StandIn) -> None:
    before = stand_in.dump()
    identities = [account(api, number) for number in range(3)]
    for identity in identities:
        api.remove("AccountObj", identity)
    api.purge("AccountObj", identities[:1])
    api.purge("AccountObj", identities)
    assert stand_in.dump() == before
    with pytest.raises(RecordRefused):
        api.recover("AccountObj", identities[0])


def test_a_live_record_is_not_purged(api: FxiaokeApi, stand_in: StandIn) -> None:
    identity = account(api)
    with pytest.raises(RecordRefused):
        api.purge("AccountObj", [identity])
    assert len(stand_in.crm.live("AccountObj")) == 1


def test_removing_what_was_never_there_is_no_error_but_recovering_it_is(api: FxiaokeApi) -> None:
    api.remove("AccountObj", "0" * 32)
    with pytest.raises(RecordRefused):
        api.recover("AccountObj", "0" * 32)


def test_many_are_purged_a_hundred_a_call(api: FxiaokeApi, stand_in: StandIn) -> None:
    identities = seeded(stand_in, 150)
    for identity in identities:
        stand_in.crm.bin("AccountObj", identity)
    api.purge("AccountObj", identities)
    assert stand_in.calls_of("delete") == 2
    assert stand_in.crm.records["AccountObj"] == {}


# After a lost answer.


def test_a_record_whose_answer_was_lost_is_found_by_its_key_and_made_once(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(
        Fault("cut", performed=True, interface="create", probability=0.3, seed=3),
        Fault("html", performed=False, interface="create", probability=0.3, seed=4),
    )
    lost = 0
    for number in range(60):
        while True:
            try:
                account(api, number)
                break
            except AnswerLost:
                lost += 1
                if api.find("AccountObj", "legacy_key__c", [f"K{number}"], []).height:
                    break
    keys = [one["legacy_key__c"] for one in stand_in.crm.live("AccountObj")]
    assert sorted(keys) == sorted(f"K{number}" for number in range(60))
    assert lost > 10


def test_writes_cost_a_call_each(api: FxiaokeApi) -> None:
    assert api.calls_for(3, 2, 1) == 6


def test_an_api_is_opened_from_a_connection(stand_in: StandIn) -> None:
    gate = stand_in.gate
    extra = {"permanentCode": gate.permanent_code, "userId": "1000"}
    api = open_api(connection(host=stand_in.url, login=gate.app_id, password=gate.app_secret, extra=extra))
    assert api.count("AccountObj") == 0
    api.close()
