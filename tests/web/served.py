"""The monitor as Airflow mounts it: a real auth manager, real tokens and metadata database, and no scheduler."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

with warnings.catch_warnings():
    # Starlette would rather have another HTTP client than the one that Airflow brings.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

PREFIX = "/crm"
HOST = "http://airflow.example"
AIRFLOW = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__CORE__AUTH_MANAGER": "tests.web.rights.PerDagAuthManager",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "ann:user,eve:viewer,mallory:viewer",
    "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "AIRFLOW__API__BASE_URL": HOST,
    "AIRFLOW__API__SECRET_KEY": "a key that signs forms in tests",
    "AIRFLOW__API_AUTH__JWT_SECRET": "a key that signs tokens in tests, long enough for the algorithm it is used by",
}


@contextmanager
def airflow(home: Path) -> Iterator[None]:
    """Give an Airflow whose metadata database has its tables, wherever another test has put it before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(home))
        for name, value in AIRFLOW.items():
            patch.setenv(name, value)
        from airflow import settings
        from airflow.api_fastapi.app import init_auth_manager, purge_cached_app
        from airflow.models.base import Base
        from airflow.utils.db import import_all_models

        import_all_models()
        if settings.engine is None:
            settings.configure_orm()
        Base.metadata.create_all(settings.engine)
        purge_cached_app()
        init_auth_manager()
        yield
        purge_cached_app()


@dataclass(frozen=True)
class Site:
    """The monitor, and those who ask it: `ann` may start runs, `eve` may look, `mallory` may see no DAG."""

    app: FastAPI
    monitor: FastAPI

    def client(self, name: str | None, role: str = "viewer") -> TestClient:
        """Return a browser in which `name` is signed in; nobody with None."""
        client = TestClient(self.app, base_url=HOST, follow_redirects=False)
        if name is not None:
            client.cookies.set("_token", token(name, role))
        return client


def token(name: str, role: str) -> str:
    """Return what Airflow hands to a browser that signs in."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role=role))


def site(mappings: Path, staging: str, connections: dict[str, Any]) -> Site:
    """Return the monitor of the mappings in a folder, mounted where the plugin mounts it."""
    from crm_migration.web.app import monitor
    from crm_migration.web.project import Project

    made = monitor(mappings)
    made.state.project = Project(mappings, staging, connections.__getitem__)
    root = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    root.mount(PREFIX, made)
    return Site(root, made)
