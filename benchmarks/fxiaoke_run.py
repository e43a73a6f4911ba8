"""The process that `benchmarks.fxiaoke` measures: a run into the stand-in, each step repeated as Airflow would."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.errors import QuotaExhausted, RetryLater
from crm_migration.job import Job
from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.load.fxiaoke.client import FxiaokeClient
from crm_migration.load.fxiaoke.settings import Limits, Patience, Settings, Tenant
from crm_migration.load.replica.call_plan import planned_work
from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import open_table

TRIES, PAUSE = 20, 5.0
NIGHT = 0.5
"""So long a spent quota is waited for here, in place of the next day."""
LIFTED = Settings(
    limits=Limits(calls=None, grants=None), patience=Patience(attempts=8, first_wait=0.05, longest_wait=1, answer=2)
)
LIMITED = Settings(patience=Patience(answer=5))


def opened(folder: Path, url: str, settings: Settings, run_id: str) -> Job:
    """Return the run, with the stand-in as its target."""
    ledger, origin = f"sqlite:///{folder / 'ledger.sqlite'}", from_url(f"sqlite:///{folder / 'legacy.sqlite'}")
    job = Job(read_mapping(folder / "legacy.yaml"), run_id, str(folder / "staging"), origin, ledger)
    tenant = Tenant(url, "FSAID_1", "secret", "permanent", "1000")  # the stand-in's own
    job.__dict__["target"] = ReplicaTarget(ledger, job.mapping, FxiaokeApi(FxiaokeClient(tenant, settings)))
    return job


def until_done(step: Callable[[], object]) -> tuple[int, int]:
    """Carry out a step, again after a while where that may help; return how often, for its tries and for a new day."""
    tried, days = 0, 0
    while tried < TRIES:
        try:
            step()
        except QuotaExhausted:
            days += 1
            time.sleep(NIGHT)
        except RetryLater:
            tried += 1
            time.sleep(PAUSE)
        else:
            return tried, days
    raise SystemExit("a step did not succeed, however often it was tried again")


def main(folder: Path, url: str, limits: str, run_id: str) -> None:
    """Carry out the run and print what it took."""
    job = opened(folder, url, LIMITED if limits == "limits" else LIFTED, run_id)
    started, plan = time.monotonic(), list[int]()

    def planned() -> None:
        pipeline.backup(job)
        plan.clear()
        work = planned_work(job.load_job(planned=True), job.folder, job.order)
        plan.append(work.calls(job.target.api))  # type: ignore[attr-defined]

    steps: list[Callable[[], object]] = [
        partial(pipeline.prepare_steps, job),
        planned,
        partial(pipeline.load_sample, job),
        partial(pipeline.load_entity, job, "account"),
        partial(pipeline.link_references, job),
    ]
    again, days = map(sum, zip(*map(until_done, steps), strict=True))
    rows = open_table(job.folder, "account", "outcome").rows
    job.target.close()
    facts = {"seconds": time.monotonic() - started, "rows": rows, "plan": plan[0], "again": again, "days": days}
    print(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5])
