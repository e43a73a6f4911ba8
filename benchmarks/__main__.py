"""`python -m benchmarks` measures the line."""

import sys

from benchmarks.line import main

if __name__ == "__main__":
    sys.exit(main())
