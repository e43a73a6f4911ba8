"""Peers doing extract and load alone, each in a virtual environment of its own outside the product's."""

import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks import measure
from benchmarks.data import TABLES
from benchmarks.measure import Measured
from benchmarks.servers import Server

HOME = Path.home() / ".cache" / "crm-migration-bench"
OUTSIDE = Path(__file__).with_name("outside")
INSTALL_SECONDS = 900
REQUIREMENTS = {
    "dlt": [
        "dlt[parquet,postgres]>=1.20,<2",
        "sqlalchemy>=2,<3",
        "connectorx",
        "pymysql",
        "adbc-driver-manager",
        "adbc-driver-postgresql",
    ],
    "ingestr": ["ingestr<1"],
}


class PeerMissing(Exception):
    """A peer could not be installed."""


def prepare(folder: Path, peer: str) -> Path:
    """Return the folder of the peer's programs, installing it at its first use.

    Raises:
        PeerMissing: its environment could not be made.
    """
    home = folder / peer
    programs, stamp = home / "bin", home / ".installed"
    wanted = "\n".join(REQUIREMENTS[peer])
    if stamp.exists() and stamp.read_text() == wanted:
        return programs
    print(f"installing {peer} into {home}", flush=True)
    try:
        venv.create(home, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *REQUIREMENTS[peer]]
        _call(pip).check_returncode()
    except subprocess.CalledProcessError as failed:
        raise PeerMissing(f"pip: {str(failed.stderr).strip().splitlines()[-1:]}") from failed
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise PeerMissing(str(failed)) from failed
    stamp.write_text(wanted)
    return programs


def _call(command: list[str]) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in measure.DROPPED}
    return subprocess.run(  # noqa: S603 - the peer's own programs
        command, capture_output=True, text=True, timeout=INSTALL_SECONDS, env=kept, check=False
    )


def run_dlt(folder: Path, source_url: str, target: Server, work: Path) -> Measured:
    """Extract and load both tables with dlt."""
    try:
        programs = prepare(folder, "dlt")
    except PeerMissing as missing:
        return Measured("dlt", 0, 0, 0, 0, error=f"not installed: {missing}")
    python, script = str(programs / "python"), str(OUTSIDE / "dlt_line.py")
    _call([python, "-c", "import dlt, connectorx, pyarrow, dlt.sources.sql_database"])
    target.create("dlt")
    command = [python, script, source_url, target.plain("dlt"), str(work / "dlt"), *TABLES]
    measured = measure.run("dlt", command, {"PYTHONPATH": ""})
    target.drop("dlt")
    return measured


def run_ingestr(folder: Path, source_url: str, target: Server, rows: int) -> Measured:
    """Extract and load both tables with ingestr, one after the other as its command line does it."""
    try:
        programs = prepare(folder, "ingestr")
    except PeerMissing as missing:
        return Measured("ingestr", 0, 0, 0, 0, error=f"not installed: {missing}")
    target.create("ingestr")
    database = source_url.rsplit("/", 1)[1] if source_url.startswith("mysql") else "public"
    done = []
    for table in TABLES:
        command = [
            str(programs / "ingestr"), "ingest", "--yes", "--progress", "log",
            "--source-uri", source_url, "--source-table", f"{database}.{table}",
            "--dest-uri", f"{target.plain('ingestr')}?sslmode=disable", "--dest-table", f"public.{table}",
        ]  # fmt: skip
        done.append(measure.run("ingestr", command, {"PYTHONPATH": "", "INGESTR_DISABLE_TELEMETRY": "true"}))
    target.drop("ingestr")
    return _together(done, rows)


def _together(parts: list[Measured], rows: int) -> Measured:
    """Return several processes as one: times added, the highest memory."""
    return Measured(
        what=parts[0].what,
        seconds=sum(part.seconds for part in parts),
        process_seconds=sum(part.process_seconds for part in parts),
        cpu_seconds=sum(part.cpu_seconds for part in parts),
        server_seconds=sum(part.server_seconds for part in parts),
        peak_mb=max(part.peak_mb for part in parts),
        rows=rows,
        error=next((part.error for part in parts if part.error), None),
    )


def versions(folder: Path) -> dict[str, str]:
    """Return the installed version of each peer."""
    found = {}
    for peer in REQUIREMENTS:
        python = folder / peer / "bin" / "python"
        if python.exists():
            ask = f"import importlib.metadata as m; print(m.version({peer!r}))"
            found[peer] = _call([str(python), "-c", ask]).stdout.strip()
    return found | {"python": sys.version.split()[0]}
