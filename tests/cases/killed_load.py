"""Carries out steps of runs in processes that kill themselves at a given point; started by test_kill.

Its standard input holds a JSON list of orders. Each is carried out in a process forked off for it, which must die
by SIGKILL; that it did is all that is printed.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.ledger.ledger import Ledger
from crm_migration.load import load, write
from crm_migration.mapping.reader import read_mapping

BATCH_ROWS = 30


def die() -> NoReturn:
    """End this process as the kernel would when memory runs out: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def dying(function: Callable[..., Any], calls: int, first: bool) -> Callable[..., Any]:
    """Return `function` so that its `calls`th call kills the process, `first` or once its work is done."""
    left = calls

    def called(*given: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if first and left == 0:
            die()
        result = function(*given, **named)
        if left == 0:
            die()
        return result

    return called


def arm(point: str, calls: int) -> None:
    """Set where the process is to die."""
    match point:
        case "after_commit":
            write._commit = dying(write._commit, calls, first=False)
        case "before_commit":
            Ledger.check_fence = dying(Ledger.check_fence, calls, first=False)  # type: ignore[method-assign]
        case "before_outcomes":
            load.finish_outcomes = dying(load.finish_outcomes, calls, first=True)
        case "after_link":
            pipeline.link = dying(pipeline.link, calls, first=False)


def carry_out(order: dict[str, Any]) -> None:
    """Run the order's step until it dies."""
    load.BATCH_ROWS = BATCH_ROWS
    arm(order["point"], order["calls"])
    given = order["job"]
    job = Job(
        read_mapping(Path(given["mapping"])),
        given["run_id"],
        given["staging"],
        from_url(given["source"]),
        given["target"],
    )
    if order["entity"] is None:
        pipeline.link_references(job)
    else:
        pipeline.load_entity(job, order["entity"])


def main() -> None:
    """Fork off a process for each order, one after the other."""
    for order in json.load(sys.stdin):
        child = os.fork()
        if child == 0:
            try:
                carry_out(order)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write(f"{order['point']} {killed}\n")


if __name__ == "__main__":
    main()
