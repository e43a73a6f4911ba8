"""A connection says whom to speak to; what it lacks is told at once."""

import pytest

from crm_migration.connections import ConnectionFields, from_url
from crm_migration.errors import ConnectionUnknown
from crm_migration.load.fxiaoke.settings import Login, tenant_of

EXTRA = {"permanentCode": "code-of-the-company", "userId": "1000"}


def fields(**changed: object) -> ConnectionFields:
    whole = {"host": "https://open.fxiaoke.com", "login": "FSAID_1", "password": "hidden-word", "extra": EXTRA}
    return ConnectionFields(**{"conn_id": "crm", "conn_type": "http"} | whole | changed)


def test_a_connection_names_the_company_and_how_to_log_in() -> None:
    tenant = tenant_of(fields(extra=EXTRA | {"login": "corp_token", "ea": "acme", "zone": "Asia/Singapore"}))
    assert (tenant.base_url, tenant.app_id, tenant.user_id) == ("https://open.fxiaoke.com", "FSAID_1", "1000")
    assert (tenant.login, tenant.ea, tenant.zone) == (Login.CORP_TOKEN, "acme", "Asia/Singapore")


def test_the_newer_login_and_the_zone_of_china_are_taken_where_none_is_named() -> None:
    tenant = tenant_of(fields())
    assert (tenant.login, tenant.zone) == (Login.APP_SECRET, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("host", "schema", "port", "url"),
    [
        ("open.fxiaoke.com", None, None, "https://open.fxiaoke.com"),
        ("open.fxiaoke.com", "https", 8443, "https://open.fxiaoke.com:8443"),
        ("https://eu.fxiaoke.com/", None, None, "https://eu.fxiaoke.com"),
        ("127.0.0.1", "http", 8099, "http://127.0.0.1:8099"),
    ],
)
def test_the_base_url_is_the_host_of_any_region(host: str, schema: str | None, port: int | None, url: str) -> None:
    assert tenant_of(fields(host=host, schema=schema, port=port)).base_url == url


def test_a_uri_of_the_environment_is_such_a_connection_too() -> None:
    uri = "http://FSAID_1:hidden-word@127.0.0.1:8099/http?permanentCode=code&userId=1000"
    assert tenant_of(from_url(uri)).base_url == "http://127.0.0.1:8099"


def test_everything_that_is_missing_is_named_in_one_message_and_nothing_secret() -> None:
    with pytest.raises(ConnectionUnknown) as caught:
        tenant_of(fields(login=None, host=None, extra={"zone": "Mars/Olympus", "login": "guess"}))
    message = str(caught.value)
    for part in ("appId", "permanentCode", "userId", "host", "zone", "login"):
        assert part in message
    assert "hidden-word" not in message


def test_secrets_do_not_travel_in_the_clear() -> None:
    with pytest.raises(ConnectionUnknown, match="https://"):
        tenant_of(fields(host="http://open.fxiaoke.com"))


def test_secrets_are_not_printed() -> None:
    assert "hidden-word" not in repr(tenant_of(fields()))
    assert "code-of-the-company" not in repr(tenant_of(fields()))
