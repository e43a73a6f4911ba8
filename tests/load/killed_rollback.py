"""Rolls a run back in a process that kills itself half way; started by test_rollback_killed.

Arguments: URL, staging, run, and the name of the function of the rollback after whose first call it dies.
"""

import os
import signal
import sys
from pathlib import Path

from crm_migration.load import rollback
from tests.load.small import Bench, mapping


def main() -> None:
    url, staging, run, name = sys.argv[1:]
    real = getattr(rollback, name)

    def dying(*arguments: object, **named: object) -> None:
        real(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(rollback, name, dying)
    rollback.roll_back(Bench(url, Path(staging), mapping()).undo(run))


if __name__ == "__main__":
    main()
