"""What the demo asks of Airflow, over its REST API, as any client would."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from demo.services import Airflow

FINAL = {"success", "failed"}


class AirflowClient:
    """A logged-in client of the demo's Airflow."""

    def __init__(self, airflow: Airflow) -> None:
        """Log in."""
        self.url = airflow.url
        self._http = httpx.Client(base_url=airflow.url, timeout=60)
        login = {"username": airflow.user, "password": airflow.password}
        token = self._http.post("/auth/token", json=login).raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def make_pool(self, name: str) -> None:
        """Create the pool in which loads into one target take turns."""
        pool = {"name": name, "slots": 1, "description": "Loads into this CRM take turns"}
        answer = self._http.post("/api/v2/pools", json=pool)
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()

    def wait_for_dag(self, dag_id: str, seconds: int = 90) -> None:
        """Wait until the DAG processor has read the DAG, and unpause it.

        Raises:
            RuntimeError: the DAG did not appear; the message holds its import error.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._http.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).is_success:
                return
            errors = self._http.get("/api/v2/importErrors").json().get("import_errors", [])
            if errors:
                raise RuntimeError(f"{errors[0]['filename']}: {errors[0]['stack_trace']}")
            time.sleep(1)
        raise RuntimeError(f"Airflow did not find the DAG {dag_id!r} within {seconds} s")

    def trigger(self, dag_id: str) -> str:
        """Start a run by hand and return its run id."""
        answer = self._http.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": {}})
        return str(answer.raise_for_status().json()["dag_run_id"])

    def last_run(self, dag_id: str) -> str | None:
        """Return the id of the DAG's latest run, None where it has none."""
        runs = self._get(f"/api/v2/dags/{dag_id}/dagRuns", limit=1, order_by="-run_after")["dag_runs"]
        return str(runs[0]["dag_run_id"]) if runs else None

    def wait_for_run(self, dag_id: str, seconds: int = 180) -> str:
        """Return the id of the run that something else than a person starts.

        Raises:
            RuntimeError: no run was started in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            run_id = self.last_run(dag_id)
            if run_id is not None:
                return run_id
            time.sleep(1)
        raise RuntimeError(f"no run of {dag_id} was started within {seconds} s")

    def watch(self, dag_id: str, run_id: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the run's state and its tasks' states about once a second, until the run is over."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        while True:
            run = self._get(path)
            tasks = self._get(f"{path}/taskInstances", limit=100)["task_instances"]
            yield run["state"], {task["task_id"]: task["state"] or "waiting" for task in tasks}
            if run["state"] in FINAL:
                return
            time.sleep(1)

    def plugins(self) -> list[dict[str, Any]]:
        """Return the plugins that Airflow has imported."""
        return list(self._get("/api/v2/plugins", limit=100)["plugins"])

    def page(self, path: str) -> str:
        """Return a page as it is handed to whoever is logged in.

        Raises:
            RuntimeError: Airflow answers with something else.
        """
        answer = self._http.get(path)
        if answer.status_code != httpx.codes.OK:
            raise RuntimeError(f"expected a page at {self.url}{path}, found status {answer.status_code}")
        return answer.text

    @retry(
        retry=retry_if_exception_type(httpx.TransportError),
        stop=stop_after_attempt(8),
        wait=wait_exponential_jitter(initial=1, max=10),
        reraise=True,
    )
    def _get(self, path: str, **parameters: int | str) -> Any:
        return self._http.get(path, params=parameters).raise_for_status().json()
