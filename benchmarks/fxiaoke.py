"""Loading into Fxiaoke's stand-in while one call in twenty goes wrong: is each record there once, and at what cost?

`python -m benchmarks.fxiaoke [--rows 100000] [--limits]` loads firms through the normal client into a stand-in server
of its own process, of whose calls 5 % fail in every form: lost before or after they were carried out, answered with a
code, half, as HTML, too late, with an expired token, or, now and then, with a spent quota. Then 2 % of the rows change,
and a second run brings that, under the same faults. With `--limits` the server keeps to its rates (2,000 rows then,
unless told otherwise). Told of each run are the calls beside those of its faultless plan, the peak memory of the
loading process, and whether the server's records and the ledger agree by key and value. The exit code is 1 where they
do not, or a limit is missed.
"""

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import REPOSITORY, Measured, environment, python

MAPPING = """\
version: "1"
source: {name: legacy, connection: legacy}
target: {name: crm, kind: fxiaoke, connection: crm, ledger: ledger}
tolerances: {rejected_share: 0.5}
sample: {minimum: 50, maximum: 500}
entities:
  account:
    table: firms
    key: id
    target: {object: AccountObj, id: _id, external_id: legacy_key__c}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 60}
      name: {from: name, kind: text, required: true, max_length: 100}
      tel: {from: phone, kind: text}
      email: {from: mail, kind: email}
      revenue__c: {from: worth, kind: money}
      account_level: {from: level, kind: text}
"""
SHARE, HANG_SHARE, BAD_EVERY = 0.05, 0.002, 1_000
CHANGED_EVERY = 50
QUOTA_SHARE, QUOTA_TIMES = 0.0001, 3
"""A spent quota ends the step: so large a share of the calls, but about so many times at least."""
FORMS: tuple[dict[str, Any], ...] = (
    *({"how": how, "performed": done} for how in ("cut", "html", "gateway") for done in (False, True)),
    *({"how": how, "performed": True} for how in ("truncated", "broken_off")),
    *({"how": "code", "code": code, "performed": done} for code in (-1, -2, 50009) for done in (False, True)),
    *({"how": "code", "code": code} for code in (14001, 30004)),
    {"how": "expired_token"},
)
FIRST, SECOND = "first_load", "changes"
MOST_CALLS, MOST_MEGABYTES = 1.15, 400


def faults(rows: int) -> list[dict[str, Any]]:
    """Return the faults: each form as often as the others, but for what takes its time or ends a step."""
    hangs: list[dict[str, Any]] = [
        {"how": "hang", "performed": done, "probability": HANG_SHARE / 2} for done in (False, True)
    ]
    quota: dict[str, Any] = {"how": "code", "code": 30002, "probability": max(QUOTA_SHARE, QUOTA_TIMES / rows)}
    rest = (SHARE - HANG_SHARE) / len(FORMS)
    every = [*hangs, quota, *({"probability": rest} | form for form in FORMS)]
    return [one | {"seed": number} for number, one in enumerate(every, 1)]


def worth(at: int, changed: bool = False) -> str:
    """Return what a firm is worth, before or after some have changed."""
    return f"{at}.75" if changed and at % CHANGED_EVERY == 0 else f"{at}.25"


def change(folder: Path) -> None:
    """Change 2 % of the rows of the legacy database."""
    with closing(sqlite3.connect(folder / "legacy.sqlite")) as database, database:
        statement = "UPDATE firms SET worth = replace(worth, '.25', '.75') WHERE CAST(substr(id, 2) AS INTEGER) % ? = 0"
        database.execute(statement, (CHANGED_EVERY,))


def make(folder: Path, rows: int) -> None:
    """Write the legacy database, the mapping and an empty ledger; one row in a thousand names no level that exists."""
    with closing(sqlite3.connect(folder / "legacy.sqlite")) as database, database:
        database.execute("CREATE TABLE firms (id TEXT, name TEXT, phone TEXT, mail TEXT, worth TEXT, level TEXT)")
        lines = (
            (f"F{at:07}", f"Firm {at}", f"021-{at:08}", f"f{at}@x.example", worth(at), "1" if at % BAD_EVERY else "9")
            for at in range(1, rows + 1)
        )
        database.executemany("INSERT INTO firms VALUES (?, ?, ?, ?, ?, ?)", lines)
    (folder / "legacy.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "ledger.sqlite").touch()


@contextmanager
def stand_in(limits: bool) -> Iterator[str]:
    """Run the server in a process of its own; yield its URL."""
    command = [sys.executable, "-m", "tests.fxiaoke.stand_in", *([] if limits else ["--lift-limits"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment()) as server:  # noqa: S603
        try:
            yield (server.stdout.readline() if server.stdout else "").strip()
        finally:
            server.send_signal(signal.SIGTERM)


def asked(url: str, given: object | None = None) -> Any:
    """Return what the stand-in answers to a question about itself, or to what it is told."""
    body = None if given is None else json.dumps(given).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=600) as answer:  # noqa: S310
        return json.load(answer)


def disagreement(folder: Path, state: dict[str, Any], rows: int, changed: bool) -> list[str]:
    """Return what is wrong with the server's records, the ledger, and the account of the rows, by key and value."""
    records = [(one["legacy_key__c"], one["_id"]) for one in state.get("AccountObj", {}).values()]
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        lines = set(ledger.execute("SELECT source_key, target_id FROM crm_migration_crosswalk").fetchall())
        refused = {key for (key,) in ledger.execute("SELECT source_key FROM crm_migration_rejected_row")}
        open_calls = ledger.execute(
            "SELECT count(*) FROM crm_migration_api_call WHERE state NOT IN ('confirmed', 'refused')"
        ).fetchone()[0]
    doubled = sum(count - 1 for count in Counter(key for key, _ in records).values())
    wanted = {f"F{at:07}" for at in range(1, rows + 1) if at % BAD_EVERY}
    held = {(one["legacy_key__c"], one["revenue__c"]) for one in state.get("AccountObj", {}).values()}
    meant = {(f"F{at:07}", worth(at, changed)) for at in range(1, rows + 1) if at % BAD_EVERY}
    found = {
        f"{doubled} records are there more than once": doubled,
        "server and ledger do not agree by key": set(records) ^ lines,
        "the records are not those of the rows": {key for key, _ in records} ^ wanted,
        f"{len(held ^ meant) // 2} records hold other values than their rows": held ^ meant,
        "the rejected rows are not the bad ones": refused
        ^ {f"F{at:07}" for at in range(BAD_EVERY, rows + 1, BAD_EVERY)},
        f"{open_calls} calls are left open": open_calls,
    }
    return [told for told, wrong in found.items() if wrong]


@dataclass(frozen=True)
class Part:
    """One run: what it took, the calls and faults that the server counted in it, and what is wrong after it."""

    name: str
    measured: Measured
    calls: int
    faults: Counter[str]
    wrong: list[str]

    @property
    def plan(self) -> int:
        """Return the calls of the faultless plan."""
        return int(self.measured.facts["plan"])

    @property
    def missed(self) -> bool:
        """Return whether anything is wrong, or a limit is missed."""
        return bool(self.wrong) or self.calls > MOST_CALLS * self.plan or self.measured.peak_mb > MOST_MEGABYTES

    def told(self) -> list[str]:
        """Return the figures, a line each."""
        took, struck, facts = self.measured, sum(self.faults.values()), self.measured.facts
        return [
            self.name,
            f"  rows               {took.rows:,} in {took.seconds:,.0f} s, {took.rate:,.1f}/s",
            f"  faults             {struck:,} ({struck / self.calls:.1%} of the calls): {dict(self.faults)}",
            f"  calls / plan       {self.calls:,} / {self.plan:,} = {self.calls / self.plan:.3f} (limit {MOST_CALLS})",
            f"  peak memory        {took.peak_mb:,.0f} MB (limit {MOST_MEGABYTES})",
            f"  steps tried again  {facts['again']}, and {facts['days']} times for a spent quota",
            f"  each record once, server and ledger agree by key and value: {'; '.join(self.wrong) or 'yes'}",
        ]


def carried_out(folder: Path, url: str, limits: str, chosen: tuple[str, int]) -> Part:
    """Carry out a run, the first or the second, and look at what it has left."""
    name, rows = chosen
    before = asked(f"{url}/_stand_in/calls")
    measured = python("benchmarks.fxiaoke_run", str(folder), url, limits, name)
    if measured.error:
        raise SystemExit(measured.error)
    after = asked(f"{url}/_stand_in/calls")
    wrong = disagreement(folder, asked(f"{url}/_stand_in/state"), rows, name == SECOND)
    calls = sum(after["calls"].values()) - sum(before["calls"].values())
    return Part(name, measured, calls, Counter(after["faults"]) - Counter(before["faults"]), wrong)


def main() -> int:
    """Measure both runs and print; return 1 where something is wrong or a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--limits", action="store_true", help="the server keeps to 100 calls in 20 s per interface")
    options = parser.parse_args()
    rows = options.rows or (2_000 if options.limits else 100_000)
    limits = "limits" if options.limits else "lifted"
    with tempfile.TemporaryDirectory() as name, stand_in(options.limits) as url:
        folder = Path(name)
        make(folder, rows)
        asked(f"{url}/_stand_in/faults", faults(rows))
        parts = [carried_out(folder, url, limits, (FIRST, rows))]
        print("\n".join(parts[0].told()), flush=True)
        change(folder)
        parts.append(carried_out(folder, url, limits, (SECOND, rows)))
        print("\n".join(parts[1].told()))
    return int(any(part.missed for part in parts))


if __name__ == "__main__":
    sys.exit(main())
