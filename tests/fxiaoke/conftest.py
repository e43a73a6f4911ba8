"""A stand-in for Fxiaoke, and clients of it whose waits are short."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.load.fxiaoke.client import FxiaokeClient
from crm_migration.load.fxiaoke.settings import Limits, Login, Patience, Settings, Tenant
from tests.fxiaoke.gate import Gate
from tests.fxiaoke.stand_in import StandIn

SHORT = Patience(attempts=4, first_wait=0.01, longest_wait=0.05, connect=5, answer=10)
HASTY = replace(SHORT, answer=0.3)
LIFTED = Limits(calls=None, grants=None)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(gate=Gate(calls=None, grants=None)) as server:
        yield server


def tenant_at(server: StandIn, login: Login = Login.APP_SECRET) -> Tenant:
    gate = server.gate
    return Tenant(server.url, gate.app_id, gate.app_secret, gate.permanent_code, "1000", login=login)


@pytest.fixture
def connected(stand_in: StandIn) -> Iterator[Callable[..., FxiaokeApi]]:
    """Return the API under chosen settings and login."""
    opened: list[FxiaokeApi] = []

    def connect(login: Login = Login.APP_SECRET, tenant: Tenant | None = None, **settings: object) -> FxiaokeApi:
        chosen = Settings(**{"threads": 8, "limits": LIFTED, "patience": SHORT} | settings)
        api = FxiaokeApi(FxiaokeClient(tenant or tenant_at(stand_in, login), chosen))
        opened.append(api)
        return api

    yield connect
    for api in opened:
        api.close()


@pytest.fixture
def api(connected: Callable[..., FxiaokeApi]) -> FxiaokeApi:
    return connected()
