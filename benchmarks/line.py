"""The line against its peers, from one database to another, in one run.

`python -m benchmarks.line --rows 200000 --json figures.json`
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import budgets, data, measure, modelled, peers, references, servers
from benchmarks.budgets import PARTS, Results
from benchmarks.measure import Measured
from benchmarks.servers import Server
from benchmarks.steps import MAPPING, Place
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import RunFolder

SOURCE, STEPS, LINE, MODELLED = "legacy", "target_steps", "target_line", "target_modelled"


@dataclass(frozen=True)
class Settings:
    """What the caller chose; `peers` is None where peers are left out."""

    rows: int
    json: Path | None
    peers: Path | None


@dataclass(frozen=True)
class Stage:
    """The running servers, the work folder, and the window in which nothing has changed yet."""

    source: Server
    target: Server
    work: Path
    window: tuple[datetime, datetime]

    @property
    def source_url(self) -> str:
        """Return the SQLAlchemy URL of the source database."""
        return self.source.database(SOURCE)

    def place(self, database: str, run_id: str, windowed: bool = False, mapping: Path = MAPPING) -> Path:
        """Return the file that tells a child process about one run."""
        window = (self.window[0].isoformat(), self.window[1].isoformat()) if windowed else None
        place = Place(self.source_url, self.target.database(database), self.staging, run_id, window, str(mapping))
        return place.save(self.work / f"{run_id}.json")

    @property
    def staging(self) -> str:
        """Return the folder where runs stage their tables."""
        return str(self.work / "staging")

    def folder(self, run_id: str) -> RunFolder:
        """Return where one run stages its tables."""
        return RunFolder(self.staging, "line", run_id)


def settings(arguments: Sequence[str] | None = None) -> Settings:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="contacts (default 200000); a fifth as many accounts")
    parser.add_argument("--json", type=Path, help="write every figure into this file")
    parser.add_argument("--peers", type=Path, default=peers.HOME, help=f"the peers' environments ({peers.HOME})")
    parser.add_argument("--no-peers", action="store_true", help="leave out dlt and ingestr")
    chosen = parser.parse_args(arguments)
    return Settings(chosen.rows, chosen.json, None if chosen.no_peers else chosen.peers)


@contextmanager
def prepared(rows: int) -> Iterator[tuple[Stage, Results]]:
    """Start the servers, fill the source, create two empty targets, and stop everything afterwards."""
    with tempfile.TemporaryDirectory(prefix="crm-bench-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        with servers.postgres(work) as target, _source(work, target) as source:
            source.create(SOURCE)
            counts = data.make_source(source.database(SOURCE), rows)
            for database in (STEPS, LINE, MODELLED):
                data.make_target(target.create(database), source.database(SOURCE))
            window = data.quiet_window(source.database(SOURCE))
            yield Stage(source, target, work, window), Results(counts, source.kind)


@contextmanager
def _source(work: Path, target: Server) -> Iterator[Server]:
    if all(map(servers.program, servers.PROGRAMS)):
        with servers.mariadb(work) as source:
            yield source
        return
    _say("MariaDB is not installed: the embedded PostgreSQL is source and target")
    yield target


def benchmark(chosen: Settings) -> Results:
    """Measure everything and return it."""
    with prepared(chosen.rows) as (stage, found):
        _say(f"source: {found.rows} in {stage.source.kind}")
        measure.python("benchmarks.steps", "warm_up")
        _steps(stage, found)
        _references(stage, found, chosen.peers)
        _lines(stage, found)
        _modelled(stage, found)
        _upsert(stage, found)
    found.load = os.getloadavg()[2]
    if chosen.peers:
        found.versions = peers.versions(chosen.peers)
    return found


def _steps(stage: Stage, found: Results) -> None:
    """Run the first migration step by step, each in a process of its own."""
    place = str(stage.place(STEPS, "steps"))
    for name in ("preflight", *PARTS):
        found.steps[name] = _told(measure.python("benchmarks.steps", name, place))
        if found.steps[name].error:
            return


def _references(stage: Stage, found: Results, folder: Path | None) -> None:
    """Do the same work with the plainest tools, and with the peers."""
    mapping, others = read_mapping(MAPPING).mapping, found.references
    others["connectorx"] = _told(references.connectorx(stage.source.plain(SOURCE)))
    others["copy"] = _told(references.copy_golden(stage.target, mapping, stage.folder("steps"), stage.work))
    others["copy_target"] = _told(
        references.copy_into_target(stage.target, stage.source_url, mapping, stage.work), "into the target's own tables"
    )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        rows = sum(found.rows.values())
        others["dlt"] = _told(peers.run_dlt(folder, stage.source.plain(SOURCE), stage.target, stage.work))
        others["ingestr"] = _told(peers.run_ingestr(folder, stage.source.plain(SOURCE), stage.target, rows))


def _lines(stage: Stage, found: Results) -> None:
    """Run the whole line: for the first time, over everything again, and over a window without changes."""
    for name, windowed in (("first", False), ("again", False), ("quiet", True)):
        place = str(stage.place(LINE, name, windowed))
        found.lines[name] = _told(measure.python("benchmarks.steps", "line", place, what=f"line, {name}"))


def _modelled(stage: Stage, found: Results) -> None:
    """Train a model for each entity on what the steps have cleaned, and run the whole line with them, once."""
    mapping = modelled.write_mapping(MAPPING, stage.work / "modelled")
    trained = _told(measure.python("benchmarks.steps", "train", str(stage.place(MODELLED, "steps", mapping=mapping))))
    found.lines["train"] = trained
    if not trained.error:
        place = str(stage.place(MODELLED, "modelled", mapping=mapping))
        found.lines["modelled"] = _told(measure.python("benchmarks.steps", "line", place, what="line, modelled"))


def _upsert(stage: Stage, found: Results) -> None:
    """Change a tenth of the source and run the line over the window of the changes, step by step."""
    found.changed = data.change_some(stage.source_url, stage.window[0].replace(hour=12))
    place = str(stage.place(LINE, "changed", windowed=True))
    for name in ("preflight", *PARTS):
        found.upsert[name] = _told(measure.python("benchmarks.steps", name, place), "changed rows")
        if found.upsert[name].error:
            return
    mapping = read_mapping(MAPPING).mapping
    found.references["copy_changed"] = references.copy_golden(
        stage.target, mapping, stage.folder("changed"), stage.work
    )


def _told(one: Measured, remark: str = "") -> Measured:
    name = f"{one.what} ({remark})" if remark else one.what
    _say(f"{name}: {one.error}" if one.error else f"{name}: {one.seconds:.2f} s, {one.peak_mb:.0f} MB")
    return one


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print the table; return 1 where one of our own steps failed."""
    chosen = settings(arguments)
    found = benchmark(chosen)
    print(budgets.table(found))
    if chosen.json:
        chosen.json.write_text(json.dumps(found.plain(), indent=1, default=str) + "\n")
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
