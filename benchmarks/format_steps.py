"""One step of the benchmark of formats, in a process that imports no more than its work needs.

`python -m benchmarks.format_steps extract|plain FILE STAGING`
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COLUMNS = ("id", "first_name", "last_name", "email", "phone", "company", "city", "amount", "created", "note")
BATCH = 100_000
READERS = {
    "csv": ("polars",),
    "ndjson": ("polars", "orjson"),
    "json": ("polars", "ijson"),
    "xml": ("polars", "lxml.etree"),
    "xlsx": ("polars", "python_calamine"),
}
"""What the plain reader of a format needs."""
ROOMS = {"csv": "delimited", "ndjson": "json", "json": "json", "xml": "xml", "xlsx": "workbook"}


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


def needed(step: str, kind: str) -> tuple[str, ...]:
    """Return the modules that a step imports before the inner clock starts."""
    if step == "plain":
        return READERS[kind]
    rooms = ("extract", "open_source", f"{ROOMS[kind]}.reading")
    return tuple(f"crm_migration.extract.{room}" for room in rooms)


def main(step: str, path: Path, staging: Path) -> int:
    """Carry out one measured step and print what it took as JSON."""
    kind = path.suffix[1:]
    for module in needed(step, kind):
        importlib.import_module(module)
    started, busy = time.monotonic(), _busy()
    rows = extract_file(path, staging) if step == "extract" else PLAIN[kind](path)
    print(json.dumps({"rows": rows, "seconds": time.monotonic() - started, "cpu_seconds": _busy() - busy}))
    return 0


def _busy() -> float:
    """Return the processor seconds of this process and of the children that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
