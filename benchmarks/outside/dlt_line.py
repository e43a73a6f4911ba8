"""Extract and load with dlt, in the fastest way its documentation describes: connectorx to Parquet to ADBC.

`python dlt_line.py <MySQL or PostgreSQL URL> <PostgreSQL URL> <work folder> <table>…`; runs in dlt's environment.
"""

import json
import os
import sys
import time
from importlib import import_module


def main() -> None:
    """Move the tables and print what it took."""
    source_url, target_url, folder, *tables = sys.argv[1:]
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": folder, "RUNTIME__LOG_LEVEL": "ERROR"}
    for needed in ("adbc_driver_postgresql.dbapi", "connectorx", "pyarrow.parquet"):
        import_module(needed)
    dlt, sql_database = import_module("dlt"), import_module("dlt.sources.sql_database").sql_database

    started, busy = time.monotonic(), time.process_time()
    driver = "mysql+pymysql" if source_url.startswith("mysql") else "postgresql+psycopg2"
    source = sql_database(
        credentials=source_url.replace(source_url.split(":", 1)[0], driver, 1),
        table_names=tables,
        backend="connectorx",
        chunk_size=100_000,
        reflection_level="full_with_precision",
        backend_kwargs={"conn": source_url, "return_type": "arrow_stream", "batch_size": 100_000},
    )
    pipeline = dlt.pipeline(
        "line", destination=dlt.destinations.postgres(target_url), dataset_name="dlt_line", pipelines_dir=folder
    )
    pipeline.run(source, write_disposition="replace", loader_file_format="parquet").raise_on_failed_jobs()
    took = {"seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - busy}
    rows = sum(count for table, count in pipeline.last_trace.last_normalize_info.row_counts.items() if table in tables)
    print(json.dumps(took | {"rows": rows}))


if __name__ == "__main__":
    main()
