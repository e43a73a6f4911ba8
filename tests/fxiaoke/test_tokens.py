"""A token serves all threads until it ages, expires or is refused; then one new one is asked for."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_migration.errors import OperatorNeeded
from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.load.fxiaoke.settings import Limits, Login
from tests.fxiaoke.faults import Fault
from tests.fxiaoke.gate import YOUTH
from tests.fxiaoke.stand_in import StandIn

Connect = Callable[..., FxiaokeApi]
TOKEN = [20005, 20016, 11014]


@pytest.mark.parametrize("code", TOKEN)
def test_a_token_that_is_refused_is_replaced_and_the_call_repeated(
    api: FxiaokeApi, stand_in: StandIn, code: int
) -> None:
    stand_in.faults.add(Fault("code", code=code, interface="create", times=1))
    api.create("AccountObj", {"name": "n"})
    assert (len(stand_in.crm.live("AccountObj")), stand_in.calls_of("create"), stand_in.gate.granted) == (1, 2, 2)


@pytest.mark.parametrize("code", TOKEN)
def test_a_token_is_replaced_once_and_then_a_person_must_look(api: FxiaokeApi, stand_in: StandIn, code: int) -> None:
    stand_in.faults.add(Fault("code", code=code, interface="create"))
    with pytest.raises(OperatorNeeded):
        api.create("AccountObj", {"name": "n"})
    assert stand_in.calls_of("create") == 2


@pytest.mark.parametrize("login", list(Login))
def test_threads_share_one_token(connected: Connect, stand_in: StandIn, login: Login) -> None:
    api = connected(login)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: api.create("AccountObj", {"name": f"n{n}"}), range(40)))
    assert len(stand_in.crm.live("AccountObj")) == 40
    assert stand_in.gate.granted == 1


@pytest.mark.parametrize("login", list(Login))
def test_a_token_that_expires_amid_threads_is_replaced_once(
    connected: Connect, stand_in: StandIn, login: Login
) -> None:
    api = connected(login)
    with ThreadPoolExecutor(8) as pool:
        creating = [pool.submit(api.create, "AccountObj", {"name": f"n{n}"}) for n in range(200)]
        for at in (40, 120):
            creating[at].result()
            with stand_in.lock:
                stand_in.gate.expire_tokens()
        [one.result() for one in creating]
    assert len(stand_in.crm.live("AccountObj")) == 200
    assert stand_in.gate.granted == 3


@pytest.mark.parametrize("login", list(Login))
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_token_that_expires_at_any_call_is_replaced_and_the_call_made_again(
    connected: Connect, stand_in: StandIn, login: Login, at: int
) -> None:
    stand_in.faults.add(Fault("expired_token", interface="create", calls=(at,)))
    api = connected(login)
    ids = [api.create("AccountObj", {"name": f"n{n}", "legacy_key__c": f"K{n}"}) for n in range(3)]
    assert [one["_id"] for one in stand_in.crm.live("AccountObj")] == ids
    assert (stand_in.gate.granted, stand_in.calls_of("create")) == (2, 4)


def test_by_chance_only_a_token_expires_that_has_served_for_a_while(connected: Connect, stand_in: StandIn) -> None:
    stand_in.faults.add(Fault("expired_token", probability=1.0))
    api = connected()
    for n in range(YOUTH + 1):
        api.create("AccountObj", {"name": f"n{n}"})
    assert len(stand_in.crm.live("AccountObj")) == YOUTH + 1
    assert stand_in.gate.granted == 2


def test_a_token_is_asked_for_anew_before_it_expires(connected: Connect, stand_in: StandIn) -> None:
    stand_in.gate.token_seconds = 1.0
    api = connected()
    api.objects()
    time.sleep(0.15)
    api.count("AccountObj")
    assert stand_in.gate.granted == 2


def test_no_more_tokens_are_asked_for_than_a_minute_allows(connected: Connect, stand_in: StandIn) -> None:
    stand_in.gate.grants, stand_in.gate.grant_seconds = 3, 0.3
    limits = Limits(calls=None, grants=3, grant_seconds=0.3)
    api = connected(limits=limits)
    stand_in.faults.add(Fault("code", code=20005, interface="query", calls=(1, 3, 5)))
    begun = time.monotonic()
    for _ in range(3):
        api.count("AccountObj")
    assert time.monotonic() - begun >= 0.3
    # One to begin with, and three for tokens that were refused: the fourth had to wait for its turn.
    assert (stand_in.gate.granted, stand_in.gate.refused_by_rate) == (4, 0)
