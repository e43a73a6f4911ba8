"""Carries out steps of runs in processes of their own, with a fault in each if the test says so; started by `Crew`.

Each line of standard input is an order, each line of standard output tells of one: that it has begun, with the id of
its process, or how it ended. This process itself only imports and forks: a worker begins in no time.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import great_expectations  # noqa: F401 as heavy as all the rest: loaded once, not by each worker
import jinja2.ext  # noqa: F401
import opencc  # noqa: F401

from crm_migration import pipeline
from crm_migration.connections import ConnectionFields, from_url
from crm_migration.errors import MigrationError
from crm_migration.extract.source import Window
from crm_migration.job import Job
from crm_migration.load import backup, target
from crm_migration.load.fxiaoke import api, settings
from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.mapping.reader import read_mapping
from crm_migration.validate.page_views import PageView
from tests.faults.failpoints import Fault, install

LOCK_SECONDS = 5
HASTY: dict[str, Any] = {
    "limits": settings.Limits(calls=None, grants=None),
    "patience": settings.Patience(attempts=4, first_wait=0.01, longest_wait=0.05, connect=5, answer=10),
}
"""A stand-in of a CRM takes any number of calls, and is back at once."""

LONGEST = 2500
"""Characters of a message: a line must fit into what a pipe takes at once."""


def job_of(given: dict[str, Any]) -> Job:
    """Return the run that an order names."""
    bounds = given.get("window")
    window = Window(*(datetime.fromisoformat(bound) if bound else None for bound in bounds)) if bounds else None
    loaded = read_mapping(Path(given["mapping"]))
    crm = ConnectionFields(**given["crm"]) if given.get("crm") else None
    source, ledger = from_url(given["source"]), given["target"]
    return Job(loaded, given["run_id"], given["staging"], source, ledger, window, target_connection=crm)


def carry_out(job: Job, step: list[Any]) -> Any:
    """Carry out one step, by the name of its function, and return what is worth telling of it."""
    name, *given = step
    result = getattr(pipeline, name)(job, *given)
    if name == "finish":
        return result[0].verdict.state
    if name == "undo":
        return result.differing
    return None


def whole_line(job: Job) -> Any:
    """Carry out the whole run as the command line does, and return the state of its report."""
    made, _, failed = pipeline.run_line(job, lambda _job: None)
    if failed is not None:
        raise failed
    return made.verdict.state


def obey(order: dict[str, Any], answer: int) -> None:
    """Carry out an order and write into `answer` what came of it."""
    target.SqlTarget.batch_rows = ReplicaTarget.batch_rows = backup.BATCH_ROWS = order["batch_rows"]
    ReplicaTarget.settle_seconds = 0
    # Imported beforehand, the class itself is known where it is a type.
    assert api.FxiaokeApi
    patience = replace(HASTY["patience"], answer=order.get("answer_seconds", HASTY["patience"].answer))
    chosen = HASTY | {"patience": patience}
    settings.Settings = partial(settings.Settings, **chosen)  # type: ignore[misc,assignment]
    target.LOCK_SECONDS, target.BUSY_MILLISECONDS = LOCK_SECONDS, 1000 * LOCK_SECONDS
    if order.get("zone"):
        os.environ["TZ"] = order["zone"]
        time.tzset()
    if order.get("file_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_bytes"], order["file_bytes"]))
    if order.get("fault"):
        install(Fault(**order["fault"]), order["dialect"])
    told: dict[str, Any] = {"results": []}
    try:
        for step in order["steps"]:
            # One task, one job: nothing that a job remembers is handed on.
            job = job_of(order["job"])
            if "threads" in order:
                job.target.api.threads = order["threads"]
            told["results"].append(whole_line(job) if step == ["line"] else carry_out(job, step))
            job.target.close()
    except MigrationError as error:
        told |= {"error": [kind.__name__ for kind in type(error).__mro__], "message": str(error)[:LONGEST]}
    except BaseException as error:  # noqa: BLE001 the test is told of whatever it was
        told |= {"error": [type(error).__name__, "Unexpected"], "message": traceback.format_exc()[-LONGEST:]}
    os.write(answer, json.dumps(told).encode())


def attend(order: dict[str, Any]) -> None:
    """Have a process carry out the order, and tell of its beginning and of its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            obey(order, writing)
        finally:
            os._exit(0)
    os.close(writing)
    tell({"id": order["id"], "pid": child})
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    tell({"id": order["id"], "killed": killed, **json.loads(answer or b"{}")})


def tell(line: dict[str, Any]) -> None:
    """Write one line at once, so that the lines of several processes do not mix."""
    os.write(1, json.dumps(line).encode() + b"\n")


def compile_pages() -> None:
    """Compile the templates of Data Docs, which each worker would compile for itself."""
    pages = PageView().env
    for template in pages.list_templates(extensions=["j2"]):
        pages.get_template(template)


def main() -> None:
    """Attend to each order as it comes."""
    compile_pages()
    # Whoever attends to an order is not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    tell({"id": 0})
    while line := sys.stdin.buffer.readline():
        if os.fork() == 0:
            try:
                attend(json.loads(line))
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
