"""The monitor pages in Airflow's own UI: an entry in the menu, and a tab on the pages of DAGs and runs.

Airflow imports this file in every service and in every task, so the pages themselves are made at the first request.
"""

from pathlib import Path
from typing import Any

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/crm"
PROJECT = Path(__file__).resolve().parents[1]


class Monitor:
    """The pages as an ASGI application that is made when somebody first asks for one."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if self._app is None:
            from crm_migration.web.app import monitor

            self._app = monitor(PROJECT / "include" / "mappings")
        await self._app(scope, receive, send)


def _views() -> list[dict[str, Any]]:
    """Return the menu's entry and the two tabs, at the address that Airflow itself answers."""
    root = conf.get("api", "base_url", fallback="").removesuffix("/").partition("://")[2].partition("/")
    start = f"/{root[2]}{PREFIX}" if root[2] else PREFIX
    icons = {"icon": f"{start}/static/icon.svg", "icon_dark_mode": f"{start}/static/icon-dark.svg"}
    of_dag, of_run = f"{start}/dag/{{DAG_ID}}", f"{start}/run/{{DAG_ID}}/{{RUN_ID}}"
    return [
        {"name": "CRM migration", "href": f"{start}/", "destination": "nav", "url_route": "crm", **icons},
        {"name": "Migration", "href": of_dag, "destination": "dag", "url_route": "crm-source", **icons},
        {"name": "Migration", "href": of_run, "destination": "dag_run", "url_route": "crm-run", **icons},
    ]


class CrmMigrationPlugin(AirflowPlugin):
    """Tells Airflow where the pages are."""

    name = "crm_migration"
    fastapi_apps = [{"app": Monitor(), "url_prefix": PREFIX, "name": "CRM migration monitor"}]  # noqa: RUF012
    external_views = _views()
