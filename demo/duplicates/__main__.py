"""Writes labelled duplicate sets: `python -m demo.duplicates --rows 10000 --seed 7 --folder DIR`.

Each set is a folder with records.csv and truth.csv (id, cluster). The column `extra` names the hard cases that a
record belongs to, `household:12`, so that wrong merges can be counted by kind.
"""

import argparse
import time
from pathlib import Path

from demo.duplicates.sets import SETS, write


def main() -> None:
    """Write the sets that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m demo.duplicates", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="records of each set (default 10000)")
    parser.add_argument("--seed", type=int, default=7, help="another seed gives other people (default 7)")
    parser.add_argument("--folder", type=Path, required=True, help="where the sets are written")
    parser.add_argument("--sets", default=",".join(SETS), help=f"some of {','.join(SETS)}")
    chosen = parser.parse_args()
    names = chosen.sets.split(",")
    unknown = sorted(set(names) - set(SETS))
    if unknown or chosen.rows < 1:
        parser.error(
            f"expected --rows of 1 or more and sets among {', '.join(SETS)}, found {', '.join(unknown) or chosen.rows}"
        )
    for name in names:
        started = time.monotonic()
        print(f"{write(name, chosen.rows, chosen.seed, chosen.folder)}: {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
