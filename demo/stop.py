"""Stop every process that `make demo` started; the data stays for the next demo (`--clean` removes it)."""

import argparse
import shutil

from demo.services import HOME, stop_airflow, stop_postgres


def main() -> None:
    """Stop Airflow, then PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clean", action="store_true", help="remove the demo's databases and staging, too")
    clean = parser.parse_args().clean
    stop_airflow()
    stop_postgres()
    if clean:
        shutil.rmtree(HOME, ignore_errors=True)
    print("demo stopped" + (" and removed" if clean else ""))


if __name__ == "__main__":
    main()
