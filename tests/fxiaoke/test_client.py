"""Each error code is met by what its table says; no answer is taken for one that it is not."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_migration.errors import OperatorNeeded, QuotaExhausted, TargetUnavailable
from crm_migration.load.fxiaoke.answers import Refused, next_midnight
from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.load.fxiaoke.codes import Remedy, remedy_of
from crm_migration.load.fxiaoke.masking import named
from crm_migration.load.fxiaoke.pace import Pace
from crm_migration.load.fxiaoke.settings import Limits, Login, Tenant
from crm_migration.load.record_api import AnswerLost, RecordRefused, RefusedInDoubt
from tests.fxiaoke.conftest import HASTY, SHORT
from tests.fxiaoke.faults import Fault
from tests.fxiaoke.stand_in import StandIn

Connect = Callable[..., FxiaokeApi]
ONE = {"name": "上海示例科技有限公司", "legacy_key__c": "K1"}
BUSY = [-1, -2, 50009, 14001, 30004]
TOKEN = [20005, 20016, 11014]
OPERATOR = [15003, 20006, 20014, 20015, 20020, 20021, 20022, 20023, 30003, *range(10001, 10016)]
OPERATOR += [code for code in range(11001, 11019) if code != 11014]
ROW = [15002, 32000, 30027, 20012, 30007]


def there(server: StandIn, key: str = "K1") -> int:
    return sum(one.get("legacy_key__c") == key for one in server.crm.live("AccountObj"))


# The table of codes.


@pytest.mark.parametrize(
    ("codes", "remedy"),
    [
        ([0], Remedy.NONE),
        (BUSY, Remedy.RETRY),
        (TOKEN, Remedy.NEW_TOKEN),
        ([30002], Remedy.MIDNIGHT),
        (OPERATOR, Remedy.OPERATOR),
        (ROW, Remedy.ROW),
        ([320002500, 7, -3], Remedy.UNKNOWN),
    ],
)
def test_every_code_has_its_remedy(codes: list[int], remedy: Remedy) -> None:
    assert {remedy_of(code) for code in codes} == {remedy}


@pytest.mark.parametrize("code", BUSY)
def test_what_is_busy_is_asked_again(api: FxiaokeApi, stand_in: StandIn, code: int) -> None:
    stand_in.faults.add(Fault("code", code=code, interface="create", times=2))
    api.create("AccountObj", ONE)
    assert (there(stand_in), stand_in.calls_of("create")) == (1, 3)


@pytest.mark.parametrize("code", [14001, 30004])
def test_a_target_that_stays_busy_is_for_the_next_attempt_of_the_task(
    api: FxiaokeApi, stand_in: StandIn, code: int
) -> None:
    stand_in.faults.add(Fault("code", code=code, interface="create"))
    with pytest.raises(TargetUnavailable, match=str(code)):
        api.create("AccountObj", ONE)
    assert stand_in.calls_of("create") == SHORT.attempts


def test_a_spent_quota_says_until_when(api: FxiaokeApi, stand_in: StandIn) -> None:
    api.describe("AccountObj")
    stand_in.gate.quota = 1
    api.create("AccountObj", ONE)
    with pytest.raises(QuotaExhausted) as caught:
        api.create("AccountObj", {"name": "b"})
    until = caught.value.until
    assert (until.hour, until.minute, until.tzinfo) == (0, 0, ZoneInfo("Asia/Shanghai"))
    assert timedelta(0) < until - datetime.now(until.tzinfo) <= timedelta(days=1)
    assert stand_in.calls_of("create") == 2


def test_midnight_is_that_of_the_companys_zone() -> None:
    evening = datetime(2026, 3, 7, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    assert next_midnight(evening) == datetime(2026, 3, 8, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize("code", [30003, 20020, 15003, 10006, 11001])
def test_what_only_a_person_can_change_is_not_repeated(api: FxiaokeApi, stand_in: StandIn, code: int) -> None:
    stand_in.faults.add(Fault("code", code=code, interface="create"))
    with pytest.raises(OperatorNeeded, match=str(code)):
        api.create("AccountObj", ONE)
    assert (there(stand_in), stand_in.calls_of("create")) == (0, 1)


@pytest.mark.parametrize("code", [*ROW, 320002500])
def test_a_refused_record_keeps_code_field_and_trace_and_nothing_else_of_the_text(
    api: FxiaokeApi, stand_in: StandIn, code: int
) -> None:
    # Of the record that was sent, and of another one that the CRM names beside it.
    message = (
        f"字段legacy_key__c的值k1, 客户{ONE['name']}, 13800138000, li@example.com 与李雷的记录重复 (owner Ann Lee)"
    )
    stand_in.faults.add(Fault("code", code=code, message=message, interface="create"))
    with pytest.raises(RecordRefused) as caught:
        api.create("AccountObj", ONE)
    assert caught.value.reason.startswith(f"refused with code {code}")
    assert caught.value.reason.endswith(", about field legacy_key__c, owner [trace E-O.1]")
    assert stand_in.calls_of("create") == 1


def test_of_a_text_only_whole_names_of_fields_are_told() -> None:
    assert named("字段name的值 email2 tel", ["tel", "name", "email", "name"]) == ("tel", "name")
    assert named(None, ["name"]) == ()


def test_the_text_of_an_answer_decides_nothing(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("code", code=0, message="error: token expired, quota exhausted", interface="query"))
    with pytest.raises(TargetUnavailable, match="total"):
        api.count("AccountObj")


# Logging in.


@pytest.mark.parametrize("login", list(Login))
def test_both_logins_read_and_write(connected: Connect, stand_in: StandIn, login: Login) -> None:
    api = connected(login)
    identity = api.create("AccountObj", ONE)
    assert api.find("AccountObj", "legacy_key__c", ["K1"], ["name"]).rows() == [(identity, ONE["name"])]
    assert stand_in.gate.granted == 1


def test_a_wrong_secret_is_for_a_person_and_is_not_told(connected: Connect, stand_in: StandIn) -> None:
    tenant = Tenant(stand_in.url, "FSAID_1", "a-wrong-secret", "permanent", "1000")
    api = connected(tenant=tenant)
    with pytest.raises(OperatorNeeded, match="20014") as caught:
        api.objects()
    assert "a-wrong-secret" not in str(caught.value)


# Answers that are none.

LOST = ["cut", "hang", "truncated", "broken_off", "html", "gateway"]


@pytest.mark.parametrize("performed", [True, False])
@pytest.mark.parametrize("how", LOST)
def test_a_lost_answer_to_a_write_is_told_and_never_repeated(
    connected: Connect, stand_in: StandIn, how: str, performed: bool
) -> None:
    api = connected(patience=HASTY if how == "hang" else SHORT)
    stand_in.faults.add(Fault(how, performed=performed, interface="create", times=1))
    with pytest.raises(AnswerLost) as caught:
        api.create("AccountObj", ONE)
    assert stand_in.calls_of("create") == 1
    assert not any(value in str(caught.value) for value in ONE.values())
    found = api.find("AccountObj", "legacy_key__c", ["K1"], ["name"])
    assert found.height == there(stand_in) == int(performed)


@pytest.mark.parametrize("how", LOST)
def test_a_lost_answer_to_a_read_is_asked_for_again(connected: Connect, stand_in: StandIn, how: str) -> None:
    api = connected(patience=HASTY if how == "hang" else SHORT)
    api.create("AccountObj", ONE)
    stand_in.faults.add(Fault(how, performed=True, interface="query", times=2))
    assert api.count("AccountObj") == 1
    assert stand_in.calls_of("query") == 3


def test_a_lost_answer_to_a_login_is_asked_for_again(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("truncated", performed=True, interface="token", times=1))
    api.create("AccountObj", ONE)
    assert there(stand_in) == 1


def test_a_failure_that_was_carried_out_all_the_same_is_not_taken_for_a_refusal(
    api: FxiaokeApi, stand_in: StandIn
) -> None:
    stand_in.faults.add(Fault("code", code=-1, performed=True, interface="create", times=1))
    with pytest.raises(AnswerLost):
        api.create("AccountObj", ONE)
    assert there(stand_in) == 1


def test_a_failure_and_then_a_refusal_leave_a_write_in_doubt_with_a_reason(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("code", code=-1, interface="create", times=1))
    with pytest.raises(RefusedInDoubt) as caught:
        api.create("AccountObj", ONE | {"account_level": "9"})
    assert "account_level" in caught.value.reason
    assert stand_in.calls_of("create") == 2


def test_a_server_that_keeps_failing_leaves_a_write_in_doubt(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("code", code=-1, performed=True, interface="create"))
    with pytest.raises(AnswerLost):
        api.create("AccountObj", {"name": "without a key"})


def test_a_server_that_is_not_there_has_written_nothing(connected: Connect, stand_in: StandIn) -> None:
    tenant = Tenant("http://127.0.0.1:9", "FSAID_1", "secret", "permanent", "1000")
    with pytest.raises(TargetUnavailable, match="cannot be reached"):
        connected(tenant=tenant).objects()


def test_a_created_record_without_an_id_in_the_answer_is_looked_up(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("code", code=0, performed=True, interface="create", times=1))
    with pytest.raises(AnswerLost, match="dataId"):
        api.create("AccountObj", ONE)


# The rate.


def test_no_window_of_time_sees_more_calls_than_the_limit(connected: Connect, stand_in: StandIn) -> None:
    stand_in.gate.calls, stand_in.gate.seconds = 20, 0.5
    limits = Limits(calls=20, seconds=0.5)
    api = connected(limits=limits)
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: api.create("AccountObj", {"name": f"n{n}"}), range(70)))
    assert time.monotonic() - begun >= 1.5
    assert stand_in.gate.refused_by_rate == 0
    assert len(stand_in.crm.live("AccountObj")) == 70


def test_each_interface_has_a_limit_of_its_own() -> None:
    pace = Pace(2, 30.0)
    done = threading.Event()

    def call_all() -> None:
        for interface in ("create", "create", "query", "query"):
            with pace.turn(interface):
                pass
        done.set()

    threading.Thread(target=call_all, daemon=True).start()
    assert done.wait(2)


def test_a_call_under_way_counts_until_it_has_ended() -> None:
    pace = Pace(1, 0.05)
    entered = threading.Event()

    def second() -> None:
        with pace.turn("create"):
            entered.set()

    with pace.turn("create"):
        threading.Thread(target=second, daemon=True).start()
        assert not entered.wait(0.2)
    assert entered.wait(2)


def test_a_server_that_counts_others_too_is_waited_for(connected: Connect, stand_in: StandIn) -> None:
    stand_in.gate.calls, stand_in.gate.seconds = 5, 0.05
    api = connected()
    for number in range(12):
        api.create("AccountObj", {"name": f"n{number}"})
    assert len(stand_in.crm.live("AccountObj")) == 12


# What is told.


def test_neither_log_nor_message_holds_a_value_or_a_secret(
    api: FxiaokeApi, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="crm_migration")
    caplog.set_level(logging.INFO)
    api.create("AccountObj", ONE)
    stand_in.faults.add(Fault("code", code=-1, interface="create"))
    with pytest.raises(AnswerLost) as caught:
        api.create("AccountObj", {"name": "李雷", "legacy_key__c": "K-2"})
    told = caplog.text + str(caught.value)
    assert not any(word in told for word in ("李雷", "K-2", ONE["name"], "permanent", stand_in.gate.app_secret + '"'))


def test_a_refusal_carries_its_code(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("code", code=320002500, interface="create"))
    with pytest.raises(Refused) as caught:
        api.create("AccountObj", ONE)
    assert caught.value.code == 320002500
