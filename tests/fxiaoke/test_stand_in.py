"""The stand-in refuses what the contract refuses; a test that passes against a lenient server proves nothing."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fxiaoke.faults import Fault
from tests.fxiaoke.gate import Gate
from tests.fxiaoke.stand_in import StandIn

ROOT = Path(__file__).parents[2]
LOGIN = {"appId": "FSAID_1", "appSecret": "secret", "permanentCode": "permanent"}
DATA = "/cgi/crm/v2/data"


class Caller:
    """Calls as a client makes them, or does not."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=10)

    def post(self, path: str, body: Any, trace: str | None = None, **headers: str) -> dict[str, Any]:
        params = {"thirdTraceId": trace or str(uuid.uuid4())}
        answer = self.http.post(path, params=params, json=body, headers=headers)
        assert answer.status_code == 200
        return answer.json()

    def log_in(self) -> dict[str, Any]:
        answer = self.post("/oauth2.0/token", LOGIN | {"grantType": "app_secret"})
        token = answer["accessToken"]
        self.http.headers.update({"authorization": f"Bearer {token}", "x-fs-ea": "acme", "x-fs-userid": "1000"})
        return answer

    def create(self, of: str = "AccountObj", **values: Any) -> dict[str, Any]:
        return self.post(f"{DATA}/create", new(of, **values))

    def query(self, **search: Any) -> dict[str, Any]:
        info = {"limit": 100, "offset": 0, "filters": [], "orders": []} | search
        return self.post(f"{DATA}/query", {"data": {"dataObjectApiName": "AccountObj", "search_query_info": info}})


def new(of: str = "AccountObj", **values: Any) -> dict[str, Any]:
    data = {"dataObjectApiName": of, "name": "n", "owner": ["1000"]} | values
    return {"triggerApprovalFlow": False, "triggerWorkFlow": False, "data": {"object_data": data}}


@pytest.fixture
def caller(stand_in: StandIn) -> Iterator[Caller]:
    made = Caller(stand_in.url)
    made.log_in()
    yield made
    made.http.close()


def test_an_unknown_path_is_10006(caller: Caller) -> None:
    assert caller.post(f"{DATA}/upsert", {})["errorCode"] == 10006
    assert caller.post("/cgi/crm/v2/data/batchCreate", {})["errorCode"] == 10006


def test_only_posts_of_json_objects_are_taken(caller: Caller) -> None:
    trace = {"thirdTraceId": str(uuid.uuid4())}
    assert caller.http.get(f"{DATA}/query", params=trace).json()["errorCode"] == 10001
    assert caller.post(f"{DATA}/query", [1])["errorCode"] == 10001


def test_a_trace_id_is_a_new_uuid_in_each_call(caller: Caller) -> None:
    trace = str(uuid.uuid4())
    assert caller.post("/cgi/crm/v2/object/list", {}, trace)["errorCode"] == 0
    assert caller.post("/cgi/crm/v2/object/list", {}, trace)["errorCode"] == 10001
    assert caller.post("/cgi/crm/v2/object/list", {}, "1")["errorCode"] == 10001
    assert caller.http.post("/cgi/crm/v2/object/list", json={}).json()["errorCode"] == 10001


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer x"}, {"x-fs-ea": "other"}, {"authorization": ""}],
)
def test_a_wrong_login_is_refused(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.post("/cgi/crm/v2/object/list", {}, **headers)["errorCode"] == 20016


def test_a_token_of_one_login_is_none_of_the_other(caller: Caller) -> None:
    token = caller.http.headers["authorization"].removeprefix("Bearer ")
    del caller.http.headers["authorization"]
    fields = {"corpAccessToken": token, "corpId": "FSCID_1", "currentOpenUserId": "1000"}
    assert caller.post("/cgi/crm/v2/object/list", fields)["errorCode"] == 20016
    corp = caller.post("/cgi/corpAccessToken/get/V2", LOGIN)["corpAccessToken"]
    assert caller.post("/cgi/crm/v2/object/list", fields | {"corpAccessToken": corp})["errorCode"] == 0


def test_tokens_expire_and_the_same_one_is_granted_for_6600_seconds() -> None:
    now = [0.0]
    with StandIn(gate=Gate(clock=lambda: now[0])) as server:
        caller = Caller(server.url)
        first = caller.log_in()
        assert first["expiresIn"] == 7200
        now[0] = 6500
        assert caller.log_in()["accessToken"] == first["accessToken"]
        now[0] = 6700
        assert caller.post("/cgi/crm/v2/object/list", {})["errorCode"] == 0
        now[0] = 7300
        assert caller.post("/cgi/crm/v2/object/list", {})["errorCode"] == 20005
        assert caller.log_in()["accessToken"] != first["accessToken"]
        caller.http.close()


def test_a_token_that_is_made_to_expire_is_answered_with_20005_however_young_it_is(
    caller: Caller, stand_in: StandIn
) -> None:
    stand_in.faults.add(Fault("expired_token", interface="create", calls=(1,)))
    assert caller.create(name="n")["errorCode"] == 20005
    assert stand_in.crm.live("AccountObj") == []
    caller.log_in()
    assert caller.create(name="n")["errorCode"] == 0


def test_ten_tokens_a_minute_a_hundred_calls_in_twenty_seconds_and_the_days_quota() -> None:
    now = [0.0]
    with StandIn(gate=Gate(clock=lambda: now[0])) as server:
        caller = Caller(server.url)
        codes = [caller.post("/oauth2.0/token", LOGIN | {"grantType": "app_secret"})["errorCode"] for _ in range(11)]
        assert codes == [0] * 10 + [30004]
        now[0] = 61
        caller.log_in()
        codes = [caller.post("/cgi/crm/v2/object/list", {})["errorCode"] for _ in range(101)]
        assert codes == [0] * 100 + [14001]
        assert caller.query()["errorCode"] == 0
        now[0] = 82
        assert caller.post("/cgi/crm/v2/object/list", {})["errorCode"] == 0
        server.gate.quota = 1
        assert [caller.query()["errorCode"] for _ in range(2)] == [0, 30002]
        server.gate.quota_bought = False
        assert caller.query()["errorCode"] == 30003
        caller.http.close()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": None}, 32000),
        ({"owner": None}, 32000),
        ({"owner": "1000"}, 15002),
        ({"owner": ["4711"]}, 30027),
        ({"no_such_field": "x"}, 15002),
        ({"name": 5}, 15002),
        ({"name": "x" * 101}, 15002),
        ({"account_level": "普通客户"}, 32000),
        ({"account_level": 2}, 15002),
        ({"tags__c": "a"}, 15002),
        ({"tags__c": ["z"]}, 32000),
        ({"revenue__c": "1,000"}, 15002),
        ({"revenue__c": "1.005"}, 15002),
        ({"founded__c": "2026-01-31"}, 15002),
        ({"seen__c": True}, 15002),
        ({"active__c": "true"}, 15002),
        ({"parent_account_id": "0" * 32}, 32000),
        ({"number__c": "N1"}, 15002),
        ({"last_modified_time": 1}, 15002),
        ({"record_type": "other__c"}, 32000),
        ({"dataObjectApiName": "NoObj"}, 32000),
        ({"dataObjectApiName": "vehicle__c"}, 10001),
    ],
)
def test_a_record_that_is_wrong_is_refused_and_not_kept(
    caller: Caller, stand_in: StandIn, values: dict[str, Any], code: int
) -> None:
    assert caller.create(**values)["errorCode"] == code
    assert stand_in.crm.live("AccountObj") == []


@pytest.mark.parametrize(
    "body",
    [
        new() | {"upsert": True},
        new() | {"triggerWorkFlow": "false"},
        new() | {"hasSpecifyTime": 1},
        {"data": new()["data"] | {"options": {}}},
        {"data": new()["data"] | {"optionInfo": {"skip": True}}},
        {"data": new()["data"] | {"optionInfo": {"isDuplicateSearch": "no"}}},
        {"object_data": {}},
        {},
    ],
)
def test_a_body_that_is_none_of_the_contracts_is_refused(
    caller: Caller, stand_in: StandIn, body: dict[str, Any]
) -> None:
    assert caller.post(f"{DATA}/create", body)["errorCode"] == 10001
    assert stand_in.crm.live("AccountObj") == []


def test_flows_start_and_audit_fields_are_ignored_unless_a_call_says_otherwise(
    caller: Caller, stand_in: StandIn
) -> None:
    data = new(create_time=1, created_by=["1001"])["data"]
    caller.post(f"{DATA}/create", {"data": data})
    (record,) = stand_in.crm.live("AccountObj")
    assert stand_in.crm.flows == 1
    assert record["create_time"] > 1
    assert record["created_by"] == ["1000"]


def test_numbers_come_as_text_or_number_unless_one_is_demanded(caller: Caller, stand_in: StandIn) -> None:
    assert caller.create(revenue__c="1.50")["errorCode"] == 0
    assert caller.create(revenue__c=1.5)["errorCode"] == 0
    stand_in.crm.checker.numbers = "text"
    assert caller.create(revenue__c=1.5)["errorCode"] == 15002
    stand_in.crm.checker.numbers = "number"
    assert caller.create(revenue__c="1.50")["errorCode"] == 15002


def test_a_unique_value_is_taken_once(caller: Caller) -> None:
    assert caller.create(legacy_key__c="K1")["errorCode"] == 0
    assert caller.create(legacy_key__c="K1")["errorCode"] == 32000


def test_ids_are_32_lower_case_hex_characters_in_the_order_of_creation(caller: Caller) -> None:
    identities = [caller.create()["dataId"] for _ in range(20)]
    assert identities == sorted(set(identities))
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in identities)
    prefixes = [int(one[:16], 16) for one in identities]
    assert any(later - earlier > 1 for earlier, later in pairwise(prefixes))


def test_an_owner_is_changed_by_its_own_call_alone(caller: Caller, stand_in: StandIn) -> None:
    identity = caller.create()["dataId"]
    owned = {"data": {"object_data": {"dataObjectApiName": "AccountObj", "_id": identity, "owner": ["1001"]}}}
    assert caller.post(f"{DATA}/update", owned)["errorCode"] == 15002
    changed = {"dataObjectApiName": "AccountObj", "Data": [{"objectDataId": identity, "ownerId": ["1001"]}]}
    assert caller.post(f"{DATA}/changeOwner", {"data": changed})["errorCode"] == 0
    assert stand_in.crm.live("AccountObj")[0]["owner"] == ["1001"]


def test_deleting_takes_two_steps(caller: Caller, stand_in: StandIn) -> None:
    identity = caller.create(legacy_key__c="K1")["dataId"]
    one = {"data": {"dataObjectApiName": "AccountObj", "object_data_id": identity}}
    listed = {"data": {"dataObjectApiName": "AccountObj", "idList": [identity]}}
    assert caller.post(f"{DATA}/delete", listed)["errorCode"] == 32000
    assert caller.post(f"{DATA}/recover", listed)["errorCode"] == 32000
    assert caller.post(f"{DATA}/invalid", one)["errorCode"] == 0
    assert caller.post(f"{DATA}/invalid", one)["errorCode"] == 32000
    assert caller.query()["data"]["dataList"] == []
    assert caller.post(f"{DATA}/recover", listed)["errorCode"] == 0
    assert [found["_id"] for found in caller.query()["data"]["dataList"]] == [identity]
    caller.post(f"{DATA}/invalid", one)
    assert caller.post(f"{DATA}/delete", listed)["errorCode"] == 0
    assert stand_in.crm.records["AccountObj"] == {}


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ({"limit": 101}, 10001),
        ({"limit": 0}, 10001),
        ({"limit": "100"}, 10001),
        ({"offset": 10_100}, 10013),
        ({"offset": 10_000}, 0),
        ({"offset": 50}, 10001),
        ({"filters": [{"field_name": "nmae", "operator": "EQ", "field_values": ["x"]}]}, 15002),
        ({"filters": [{"field_name": "name", "operator": "EQUALS", "field_values": ["x"]}]}, 10001),
        ({"filters": [{"field_name": "name", "operator": "EQ", "field_values": "x"}]}, 10001),
        ({"filters": [{"field_name": "name", "operator": "EQ", "field_values": ["x", "y"]}]}, 10001),
        ({"filters": [{"fieldName": "name", "operator": "EQ", "field_values": ["x"]}]}, 10001),
        ({"orders": [{"field_name": "name", "isAsc": True}]}, 10001),
        ({"orders": [{"fieldName": "name", "isAsc": "true"}]}, 10001),
        ({"field_projection": ["name"]}, 10001),
    ],
)
def test_a_query_is_taken_as_the_contract_has_it(caller: Caller, search: dict[str, Any], code: int) -> None:
    assert caller.query(**search)["errorCode"] == code


@pytest.mark.parametrize(
    ("operator", "values", "found"),
    [
        ("EQ", ["20"], [2]),
        ("N", ["20"], [1, 3, 4]),
        ("NE", ["20"], [1, 3, 4]),
        ("GT", ["10"], [2, 3]),
        ("GE", ["20"], [2, 3]),
        ("LTE", ["20"], [1, 2]),
        ("IN", ["10", "30"], [1, 3]),
        ("NOT_IN", ["10", "30"], [2, 4]),
        ("BETWEEN", ["10", "20"], [1, 2]),
        ("IS", [], [4]),
        ("ISN", [], [1, 2, 3]),
    ],
)
def test_operators_of_both_pages_mean_what_they_say(
    caller: Caller, operator: str, values: list[str], found: list[int]
) -> None:
    for number, amount in ((1, "10"), (2, "20"), (3, "30"), (4, None)):
        caller.create(name=f"n{number}", **({"employees__c": amount} if amount else {}))
    search = {"filters": [{"field_name": "employees__c", "operator": operator, "field_values": values}]}
    names = [one["name"] for one in caller.query(**search)["data"]["dataList"]]
    assert names == [f"n{number}" for number in found]


def test_a_total_is_told_where_it_is_asked_for(caller: Caller, stand_in: StandIn) -> None:
    caller.create()
    assert caller.query()["data"]["total"] == 0
    stand_in.crm.total_by_default = True
    assert caller.query()["data"]["total"] == 1


def test_a_reference_must_not_lead_to_the_recycle_bin(caller: Caller) -> None:
    identity = caller.create()["dataId"]
    assert caller.create("ContactObj", account_id=identity)["errorCode"] == 0
    caller.post(f"{DATA}/invalid", {"data": {"dataObjectApiName": "AccountObj", "object_data_id": identity}})
    assert caller.create("ContactObj", account_id=identity)["errorCode"] == 32000


def test_a_process_of_its_own_is_set_and_read_over_http() -> None:
    command = [sys.executable, "-m", "tests.fxiaoke.stand_in", "--lift-limits"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        caller = Caller(process.stdout.readline().strip())
        caller.log_in()
        faults = [{"how": "code", "code": 32000, "interface": "create", "calls": [2]}]
        assert caller.http.post("/_stand_in/faults", json=faults).json() == {"done": True}
        assert [caller.create()["errorCode"] for _ in range(3)] == [0, 32000, 0]
        assert len(caller.http.get("/_stand_in/state").json()["AccountObj"]) == 2
        counted = caller.http.get("/_stand_in/calls").json()
        assert counted["calls"][f"{DATA}/create"] == 3
        assert (counted["granted"], counted["faults"]) == (1, {"code": 1})
        caller.http.post("/_stand_in/gate", json={"quota": 0})
        assert caller.create()["errorCode"] == 30002
        caller.http.close()
    finally:
        process.terminate()
        process.communicate(timeout=10)
