"""Matching against labelled truth: every folder of DIR with records.csv and truth.csv, each in a process of its own.

`python -m benchmarks.matching --data DIR [--sets a,b] [--json FILE] [--check]`
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.matching_run import resolve
from benchmarks.matching_scores import Scores, score, wrong_merges
from benchmarks.matching_sets import LayoutError, Outcome, folders, read_set
from benchmarks.measure import Measured

MODULE = "benchmarks.matching"


@dataclass(frozen=True)
class Settings:
    """What the caller chose."""

    data: Path
    sets: list[str] | None
    json: Path | None
    check: bool


@dataclass(frozen=True)
class Line:
    """One set: what it took, and how the matcher did; no outcome where it failed."""

    took: Measured
    outcome: Outcome | None

    def plain(self) -> dict[str, Any]:
        """Return the line as JSON takes it."""
        told = {"set": self.took.what, "seconds": self.took.seconds, "peak_mb": self.took.peak_mb}
        if self.outcome is None:
            return told | {"error": self.took.error}
        one = self.outcome
        scores = {"merged": one.merged.plain(), "likely": one.likely.plain()}
        return told | {"kind": one.kind, "rows": one.rows, **scores, "wrong": one.wrong, "missed": one.missed()}


def run_set(folder: Path) -> tuple[Outcome, float]:
    """Return how the matcher does on the set of a folder, and the seconds that it took without reading and scoring."""
    labelled = read_set(folder)
    started = time.monotonic()
    found = resolve(labelled.records, labelled.kind)
    seconds = time.monotonic() - started
    truth, labels = labelled.truth, labelled.labels
    wrong = wrong_merges(truth, labels, found.merged) if "cluster" in truth.columns and labels.height else {}
    scores = score(truth, found.merged), score(truth, found.likely)
    return Outcome(labelled.name, labelled.kind, labelled.records.height, *scores, wrong), seconds


def _one(folder: Path) -> None:
    """Run one set in this process and print it as the JSON line that `measure` reads."""
    outcome, seconds = run_set(folder)
    scores = {"merged": outcome.merged.plain(), "likely": outcome.likely.plain()}
    told = {"seconds": seconds, "rows": outcome.rows, "kind": outcome.kind, "wrong": outcome.wrong}
    print(json.dumps(told | scores))


def measured(folder: Path) -> Line:
    """Run one set in a process of its own."""
    took = measure.python(MODULE, "--one", str(folder), what=folder.name)
    if took.error:
        return Line(took, None)
    facts = took.facts
    scores = Scores(**facts["merged"]), Scores(**facts["likely"])
    return Line(took, Outcome(folder.name, facts["kind"], took.rows, *scores, facts["wrong"]))


def table(lines: Iterable[Line]) -> str:
    """Return the sets as text, one line each."""
    head = f"{'set':<22}{'kind':<9}{'rows':>8}{'seconds':>9}{'peak MB':>9}"
    bands = f"{'merge P':>10}{'R':>8}{'F1':>8}{'likely P':>11}{'R':>8}{'F1':>8}{'B3 F1':>8}"
    return "\n".join([f"{head}{bands}  floors; wrong merges by kind", *map(_row, lines)])


def _row(line: Line) -> str:
    took, one = line.took, line.outcome
    if one is None:
        return f"{took.what:<22}FAILED {took.error}"
    merged, likely = one.merged, one.likely
    b3 = "-" if likely.b3_f1 is None else f"{likely.b3_f1:.4f}"
    missed = one.missed()
    verdict = f"MISSED {', '.join(missed)}" if missed else "met"
    wrong = ", ".join(f"{kind} {count}" for kind, count in one.wrong.items())
    return (
        f"{one.name:<22}{one.kind:<9}{one.rows:>8}{took.seconds:>9.1f}{took.peak_mb:>9.0f}"
        f"{merged.precision:>10.4f}{merged.recall:>8.4f}{merged.f1:>8.4f}"
        f"{likely.precision:>11.4f}{likely.recall:>8.4f}{likely.f1:>8.4f}{b3:>8}"
        f"  {verdict}{f'; {wrong}' if wrong else ''}"
    )


def settings(arguments: Sequence[str] | None = None) -> Settings:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets, each a folder of its own")
    parser.add_argument("--sets", help="names of sets, comma between them (default: all)")
    parser.add_argument("--json", type=Path, help="write every figure into this file")
    parser.add_argument("--check", action="store_true", help="exit code 1 where a floor is missed")
    chosen = parser.parse_args(arguments)
    return Settings(chosen.data, chosen.sets.split(",") if chosen.sets else None, chosen.json, chosen.check)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sets and print the table; return 1 where a set failed, or where `--check` finds a floor missed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--one"]:
        _one(Path(given[1]))
        return 0
    chosen = settings(given)
    try:
        lines = [measured(folder) for folder in folders(chosen.data, chosen.sets)]
    except LayoutError as fault:
        print(fault, file=sys.stderr)
        return 2
    print(table(lines))
    if chosen.json:
        chosen.json.write_text(json.dumps([line.plain() for line in lines], indent=1) + "\n")
    return exit_code(lines, chosen.check)


def exit_code(lines: Sequence[Line], check: bool) -> int:
    """Return 1 where a set failed, or where a floor was missed and floors are checked, else 0."""
    failed = any(line.outcome is None for line in lines)
    below = any(line.outcome and line.outcome.missed() for line in lines)
    return 1 if failed or (check and below) else 0


if __name__ == "__main__":
    sys.exit(main())
