"""Loading into Fxiaoke's stand-in while one call in twenty goes wrong: is each record there once, and at what cost?

`python -m benchmarks.fxiaoke [--rows 100000] [--limits]` loads firms through the normal client into a stand-in server
of its own process, of whose calls 5 % fail in every form: lost before or after they were carried out, answered with a
code, half, as HTML, too late, or with an expired token. With `--limits` the server keeps to its rates (2,000 rows then,
unless told otherwise). Told are the calls beside those of the faultless plan, the peak memory of the loading process,
and whether the server's records and the ledger agree by key. The exit code is 1 where they do not, or a limit is
missed.
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
FORMS: tuple[dict[str, Any], ...] = (
    *({"how": how, "performed": done} for how in ("cut", "html", "gateway") for done in (False, True)),
    *({"how": how, "performed": True} for how in ("truncated", "broken_off")),
    *({"how": "code", "code": code, "performed": done} for code in (-1, 50009) for done in (False, True)),
    *({"how": "code", "code": code} for code in (14001, 30004)),
    {"how": "expired_token"},
)
MOST_CALLS, MOST_MEGABYTES = 1.15, 400


def faults() -> list[dict[str, Any]]:
    """Return the faults: each form as often as the others, but for answers that never come, which take their time."""
    hangs = [{"how": "hang", "performed": done, "probability": HANG_SHARE / 2} for done in (False, True)]
    rest = (SHARE - HANG_SHARE) / len(FORMS)
    every = [*hangs, *({"probability": rest} | form for form in FORMS)]
    return [one | {"seed": number} for number, one in enumerate(every, 1)]


def make(folder: Path, rows: int) -> None:
    """Write the legacy database, the mapping and an empty ledger; one row in a thousand names no level that exists."""
    with closing(sqlite3.connect(folder / "legacy.sqlite")) as database, database:
        database.execute("CREATE TABLE firms (id TEXT, name TEXT, phone TEXT, mail TEXT, worth TEXT, level TEXT)")
        lines = (
            (f"F{at:07}", f"Firm {at}", f"021-{at:08}", f"f{at}@x.example", f"{at}.25", "1" if at % BAD_EVERY else "9")
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


def disagreement(folder: Path, state: dict[str, Any], rows: int) -> list[str]:
    """Return what is wrong with the server's records, the ledger, and the account of the rows, by key."""
    records = [(one["legacy_key__c"], one["_id"]) for one in state.get("AccountObj", {}).values()]
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        lines = set(ledger.execute("SELECT source_key, target_id FROM crm_migration_crosswalk").fetchall())
        refused = {key for (key,) in ledger.execute("SELECT source_key FROM crm_migration_rejected_row")}
        open_calls = ledger.execute(
            "SELECT count(*) FROM crm_migration_api_call WHERE state NOT IN ('confirmed', 'refused')"
        ).fetchone()[0]
    doubled = sum(count - 1 for count in Counter(key for key, _ in records).values())
    wanted = {f"F{at:07}" for at in range(1, rows + 1) if at % BAD_EVERY}
    found = {
        f"{doubled} records are there more than once": doubled,
        "server and ledger do not agree by key": set(records) ^ lines,
        "the records are not those of the rows": {key for key, _ in records} ^ wanted,
        "the rejected rows are not the bad ones": refused
        ^ {f"F{at:07}" for at in range(BAD_EVERY, rows + 1, BAD_EVERY)},
        f"{open_calls} calls are left open": open_calls,
    }
    return [told for told, wrong in found.items() if wrong]


def told(measured: Measured, counts: dict[str, Any], wrong: list[str]) -> list[str]:
    """Return the figures, a line each."""
    calls, plan = sum(counts["calls"].values()), int(measured.facts["plan"])
    struck = sum(counts["faults"].values())
    return [
        f"rows               {measured.rows:,} in {measured.seconds:,.0f} s, {measured.rate:,.1f}/s",
        f"faults             {struck:,} ({struck / calls:.1%} of the calls): {counts['faults']}",
        f"calls / plan       {calls:,} / {plan:,} = {calls / plan:.3f} (limit {MOST_CALLS})",
        f"peak memory        {measured.peak_mb:,.0f} MB (limit {MOST_MEGABYTES})",
        f"steps tried again  {measured.facts['again']}",
        f"each record once, server and ledger agree by key: {'; '.join(wrong) or 'yes'}",
    ]


def main() -> int:
    """Measure once and print; return 1 where something is wrong or a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--limits", action="store_true", help="the server keeps to 100 calls in 20 s per interface")
    options = parser.parse_args()
    rows = options.rows or (2_000 if options.limits else 100_000)
    with tempfile.TemporaryDirectory() as name, stand_in(options.limits) as url:
        make(Path(name), rows)
        asked(f"{url}/_stand_in/faults", faults())
        measured = python("benchmarks.fxiaoke_run", name, url, "limits" if options.limits else "lifted")
        if measured.error:
            print(measured.error, file=sys.stderr)
            return 1
        counts = asked(f"{url}/_stand_in/calls")
        wrong = disagreement(Path(name), asked(f"{url}/_stand_in/state"), rows)
    print("\n".join(told(measured, counts, wrong)))
    missed = sum(counts["calls"].values()) > MOST_CALLS * int(measured.facts["plan"])
    return int(bool(wrong) or missed or measured.peak_mb > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
