"""Records go to the CRM and come back as the load room knows them, for the usual objects and a company's own."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from crm_migration.errors import MappingFault, TargetUnavailable
from crm_migration.load.fxiaoke.api import FxiaokeApi, open_api
from crm_migration.load.fxiaoke.records import FxiaokeRecords
from crm_migration.load.record_api import AnswerLost, RecordRefused
from crm_migration.mapping.fit import family, fit_faults
from crm_migration.mapping.model import Choice, Constant
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
    assert refused == [(3, "refused with code 32000: 字段account_level的选项不存在")]
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


# Reading many.


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


# Objects, their fields and people.


def test_objects_of_a_company_are_listed(api: FxiaokeApi) -> None:
    assert {"AccountObj", "ContactObj", "vehicle__c"} <= set(api.objects())


def test_an_object_that_is_not_there_is_a_fault_of_the_mapping(api: FxiaokeApi) -> None:
    with pytest.raises(MappingFault, match="AcountObj"):
        api.describe("AcountObj")


def test_a_field_that_is_not_there_is_a_fault_of_the_mapping(api: FxiaokeApi) -> None:
    with pytest.raises(MappingFault, match="nmae"):
        list(api.read("AccountObj", ["nmae"]))


def test_a_description_is_asked_for_once(api: FxiaokeApi, stand_in: StandIn) -> None:
    for _ in range(3):
        api.describe("AccountObj")
    assert (stand_in.calls_of("describe"), stand_in.calls_of("list")) == (1, 1)


def test_a_description_says_what_a_field_takes(api: FxiaokeApi) -> None:
    table = api.describe("AccountObj")
    columns = table.columns
    assert table.primary_key == ("_id",)
    assert (columns["_id"].generated, columns["last_modified_time"].generated, columns["number__c"].generated) == (
        True,
        True,
        True,
    )
    assert (columns["name"].type, columns["name"].nullable, columns["name"].length) == ("text", False, 100)
    assert columns["legacy_key__c"].unique
    assert (columns["account_level"].type, columns["account_level"].options) == ("select_one", ("1", "2", "3"))
    assert (columns["owner"].nullable, columns["owner"].has_default) == (False, True)
    assert columns["owner"].foreign_key == ("PersonnelObj", "user_id")
    assert columns["parent_account_id"].foreign_key == ("AccountObj", "_id")
    assert (columns["revenue__c"].scale, family(columns["revenue__c"].type)) == (2, "decimal")
    assert not columns["create_time"].generated


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("text", "text"),
        ("long_text", "text"),
        ("phone_number", "text"),
        ("email", "text"),
        ("url", "text"),
        ("select_one", "text"),
        ("select_many", "text"),
        ("employee", "text"),
        ("object_reference", "text"),
        ("number", "decimal"),
        ("currency", "decimal"),
        ("percentile", "decimal"),
        ("date", "date"),
        ("date_time", "datetime"),
        ("true_or_false", "boolean"),
        ("file_attachment", "binary"),
    ],
)
def test_the_types_of_fields_are_judged_by_what_they_hold(kind: str, meant: str) -> None:
    assert family(kind) == meant


def test_values_of_the_mapping_are_checked_against_the_options(api: FxiaokeApi) -> None:
    column = api.describe("AccountObj").columns["account_level"]
    choice = Choice.model_validate({"kind": "choice", "from": "rating", "values": {"A": "1", "B": "重点客户", "": ""}})
    faults = list(fit_faults(("fields", "account_level"), choice, column))
    assert [fault.place for fault in faults] == [("fields", "account_level", "values", "B")]
    assert "1, 2 or 3" in faults[0].text or "'1'" in faults[0].text
    constant = Constant.model_validate({"kind": "constant", "value": "4"})
    assert len(list(fit_faults(("fields", "account_level"), constant, column))) == 1


def test_people_are_found_by_what_the_source_knows_of_them(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.crm.add_employee("1003", "李雷", "Li.Lei@Example.com")
    assert api.users("email", "user_id")["li.lei@example.com"] == "1003"
    assert len(api.users("user_id", "_id")) == 4


def test_objects_of_a_company_have_paths_of_their_own(api: FxiaokeApi, stand_in: StandIn) -> None:
    customer = account(api)
    first = {"name": "车", "legacy_key__c": "V1", "plate__c": "沪A12345", "customer__c": customer}
    identity = api.create("vehicle__c", first)
    api.update("vehicle__c", identity, {"plate__c": "沪A54321", "owner": "1001"})
    (found,) = read_all(api, "vehicle__c", "plate__c", "customer__c", "owner").to_dicts()
    assert (found["_id"], found["plate__c"], found["owner"]) == (identity, "沪A54321", "1001")
    assert api.find("vehicle__c", "legacy_key__c", ["V1"], ["name"]).height == 1
    api.remove("vehicle__c", identity)
    api.recover("vehicle__c", identity)
    api.remove("vehicle__c", identity)
    api.purge("vehicle__c", [identity])
    assert stand_in.crm.records["vehicle__c"] == {}
    custom = {path for path in stand_in.gate.counted if path.startswith("/cgi/crm/custom/v2/data/")}
    assert {path.rsplit("/", 1)[1] for path in custom} == {
        "create",
        "update",
        "changeOwner",
        "query",
        "invalid",
        "recover",
        "delete",
    }


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
