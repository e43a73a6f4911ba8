"""Loads one run in a process of its own; started by test_turns. Arguments: URL, staging, run."""

import logging
import sys
from pathlib import Path

from tests.load.small import Bench, mapping


def main() -> None:
    url, staging, run = sys.argv[1:]
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    logging.getLogger("crm_migration").setLevel(logging.INFO)
    Bench(url, Path(staging), mapping()).load(run)


if __name__ == "__main__":
    main()
