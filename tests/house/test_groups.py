"""Tests of one group share what is dear to make: they must run in one process."""

import subprocess
import sys
from pathlib import Path

GROUPED = """
import os
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", [pytest.param(n, marks=pytest.mark.xdist_group(f"g{n // 4}")) for n in range(8)])
def test_one(number):
    with (Path(__file__).parent / f"group-{number // 4}").open("a") as log:
        log.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_a_group_runs_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_collection_modifyitems\n")
    root = Path(__file__).parents[2]
    options = ["-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider", "-c", "/dev/null"]
    line = [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", str(tmp_path)]
    ran = subprocess.run(line, check=False, capture_output=True, text=True, cwd=root)
    assert ran.returncode == 0, ran.stdout
    workers = [(tmp_path / f"group-{number}").read_text().split() for number in range(2)]
    assert [len(one) for one in workers] == [4, 4]
    assert [len(set(one)) for one in workers] == [1, 1]
    assert workers[0][0] != workers[1][0]
