"""Matching at scale with a saved model: seconds and memory of the match room, and how right it is.

`python -m benchmarks.matching_scale [--rows 1000000] [--train 200000] [--chunks 1] [--kind person|company]`

Rows come from the generator of labelled sets. A model is trained on some of them in one process and saved; another
process matches all rows with it, as a scheduled run does.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks import measure
from benchmarks.matching_run import mapping, stage
from benchmarks.matching_scores import score
from crm_migration.match.known import KnownRecords
from crm_migration.match.learning import learn
from crm_migration.match.room import match
from crm_migration.staging import RunFolder, open_table
from demo.duplicates.sets import write

MODULE = "benchmarks.matching_scale"
_SETS = {"person": "persons_western", "company": "companies_western"}
_SEED = 7


def _train(folder: RunFolder, kind: str, path: Path) -> None:
    started = time.monotonic()
    learned = learn(mapping(kind), kind, folder)
    if learned.model is None:
        sys.exit(f"nothing learned: {', '.join(learned.missing)}")
    learned.model.write(path)
    print(json.dumps({"seconds": time.monotonic() - started, "rows": learned.rows}))


def _match(folder: RunFolder, kind: str, path: Path, chunks: int) -> None:
    started = time.monotonic()
    golden = match(mapping(kind, chunks), kind, folder, KnownRecords.nothing(), path)
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "rows": golden.facts["rows"], "facts": golden.facts}))


def _measured(rows: int, train: int, kind: str, chunks: int) -> None:
    with tempfile.TemporaryDirectory() as staging:
        folder = write(_SETS[kind], rows, _SEED, Path(staging))
        records = pl.read_csv(folder / "records.csv", infer_schema=False)
        truth = pl.read_csv(folder / "truth.csv", infer_schema=False)
        stage(records.head(train), kind, RunFolder(staging, "labelled", "train"))
        stage(records, kind, RunFolder(staging, "labelled", "match"))
        del records
        step = ("--staging", staging, "--kind", kind, "--chunks", str(chunks), "--step")
        for name in ("train", "match"):
            took = measure.python(MODULE, *step, name, what=name)
            if took.error:
                sys.exit(took.error)
            told = f"{name:<8}{took.rows:>9} rows{took.seconds:>8.1f} s{took.cpu_seconds:>8.1f} s CPU"
            print(f"{told}{took.peak_mb:>7.0f} MB", flush=True)
        members = open_table(RunFolder(staging, "labelled", "match"), kind, "members").frame(["_key", "_golden"])
        right = score(truth, dict(members.iter_rows()))
        facts = took.facts["facts"]
        print(f"pairs scored {facts['scored_pairs']}, merged {facts['merged']}, for review {facts['review']}")
        print(f"precision {right.precision:.4f}, recall {right.recall:.4f}, F1 {right.f1:.4f}")


def main() -> None:
    """Run the benchmark, or one step of it in this process."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--train", type=int, default=200_000, help="rows that the model is trained on")
    parser.add_argument("--kind", choices=list(_SETS), default="person")
    parser.add_argument("--chunks", type=int, default=1)
    parser.add_argument("--step", choices=("train", "match"), help=argparse.SUPPRESS)
    parser.add_argument("--staging", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step is None:
        _measured(chosen.rows, chosen.train, chosen.kind, chosen.chunks)
        return
    folder, path = RunFolder(chosen.staging, "labelled", chosen.step), Path(chosen.staging, "saved.model.json")
    if chosen.step == "train":
        _train(folder, chosen.kind, path)
    else:
        _match(folder, chosen.kind, path, chosen.chunks)


if __name__ == "__main__":
    main()
