"""Files of each format, extracted to staged Parquet, held against the fastest plain reader of the format.

`python -m benchmarks.formats [--rows N] [--formats csv,xlsx] [--json FILE]`
"""

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from rich.console import Console
from rich.table import Table

from benchmarks.format_steps import BATCH, COLUMNS
from benchmarks.measure import Measured, python

STEPS = "benchmarks.format_steps"
WORKBOOK_SHARE = 2
TIME_LIMIT, MEMORY_LIMIT = 3.0, 1.2
MOST_TIMES, MOST_SECONDS = 5, 10.0
"""A step is measured so many times, fewer where they come to so many seconds; the fastest counts."""
Row = tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """One format: what we and the plain reader took for `rows`, and our peak memory for 100,000 and for all of them.

    `seconds` are those of the whole process, start and imports included; `work_seconds` leave these out.
    """

    name: str
    rows: int
    megabytes: float
    seconds: float
    plain_seconds: float
    work_seconds: float
    plain_work_seconds: float
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
    def work_ratio(self) -> float:
        """Return the same without start and imports."""
        return self.work_seconds / self.plain_work_seconds

    @property
    def cpu_ratio(self) -> float:
        """Return our work's processor seconds over the plain reader's: the steadier figure on a busy machine."""
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


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "csv": write_csv,
    "ndjson": write_ndjson,
    "json": write_json,
    "xml": write_xml,
    "xlsx": write_xlsx,
}


def measure(name: str, rows: int, folder: Path) -> Result:
    """Write the files of one format, and measure both readers in processes of their own."""
    # Less than a frame would not show how memory grows.
    small, large = (folder / f"{count}.{name}" for count in (max(rows // 10, min(rows // 2, BATCH)), rows))
    for path in (small, large):
        if not path.exists():
            WRITERS[name](path, int(path.stem))
    lesser = _measured("extract", small, folder)
    ours, plain = _in_turns(large, folder)
    return Result(
        name=name,
        rows=rows,
        megabytes=large.stat().st_size / 1e6,
        seconds=ours.process_seconds,
        plain_seconds=plain.process_seconds,
        work_seconds=ours.seconds,
        plain_work_seconds=plain.seconds,
        cpu_seconds=ours.cpu_seconds,
        plain_cpu_seconds=plain.cpu_seconds,
        small_peak_mb=lesser.peak_mb,
        peak_mb=ours.peak_mb,
        plain_peak_mb=plain.peak_mb,
    )


def _in_turns(path: Path, folder: Path) -> tuple[Measured, Measured]:
    """Return the fastest of our processes and of the plain reader's, which take turns."""
    ours, plain = list[Measured](), list[Measured]()
    while not ours or (len(ours) < MOST_TIMES and sum(one.process_seconds for one in ours) < MOST_SECONDS):
        ours.append(_measured("extract", path, folder))
        plain.append(_measured("plain", path, folder))
    return min(ours, key=_whole), min(plain, key=_whole)


def _whole(found: Measured) -> float:
    return found.process_seconds


def _measured(step: str, path: Path, folder: Path) -> Measured:
    found = python(STEPS, step, str(path), str(folder / "staging"), what=step)
    if found.error:
        raise RuntimeError(f"{step} {path.name}: {found.error}")
    if found.rows != int(path.stem):
        raise RuntimeError(f"{step} {path.name}: {found.rows} rows instead of {path.stem}")
    return found


def print_results(results: list[Result]) -> None:
    """Print one line per format; what misses a budget is red."""
    table = Table(title="Files to staged Parquet against plain readers, whole processes", title_justify="left")
    columns = ("rows", "MB", "ours s", "plain s", "ratio", "work", "cpu", "peak MB, 100k", "peak MB", "growth")
    for column in ("format", *columns):
        table.add_column(column, justify="left" if column == "format" else "right")
    for one in results:
        table.add_row(
            one.name,
            f"{one.rows:,}",
            f"{one.megabytes:.0f}",
            f"{one.seconds:.2f}",
            f"{one.plain_seconds:.2f}",
            _judged(one.time_ratio, TIME_LIMIT),
            f"{one.work_ratio:.2f}",
            f"{one.cpu_ratio:.2f}",
            f"{one.small_peak_mb:.0f}",
            f"{one.peak_mb:.0f}",
            _judged(one.growth, MEMORY_LIMIT),
        )
    Console(width=120).print(table)


def _judged(ratio: float, limit: float) -> str:
    return f"[{'red' if ratio > limit else 'green'}]{ratio:.2f}[/]"


def _figures(one: Result) -> dict[str, object]:
    return asdict(one) | {name: getattr(one, name) for name in ("time_ratio", "work_ratio", "cpu_ratio", "growth")}


def main() -> int:
    """Measure the formats that are asked for, and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the larger file; workbooks hold half")
    parser.add_argument("--formats", default=",".join(WRITERS), help="formats to measure, separated by commas")
    parser.add_argument("--json", type=Path, help="write the figures into this file")
    parser.add_argument("--folder", type=Path, help="keep the files here for the next time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-formats-") as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = {name: chosen.rows // (WORKBOOK_SHARE if name == "xlsx" else 1) for name in chosen.formats.split(",")}
        results = [measure(name, count, folder) for name, count in rows.items()]
    print_results(results)
    if chosen.json:
        chosen.json.write_text(json.dumps([_figures(one) for one in results], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
