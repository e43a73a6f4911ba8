"""Files of each format, extracted to staged Parquet, held against the fastest plain reader of the format.

`python -m benchmarks.formats [--rows N] [--formats csv,xlsx] [--json FILE]`
"""

import argparse
import csv
import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Measured, python

COLUMNS = ("id", "first_name", "last_name", "email", "phone", "company", "city", "amount", "created", "note")
MODULE = "benchmarks.formats"
BATCH = 100_000
WORK = (
    "polars",
    "crm_migration.extract.extract",
    "crm_migration.extract.open_source",
    *(f"crm_migration.extract.{name}.reading" for name in ("delimited", "json", "xml", "workbook")),
)
"""What is imported before the clock starts, for both sides."""
WORKBOOK_SHARE = 2
TIME_LIMIT, MEMORY_LIMIT = 3.0, 1.2
Row = tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """One format: what we and the plain reader took for `rows`, and our peak memory for 100,000 and for all of them."""

    name: str
    rows: int
    megabytes: float
    seconds: float
    plain_seconds: float
    cpu_seconds: float
    plain_cpu_seconds: float
    small_peak_mb: float
    peak_mb: float
    plain_peak_mb: float

    @property
    def time_ratio(self) -> float:
        """Return our seconds over the plain reader's."""
        return self.seconds / self.plain_seconds

    @property
    def cpu_ratio(self) -> float:
        """Return our processor seconds over the plain reader's: the steadier figure on a busy machine."""
        return self.cpu_seconds / self.plain_cpu_seconds

    @property
    def growth(self) -> float:
        """Return how our peak memory grows from 100,000 rows to all of them."""
        return self.peak_mb / self.small_peak_mb


def rows_of(count: int) -> Iterator[Row]:
    """Yield contacts that differ from row to row, some with commas, quotes, line breaks and Chinese letters."""
    cities = ("Berlin", "北京", "São Paulo", 'Paris, "Île"', "New York")
    for n in range(count):
        yield (
            f"{n:08}",
            f"First{n % 977}",
            f"Last{n % 9973}",
            f"user{n}@example{n % 53}.com",
            f"+49 30 {n % 10_000_000:07}",
            f"Company {n % 4999} GmbH",
            cities[n % 5],
            f"{n % 100_000}.{n % 100:02}",
            f"2026-01-{n % 28 + 1:02} 10:00:00",
            "line one\nline two" if n % 50 == 0 else f"note {n}",
        )


def write_csv(path: Path, count: int) -> None:
    """Write comma-separated text."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        writer.writerows(rows_of(count))


def write_ndjson(path: Path, count: int) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8") as handle:
        for row in rows_of(count):
            handle.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")


def write_json(path: Path, count: int) -> None:
    """Write one JSON array."""
    with path.open("w", encoding="utf-8") as handle:
        handle.write("[")
        for at, row in enumerate(rows_of(count)):
            handle.write((",\n" if at else "") + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False))
        handle.write("]")


def write_xml(path: Path, count: int) -> None:
    """Write one element a row."""
    with path.open("w", encoding="utf-8") as handle:
        handle.write("<crm><contacts>\n")
        for row in rows_of(count):
            cells = "".join(f"<{name}>{escape(cell)}</{name}>" for name, cell in zip(COLUMNS, row, strict=True))
            handle.write(f"<contact>{cells}</contact>\n")
        handle.write("</contacts></crm>\n")


def write_xlsx(path: Path, count: int) -> None:
    """Write a workbook with texts in the cells themselves, and numbers as numbers."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Contacts")
    sheet.write_row(0, 0, COLUMNS)
    for at, row in enumerate(rows_of(count), 1):
        for place, cell in enumerate(row):
            if COLUMNS[place] == "amount":
                sheet.write_number(at, place, float(cell))
            else:
                sheet.write_string(at, place, cell)
    book.close()


def plain_csv(path: Path) -> int:
    """Read with polars, everything as text."""
    import polars as pl

    return pl.read_csv(path, infer_schema=False).height


def plain_ndjson(path: Path) -> int:
    """Read each line with orjson, and gather frames."""
    import orjson
    import polars as pl

    total = 0
    with path.open("rb") as handle:
        while lines := handle.readlines(32 << 20):
            total += pl.DataFrame([orjson.loads(line) for line in lines]).height
    return total


def plain_json(path: Path) -> int:
    """Read the array's items with ijson, and gather frames."""
    import ijson
    import polars as pl

    total, held = 0, list[Any]()
    with path.open("rb") as handle:
        for item in ijson.items(handle, "item"):
            held.append(item)
            if len(held) == BATCH:
                total, held = total + pl.DataFrame(held).height, []
    return total + (pl.DataFrame(held).height if held else 0)


def plain_xml(path: Path) -> int:
    """Take the text of each record's elements with lxml, and gather frames."""
    import polars as pl
    from lxml import etree

    total, held = 0, list[dict[str, str | None]]()
    with path.open("rb") as handle:
        for _event, element in etree.iterparse(handle, tag="contact"):
            held.append({str(child.tag): child.text for child in element})
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if len(held) == BATCH:
                total, held = total + pl.DataFrame(held).height, []
    return total + (pl.DataFrame(held).height if held else 0)


def plain_xlsx(path: Path) -> int:
    """Read the sheet's rows with python-calamine."""
    import polars as pl
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    header, body = [str(cell) for cell in rows[0]], rows[1:]
    return pl.DataFrame(body, schema=header, orient="row", strict=False).height


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "csv": write_csv,
    "ndjson": write_ndjson,
    "json": write_json,
    "xml": write_xml,
    "xlsx": write_xlsx,
}
PLAIN: dict[str, Callable[[Path], int]] = {
    "csv": plain_csv,
    "ndjson": plain_ndjson,
    "json": plain_json,
    "xml": plain_xml,
    "xlsx": plain_xlsx,
}


def extract_file(path: Path, staging: Path) -> int:
    """Extract the file as a run does, to staged Parquet; return its rows."""
    from crm_migration.connections import ConnectionFields
    from crm_migration.extract.extract import extract
    from crm_migration.extract.open_source import open_source
    from crm_migration.mapping.model import Mapping
    from crm_migration.staging import RunFolder

    fields = {name: {"from": name, "kind": "text"} for name in COLUMNS}
    mapping = Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": "bench", "kind": "files", "connection": "bench", "settle_seconds": 0},
            "target": {"name": "nowhere", "connection": "nowhere"},
            "entities": {
                "contact": {
                    "file": path.name, "key": "id", "fields": fields,
                    "target": {"object": "contact", "external_id": "id"},
                }
            },
        }
    )  # fmt: skip
    folder = RunFolder(str(staging), "bench", path.stem)
    source = open_source(mapping, ConnectionFields("bench", "fs", extra={"path": str(path.parent)}), folder)
    staged = extract(source, mapping, "contact", folder)
    if staged.facts["unreadable"]:
        raise ValueError(f"{staged.facts['unreadable']} rows could not be read")
    return staged.rows


def measure(name: str, rows: int, folder: Path) -> Result:
    """Write the files of one format, and measure both readers in processes of their own."""
    # Less than a frame would not show how memory grows.
    small, large = (folder / f"{count}.{name}" for count in (max(rows // 10, min(rows // 2, BATCH)), rows))
    for path in (small, large):
        if not path.exists():
            WRITERS[name](path, int(path.stem))
    ours = [_measured("extract", path, folder) for path in (small, large)]
    plain = _measured("plain", large, folder)
    return Result(
        name=name,
        rows=rows,
        megabytes=large.stat().st_size / 1e6,
        seconds=ours[1].seconds,
        plain_seconds=plain.seconds,
        cpu_seconds=ours[1].cpu_seconds,
        plain_cpu_seconds=plain.cpu_seconds,
        small_peak_mb=ours[0].peak_mb,
        peak_mb=ours[1].peak_mb,
        plain_peak_mb=plain.peak_mb,
    )


def _measured(step: str, path: Path, folder: Path) -> Measured:
    found = python(MODULE, "--step", step, str(path), str(folder / "staging"), what=step)
    if found.error:
        raise RuntimeError(f"{step} {path.name}: {found.error}")
    if found.rows != int(path.stem):
        raise RuntimeError(f"{step} {path.name}: {found.rows} rows instead of {path.stem}")
    return found


def print_results(results: list[Result]) -> None:
    """Print one line per format; what misses a budget is red."""
    table = Table(title="Files to staged Parquet against plain readers", title_justify="left")
    for column in (
        "format",
        "rows",
        "MB",
        "ours s",
        "plain s",
        "ratio",
        "cpu",
        "peak MB, 100k",
        "peak MB",
        "growth",
    ):
        table.add_column(column, justify="left" if column == "format" else "right")
    for one in results:
        table.add_row(
            one.name,
            f"{one.rows:,}",
            f"{one.megabytes:.0f}",
            f"{one.seconds:.2f}",
            f"{one.plain_seconds:.2f}",
            _judged(one.time_ratio, TIME_LIMIT),
            _judged(one.cpu_ratio, TIME_LIMIT),
            f"{one.small_peak_mb:.0f}",
            f"{one.peak_mb:.0f}",
            _judged(one.growth, MEMORY_LIMIT),
        )
    Console(width=120).print(table)


def _judged(ratio: float, limit: float) -> str:
    return f"[{'red' if ratio > limit else 'green'}]{ratio:.2f}[/]"


def step(name: str, path: Path, staging: Path) -> None:
    """Carry out one measured step and print what it took as JSON."""
    work: Callable[[], int] = (
        (lambda: extract_file(path, staging)) if name == "extract" else (lambda: PLAIN[path.suffix[1:]](path))
    )
    for module in WORK:
        importlib.import_module(module)
    started, busy = time.monotonic(), _busy()
    rows = work()
    taken = {"rows": rows, "seconds": time.monotonic() - started, "cpu_seconds": _busy() - busy}
    print(json.dumps(taken))


def _busy() -> float:
    """Return the processor seconds of this process and of the children that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


def main() -> int:
    """Measure the formats that are asked for, and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the larger file; workbooks hold half")
    parser.add_argument("--formats", default=",".join(WRITERS), help="formats to measure, separated by commas")
    parser.add_argument("--json", type=Path, help="write the figures into this file")
    parser.add_argument("--folder", type=Path, help="keep the files here for the next time")
    parser.add_argument("--step", choices=["extract", "plain"], help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        step(chosen.step, *chosen.paths)
        return 0
    with tempfile.TemporaryDirectory(prefix="crm-formats-") as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = {name: chosen.rows // (WORKBOOK_SHARE if name == "xlsx" else 1) for name in chosen.formats.split(",")}
        results = [measure(name, count, folder) for name, count in rows.items()]
    print_results(results)
    if chosen.json:
        figures = [
            asdict(one) | {"time_ratio": one.time_ratio, "cpu_ratio": one.cpu_ratio, "growth": one.growth}
            for one in results
        ]
        chosen.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
