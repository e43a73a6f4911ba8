"""The validation of a load: what it costs beside the load, and whether it finds every error that is planted.

`python -m benchmarks.validation --rows 1000000` carries the benchmark's line out step by step (see `benchmarks.line`),
measures the validation, then takes the target's constraints away, changes records at random behind everybody's back
and validates again: each change must be named by the key of its record, under the check that it belongs to.

With `--review` two reviews of the loaded target are measured instead, each in a process as a task has one; between them
a tenth of the contacts is entered once more, as people do.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import line, measure
from benchmarks.line import Stage
from benchmarks.measure import Measured
from benchmarks.steps import Place, load_place
from crm_migration import pipeline
from crm_migration.errors import ValidationFailed
from crm_migration.job import RUN
from crm_migration.staging import latest_run, open_table

STEPS = ("preflight", "extract", "clean", "match", "backup", "sample", "validate_sample", "load", "link", "validate")
LIMIT_RATIO, LIMIT_MB = 0.5, 600
SEED = 20
DOUBLES = """
INSERT INTO crm.contact (legacy_id, first_name, last_name, email, mobile, do_not_call, email_opt_out, created_at)
SELECT 'entered-' || legacy_id, first_name, last_name, email, mobile, do_not_call, email_opt_out, created_at
FROM crm.contact WHERE id % 10 = 0
"""
REVIEWS = "_review_of_line_target.line"
CONSTRAINTS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
WHERE connamespace = 'crm'::regnamespace AND contype IN ('f', 'u', 'c') ORDER BY contype = 'f' DESC, conname
"""


@dataclass(frozen=True)
class Kind:
    """One kind of error: the records that it can be planted in, the statement that does it, and who must find it."""

    entity: str
    where: str
    statement: str
    check: str


KINDS: dict[str, Kind] = {
    "row missing": Kind("contact", "TRUE", "DELETE FROM crm.contact WHERE id = {id}", "records_in_target"),
    "row doubled": Kind(
        "contact",
        "TRUE",
        "INSERT INTO crm.contact (legacy_id, last_name, do_not_call, email_opt_out, created_at) "
        "SELECT legacy_id, last_name, do_not_call, email_opt_out, created_at FROM crm.contact WHERE id = {id}",
        "external_id_once",
    ),
    "field changed": Kind(
        "contact", "TRUE", "UPDATE crm.contact SET last_name = last_name || 'x' WHERE id = {id}", "field_differs"
    ),
    "orphan": Kind(
        "contact", "TRUE", "UPDATE crm.contact SET account_id = 9000000000 + id WHERE id = {id}", "reference_resolves"
    ),
    "wrong total": Kind(
        "account",
        "annual_revenue IS NOT NULL",
        "UPDATE crm.account SET annual_revenue = annual_revenue + 0.01 WHERE id = {id}",
        "field_differs",
    ),
    "day and month swapped": Kind(
        "contact",
        "date_part('day', birthdate) <= 12 AND date_part('day', birthdate) <> date_part('month', birthdate)",
        "UPDATE crm.contact SET birthdate = to_date(to_char(birthdate, 'YYYY-DD-MM'), 'YYYY-MM-DD') WHERE id = {id}",
        "field_differs",
    ),
}


def plant(engine: sa.Engine, errors: int) -> dict[tuple[str, str], str]:
    """Plant errors in records drawn at random, the kinds in turn; return (entity, source key) to kind."""
    draw, planted = random.Random(SEED), {}
    with engine.begin() as connection:
        for statement in connection.exec_driver_sql(CONSTRAINTS).scalars().all():
            connection.exec_driver_sql(statement)
        left = {name: _candidates(connection, kind, draw) for name, kind in KINDS.items()}
        taken: set[tuple[str, str]] = set()
        for number in range(errors):
            name = list(KINDS)[number % len(KINDS)]
            kind = KINDS[name]
            key, identity = next(one for one in left[name] if (kind.entity, one[0]) not in taken)
            taken.add((kind.entity, key))
            connection.exec_driver_sql(kind.statement.format(id=int(identity)))
            planted[kind.entity, key] = name
    return planted


def _candidates(connection: sa.Connection, kind: Kind, draw: random.Random) -> list[tuple[str, str]]:
    """Return the source key and the id of some records of a kind, drawn at random."""
    chosen = f"""
        SELECT c.source_key, c.target_id FROM crm_migration.crosswalk c
        JOIN crm_migration.stream s ON s.stream_no = c.stream_no AND s.entity = '{kind.entity}'
        JOIN crm.{kind.entity} t ON t.id = c.target_id::bigint
        WHERE c.fingerprint IS NOT NULL AND {kind.where} ORDER BY c.source_key
        """  # noqa: S608 - our own words
    found = [(key, identity) for key, identity in connection.exec_driver_sql(chosen)]
    return draw.sample(found, min(1_000, len(found)))


def found_by_validation(place: Place, planted: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Validate in this process; return those of the planted errors whose key is named by the check it belongs to."""
    job = place.job()
    with suppress(ValidationFailed):
        pipeline.validate_full(job)
    named: set[tuple[str, str, str]] = set()
    for frame in open_table(job.folder, RUN, "full_failing").frames(["entity", "source_key", "name"]):
        named.update(frame.iter_rows())
    job.target.close()
    return {place: kind for place, kind in planted.items() if (*place, KINDS[kind].check) in named}


def _measured(place: str, say: Callable[[str], None], steps: Sequence[str] = STEPS) -> dict[str, Measured]:
    """Run steps, by default those of the first migration, in a process of its own each."""
    found: dict[str, Measured] = {}
    for name in steps:
        found[name] = measure.python("benchmarks.steps", name, place)
        say(f"{name}: {found[name].error or f'{found[name].seconds:.2f} s, {found[name].peak_mb:.0f} MB'}")
        if found[name].error:
            raise SystemExit(f"{name} failed; nothing was measured")
    return found


def run(rows: int, errors: int, say: Callable[[str], None]) -> dict[str, object]:
    """Carry the benchmark out and return its figures."""
    with line.prepared(rows) as (stage, counts):
        measure.python("benchmarks.steps", "warm_up")
        file = stage.place(line.STEPS, "steps")
        steps = _measured(str(file), say)
        engine = sa.create_engine(stage.target.database(line.STEPS), execution_options={"no_parameters": True})
        planted = plant(engine, errors)
        engine.dispose()
        found = found_by_validation(load_place(file), planted)
    load, validated = steps["load"], steps["validate"]
    imported = float(validated.facts["import_seconds"])
    lost = Counter(kind for place, kind in planted.items() if place not in found)
    return {
        "rows": counts.rows,
        "load seconds": round(load.seconds, 2),
        "validation seconds": round(validated.seconds, 2),
        "import seconds": round(imported, 2),
        "ratio": round(validated.seconds / load.seconds, 3),
        "cpu ratio": round(validated.effort / load.effort, 3),
        "ratio limit": LIMIT_RATIO,
        "peak MB": round(validated.peak_mb),
        "peak limit MB": LIMIT_MB,
        "planted": len(planted),
        "found": len(found),
        "missed": dict(lost),
    }


def reviews(rows: int, say: Callable[[str], None]) -> dict[str, object]:
    """Load the target, review it twice, and return the figures."""
    with line.prepared(rows) as (stage, counts):
        measure.python("benchmarks.steps", "warm_up")
        load = _measured(str(stage.place(line.STEPS, "steps")), say, STEPS[:-1])["load"]
        first = _review(stage, "first_review", say)
        engine = sa.create_engine(stage.target.database(line.STEPS), execution_options={"no_parameters": True})
        with engine.begin() as connection:
            doubled = connection.exec_driver_sql(DOUBLES).rowcount
        engine.dispose()
        second = _review(stage, "second_review", say)
        last = latest_run(stage.staging, REVIEWS, "contact", "duplicates")
        pairs = open_table(last, "contact", "duplicates").rows if last else 0
    return {
        "rows": counts.rows,
        "load seconds": round(load.seconds, 2),
        "review seconds": [round(one.seconds, 2) for one in (first, second)],
        "of servers": [round(one.server_seconds, 2) for one in (first, second)],
        "entered once more": doubled,
        "pairs of duplicates": pairs,
        "peak MB": round(max(first.peak_mb, second.peak_mb)),
        "peak limit MB": LIMIT_MB,
    }


def _review(stage: Stage, name: str, say: Callable[[str], None]) -> Measured:
    return _measured(str(stage.place(line.STEPS, name)), say, ("review",))["review"]


def missed(figures: Mapping[str, Any]) -> list[str]:
    """Return what the figures of either run should be and are not; of the limits, those that a run has."""
    wrong = []
    if figures.get("found") != figures.get("planted"):
        wrong.append(f"expected {figures['planted']} planted errors to be found, found {figures['found']}")
    if figures.get("ratio", 0) > LIMIT_RATIO:
        wrong.append(f"expected validation within {LIMIT_RATIO} of the load's time, found {figures['ratio']}")
    if figures["peak MB"] > LIMIT_MB:
        wrong.append(f"expected at most {LIMIT_MB} MB, found {figures['peak MB']} MB")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; return 1 where a planted error was not found or a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="contacts (default 200000); a fifth as many accounts")
    parser.add_argument("--errors", type=int, default=100, help="errors to plant (default 100)")
    parser.add_argument("--json", type=Path, help="write the figures into this file")
    parser.add_argument("--review", action="store_true", help="measure the review of the target instead")
    chosen = parser.parse_args(arguments)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    figures = reviews(chosen.rows, say) if chosen.review else run(chosen.rows, chosen.errors, say)
    for name, figure in figures.items():
        print(f"{name:<22}{figure}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    wrong = missed(figures)
    for fault in wrong:
        say(fault)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
