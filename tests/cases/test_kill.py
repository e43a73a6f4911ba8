"""A task that was killed and is cleared ends as if nothing had happened: same records, same outcomes, nothing twice."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from crm_migration import pipeline
from crm_migration.closing import undo
from crm_migration.job import Job
from tests import servers
from tests.cases import target
from tests.cases.circle import ENTITIES, Rows, good_row, make_source
from tests.cases.killed_load import BATCH_ROWS
from tests.cases.line import HERE, Case, ask, outcomes

SIZES = {"accounts": 200, "people": 300, "deals": 150, "acts": 150}
POINTS = {
    "after_commit": ("contact", 2),
    "before_commit": ("contact", 2),
    "before_outcomes": ("account", 1),
    "after_link": (None, 1),
}


@dataclass(frozen=True)
class Ended:
    """A run that has reached its end, by whatever way."""

    case: Case
    job: Job
    empty: dict[str, str]
    contacts_left: int = 0


def generated() -> Rows:
    """Return some hundred rows, every second one a twin of the one before it; they refer to each other in circles."""
    draw = random.Random(7)
    rows: Rows = {table: [] for table in SIZES}
    for table, size in SIZES.items():
        for number in range(1, size, 2):
            choice, mail = (
                draw.randrange(2**16),
                {"mail": f"m{number}@example.org"} if table in ("accounts", "people") else {},
            )
            rows[table] += [good_row(table, number + twin, choice) | mail for twin in (0, 1)]
    return rows


def load_from(job: Job, entity: str | None) -> None:
    """Carry out the full load from `entity` on; None: the second pass only."""
    for name in job.order[job.order.index(entity) :] if entity else []:
        pipeline.load_entity(job, name)
    pipeline.link_references(job)


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ended]]:
    """The same migration into a database each: undisturbed, and killed at each point and taken up again."""
    server = request.getfixturevalue(f"{request.param}_server")
    folder = tmp_path_factory.mktemp("killed")
    source = make_source(folder / "source.sqlite", generated())
    with ExitStack() as stack:
        ended = {}
        for name in ["undisturbed", *POINTS]:
            url = stack.enter_context(servers.fresh_database(server))
            target.create(url, [])
            (folder / name).mkdir()
            case = Case.of("circle", source, url, folder / name)
            job = case.job("one")
            stack.callback(job.target.close)
            ended[name] = Ended(case, job, case.content())
            pipeline.prepare_steps(job)
            pipeline.backup(job)
        load_from(ended["undisturbed"].job, ended["undisturbed"].job.order[0])
        for name, (entity, _) in POINTS.items():
            job = ended[name].job
            for before in job.order[: job.order.index(entity)] if entity else job.order:
                pipeline.load_entity(job, before)
        kill({name: ended[name] for name in POINTS})
        for name, (entity, _) in POINTS.items():
            ((left,),) = ended[name].case.ask("SELECT count(*) FROM crm.contact")
            ended[name] = replace(ended[name], contacts_left=left)
            load_from(ended[name].job, entity)
        yield ended


def kill(ended: dict[str, Ended]) -> None:
    """Start each run's step in a process that dies at its point."""
    orders = [
        {
            "point": name,
            "entity": POINTS[name][0],
            "calls": POINTS[name][1],
            "job": {
                "mapping": str(run.case.loaded.path),
                "run_id": run.job.run_id,
                "staging": run.job.staging,
                "source": run.case.source_url,
                "target": run.case.target_url,
            },
        }
        for name, run in ended.items()
    ]
    done = subprocess.run(
        [sys.executable, str(HERE / "killed_load.py")],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["plugins", "."])},
        cwd=HERE.parents[1],
    )
    assert done.stdout.splitlines() == [f"{name} True" for name in ended], done.stderr


def content(case: Case) -> dict[str, list[tuple[Any, ...]]]:
    """Return the target's records with the legacy keys of what they refer to, whatever ids they have."""
    parts = {
        "account": "c.name, c.type, c.email, c.description, c.created_at, p.legacy_id, m.legacy_id FROM crm.account c"
        " LEFT JOIN crm.account p ON p.id = c.parent_id LEFT JOIN crm.contact m ON m.id = c.primary_contact_id",
        "contact": "c.first_name, c.last_name, c.email, c.do_not_call, c.created_at, p.legacy_id, m.legacy_id"
        " FROM crm.contact c LEFT JOIN crm.account p ON p.id = c.account_id"
        " LEFT JOIN crm.contact m ON m.id = c.reports_to_id",
        "opportunity": "c.name, c.stage, c.amount, c.close_date, p.legacy_id, m.legacy_id FROM crm.opportunity c"
        " LEFT JOIN crm.account p ON p.id = c.account_id LEFT JOIN crm.contact m ON m.id = c.contact_id",
        "activity": "c.subject, c.parent_type, a.legacy_id, p.legacy_id, o.legacy_id FROM crm.activity c"
        " LEFT JOIN crm.account a ON a.id = c.parent_id AND c.parent_type = 'account'"
        " LEFT JOIN crm.contact p ON p.id = c.parent_id AND c.parent_type = 'contact'"
        " LEFT JOIN crm.opportunity o ON o.id = c.parent_id AND c.parent_type = 'opportunity'",
    }
    return {name: case.ask(f"SELECT c.legacy_id, {part} ORDER BY c.legacy_id") for name, part in parts.items()}


def crosswalk(case: Case) -> list[tuple[Any, ...]]:
    """Return the ledger's lines without the target's ids."""
    table = "crm_migration.crosswalk" if case.target_url.startswith("postgresql") else "crm_migration_crosswalk"
    chosen = f"SELECT stream_no, source_key, golden_id, fingerprint IS NULL, created FROM {table}"
    return sorted(ask(case.target_url, chosen))


def ended_as(job: Job) -> dict[str, list[tuple[Any, ...]]]:
    """Return what became of each row, and why, without the target's ids."""
    named = ("_key", "outcome", "_golden", "reason", "step")
    return {
        entity: sorted((tuple(line[name] for name in named) for line in outcomes(job, entity)), key=str)
        for entity in ENTITIES
    }


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_load_that_is_taken_up_again_ends_as_an_undisturbed_one(runs: dict[str, Ended], point: str) -> None:
    expected, found = runs["undisturbed"], runs[point]
    assert content(found.case) == content(expected.case)
    assert crosswalk(found.case) == crosswalk(expected.case)
    assert ended_as(found.job) == ended_as(expected.job)


def test_the_runs_hold_every_kind_of_outcome(runs: dict[str, Ended]) -> None:
    job = runs["undisturbed"].job
    ended = {line["outcome"] for entity in ENTITIES for line in outcomes(job, entity)}
    assert ended == {"inserted", "merged", "rejected", "filtered"}
    linked = runs["undisturbed"].case.ask("SELECT count(parent_id), count(primary_contact_id) FROM crm.account")
    assert min(linked[0]) > 50


def test_a_killed_load_keeps_the_batches_that_were_committed_and_no_other(runs: dict[str, Ended]) -> None:
    all_of_them = len(content(runs["undisturbed"].case)["contact"])
    left = {point: runs[point].contacts_left for point in POINTS}
    assert (
        left["before_outcomes"] == 0 < left["before_commit"] < left["after_commit"] < left["after_link"] == all_of_them
    )
    assert left["before_commit"] <= BATCH_ROWS


@pytest.mark.parametrize("point", POINTS)
def test_what_was_killed_can_still_be_taken_back(runs: dict[str, Ended], point: str) -> None:
    """Stands last: it empties the targets that the tests before it compare."""
    ended = runs[point]
    assert undo(ended.job).differing == []
    assert ended.case.content() == ended.empty
