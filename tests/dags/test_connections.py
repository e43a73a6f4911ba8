"""A connection means the same to the command line as to a task."""

import pytest

from crm_migration.connections import database_url, from_environment

FORMS = [
    "postgres://ann:p%40ss%2F%25%3A@db.example:5433/b%C3%BCcher?sslmode=require",
    "postgresql://ann@db.example/crm",
    "postgres://ann:x@%2FVar%2FRun/crm",
    "postgres://ann@/crm?__extra__=%7B%22host%22%3A%20%22%2FVar%2FRun%22%7D",
    "mysql://ann:%E5%AF%86@[::1]:3307/crm?charset=utf8mb4",
    "mariadb://ann:x@db.example/crm",
    "sqlite:////data/crm.sqlite",
    "sqlite:///data/50%25%20off%3F.sqlite",
    "sqlite://%2FData%2Fcrm.sqlite",
    '{"conn_type": "postgres", "host": "db", "login": "ann", "password": "p@s%s", "port": 5433, "schema": "crm"}',
    '{"conn_type": "mysql", "host": "db", "login": "ann", "extra": {"unix_socket": "/Var/Run/m.sock", "other": 1}}',
    '{"conn_type": "sqlite", "host": "/data/crm.sqlite", "extra": "{}"}',
]


@pytest.mark.parametrize("text", FORMS)
def test_the_command_line_reads_what_airflow_reads(airflow_home, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    from crm_migration.orchestration.context import airflow_connection

    monkeypatch.setenv("AIRFLOW_CONN_LEGACY", text)
    assert database_url(airflow_connection("legacy")) == database_url(from_environment("legacy"))
