"""The demo legacy CRM: a seeded generator of any size that writes a database and, beside it, the truth.

`python -m demo.legacy --url sqlite:///legacy.sqlite --contacts 10000 --seed 7 --truth truth/`
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import polars as pl

from demo import accounts, contacts, deals, engagement, record, sinks
from demo.draws import Index
from demo.plan import Plan
from demo.record import Truth

Rows = dict[str, pl.DataFrame]
_WRITERS: dict[str, Callable[[Plan, Index], Rows]] = {
    "users": deals.users,
    "accounts": accounts.tables,
    "contacts": contacts.tables,
    "leads": deals.leads,
    "opportunities": deals.opportunities,
    "activities": engagement.activities,
    "campaigns": engagement.campaigns,
    "campaign_members": engagement.campaign_members,
}


def generate(plan: Plan) -> Iterator[Rows]:
    """Yield the legacy CRM's rows by table, at most `record.CHUNK` of an entity at a time."""
    for table, rows_of in _WRITERS.items():
        for places in record.chunks(plan.rows[table]):
            yield rows_of(plan, plan.slots(table, places))


def _ahead(parts: Iterator[Rows]) -> Iterator[Rows]:
    """Yield the parts, making each next one while the caller writes the last."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        pending = worker.submit(next, parts, None)
        while (rows := pending.result()) is not None:
            pending = worker.submit(next, parts, None)
            yield rows


def write(url: str, contacts: int = 10_000, seed: int = 7, truth_dir: Path = Path("truth")) -> Truth:
    """Create the legacy CRM's tables in an existing database, fill them, and write the truth beside it.

    Args:
        url: SQLAlchemy URL of a PostgreSQL, MariaDB or SQLite database without tables of these names.
        contacts: rows of the contacts table, duplicates and bad rows included.
        seed: the same seed and size give the same rows in every database.
        truth_dir: folder for truth.json and the CSV files of `record.FILES`.

    Raises:
        ValueError: the size is out of range, or a table exists already.
    """
    plan = Plan(contacts, seed)
    counts: Counter[str] = Counter()
    with sinks.opened(url) as sink:
        for rows in _ahead(generate(plan)):
            for table, frame in rows.items():
                sink.write(table, frame)
                counts[table] += frame.height
    return record.record(plan, dict(counts), truth_dir)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.legacy", description=__doc__)
    parser.add_argument("--url", required=True, help="SQLAlchemy URL of an existing, empty database")
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--truth", type=Path, default=Path("truth"), help="folder for the truth")
    chosen = parser.parse_args()
    truth = write(chosen.url, chosen.contacts, chosen.seed, chosen.truth)
    print(json.dumps(asdict(truth), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
