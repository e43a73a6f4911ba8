"""Read tables with connectorx as a stream of Arrow batches, and write nothing.

`python connectorx_read.py <URL> <table>…`
"""

import json
import sys
import time
from typing import Any

import connectorx


def main() -> None:
    """Read the tables and print what it took."""
    url, *tables = sys.argv[1:]
    started, busy, rows = time.monotonic(), time.process_time(), 0
    for table in tables:
        query = f"SELECT * FROM {table}"  # noqa: S608 - the benchmark's own table names
        stream: Any = connectorx.read_sql(url, query, return_type="arrow_stream", batch_size=50_000)
        rows += sum(batch.num_rows for batch in stream)
    print(json.dumps({"seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - busy, "rows": rows}))


if __name__ == "__main__":
    main()
