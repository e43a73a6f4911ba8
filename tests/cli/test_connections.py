"""Connections in every form that Airflow takes, without Airflow."""

import json

import pytest
import sqlalchemy as sa

from crm_migration.connections import ConnectionFields, database_url, from_environment
from crm_migration.errors import ConnectionUnknown

PASSWORD = "p@ss/w:rd?#%é +"
ENCODED = "p%40ss%2Fw%3Ard%3F%23%25%C3%A9%20%2B"
URIS = {
    f"postgres://ann:{ENCODED}@db.example:5433/crm": ("postgresql+psycopg", "db.example", 5433, "crm"),
    f"postgresql://ann:{ENCODED}@db.example/crm": ("postgresql+psycopg", "db.example", None, "crm"),
    f"postgresql+psycopg2://ann:{ENCODED}@[::1]:5432/crm": ("postgresql+psycopg", "::1", 5432, "crm"),
    f"mysql://ann:{ENCODED}@db.example:3307/b%C3%BCcher": ("mysql+pymysql", "db.example", 3307, "bücher"),
    f"mariadb://ann:{ENCODED}@db.example/crm": ("mysql+pymysql", "db.example", None, "crm"),
}


def url_of(monkeypatch: pytest.MonkeyPatch, text: str) -> sa.URL:
    monkeypatch.setenv("AIRFLOW_CONN_LEGACY", text)
    return sa.make_url(database_url(from_environment("legacy")))


@pytest.mark.parametrize(("uri", "expected"), URIS.items())
def test_a_uri_keeps_every_part_whatever_characters_it_holds(monkeypatch, uri: str, expected: tuple) -> None:
    url = url_of(monkeypatch, uri)
    assert (url.drivername, url.host, url.port, url.database) == expected
    assert (url.username, url.password) == ("ann", PASSWORD)


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
@pytest.mark.parametrize("extra", [{"sslmode": "require", "cursor": "x"}, '{"sslmode": "require"}', None, ""])
def test_the_json_form_says_the_same(monkeypatch, kind: str, extra: object) -> None:
    fields = {"conn_type": kind, "host": "db.example", "login": "ann", "password": PASSWORD, "schema": "crm"}
    url = url_of(monkeypatch, json.dumps(fields | {"port": "5433", "extra": extra}))
    assert (url.host, url.port, url.database, url.username, url.password) == (
        "db.example", 5433, "crm", "ann", PASSWORD,
    )  # fmt: skip
    assert url.query.get("sslmode") == ("require" if extra else None)
    assert "cursor" not in url.query


def test_numbers_and_empty_parts_in_json_are_read_as_meant(monkeypatch) -> None:
    url = url_of(monkeypatch, '{"conn_type": "postgres", "login": 7, "password": 1234, "host": "", "port": null}')
    assert (url.username, url.password, url.host, url.port, url.database) == ("7", "1234", None, None, None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("postgres://ann:x@%2FVar%2FRun/crm", "host"),
        ("mysql://ann:x@%2FVar%2FRun/crm", "unix_socket"),
        ('{"conn_type": "postgres", "host": "/Var/Run", "login": "ann", "schema": "crm"}', "host"),
        ("postgres://ann@/crm?host=%2FVar%2FRun&sslmode=disable", "host"),
        ("postgres://ann@/crm?__extra__=%7B%22host%22%3A%20%22%2FVar%2FRun%22%7D", "host"),
    ],
)
def test_a_socket_may_stand_as_the_host_or_in_the_extras(monkeypatch, text: str, key: str) -> None:
    url = url_of(monkeypatch, text)
    assert (url.host, url.database, url.query[key]) == (None, "crm", "/Var/Run")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:////data/crm.sqlite", "/data/crm.sqlite"),
        ("sqlite:///data/crm.sqlite", "data/crm.sqlite"),
        ("sqlite://%2FData%2Fcrm.sqlite", "/Data/crm.sqlite"),
        ("sqlite:////data/50%25%20off%3F.sqlite", "/data/50% off?.sqlite"),
        ('{"conn_type": "sqlite", "host": "/data/50% off?.sqlite"}', "/data/50% off?.sqlite"),
        ('{"conn_type": "sqlite", "schema": "data/crm.sqlite"}', "data/crm.sqlite"),
    ],
)
def test_a_sqlite_path_is_the_one_that_was_written(monkeypatch, text: str, path: str) -> None:
    assert url_of(monkeypatch, text).database == path


@pytest.mark.parametrize("text", [None, ""])
def test_a_missing_connection_is_named_with_the_variable_that_would_define_it(monkeypatch, text: str | None) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_LEGACY", raising=False)
    if text is not None:
        monkeypatch.setenv("AIRFLOW_CONN_LEGACY", text)
    with pytest.raises(ConnectionUnknown, match="'legacy' is not defined: set AIRFLOW_CONN_LEGACY"):
        from_environment("legacy")


@pytest.mark.parametrize(
    "text",
    [
        "postgres://ann:s3cret/Pa55@db.example/crm",
        "postgres://ann:s3cret@[db.example/crm",
        "postgres://ann:s3cret@db.example/crm?__extra__=[1]",
        '{"conn_type": "postgres", "password": "s3cret"',
        '{"password": "s3cret"}',
        '{"conn_type": 5, "password": "s3cret"}',
        '{"conn_type": "postgres", "password": "s3cret", "port": ["s3cret"]}',
        '{"conn_type": "postgres", "password": "s3cret", "port": "s3cret"}',
        '{"conn_type": "postgres", "password": "s3cret", "extra": "{"}',
        '{"conn_type": "postgres", "password": "s3cret", "extra": [1]}',
    ],
)
def test_what_cannot_be_read_is_refused_without_quoting_it(monkeypatch, text: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LEGACY", text)
    with pytest.raises(ConnectionUnknown, match="AIRFLOW_CONN_LEGACY is neither") as refused:
        from_environment("legacy")
    assert refused.value.__cause__ is None
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("text", ["ftp://ann:s3cret@h/d", "nothing", '{"conn_type": "mongo", "password": "s3cret"}'])
def test_a_connection_to_something_else_is_refused(monkeypatch, text: str) -> None:
    with pytest.raises(
        ConnectionUnknown, match="expected one of mariadb, mssql, mysql, oracle, postgres, postgresql, sqlite"
    ) as refused:
        url_of(monkeypatch, text)
    assert "s3cret" not in str(refused.value)


def test_the_fields_print_no_secret() -> None:
    fields = ConnectionFields("legacy", "postgres", login="ann", password="s3cret", extra={"token": "s3cret"})
    assert "s3cret" not in repr(fields)
