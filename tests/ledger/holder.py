"""Takes the lease of a target in a process of its own and tells what becomes of it; started by test_lease.

Arguments: URL, run, seconds that a lease lasts and to wait for it. It prints `held`, then waits for a line, commits
under its token, and prints `committed` or the name of the error.
"""

import logging
import sys

import sqlalchemy as sa

from crm_migration.errors import MigrationError
from crm_migration.ledger import Ledger
from crm_migration.ledger.lease import Terms, lease


def main() -> None:
    url, run, lasts, waits = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    ledger = Ledger(sa.create_engine(url))
    try:
        with lease(ledger, run, "a test", Terms(float(lasts), float(waits))) as token:
            sys.stdout.write("held\n")
            sys.stdout.flush()
            sys.stdin.readline()
            with ledger.engine.begin() as connection:
                ledger.check_fence(connection, token)
        sys.stdout.write("committed\n")
    except MigrationError as error:
        sys.stdout.write(f"{type(error).__name__}\n")


if __name__ == "__main__":
    main()
