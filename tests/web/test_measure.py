"""What measures the pages over a large ledger does so over a small one."""

from pathlib import Path

import pytest

from tests.web import measure


def test_the_ledger_can_be_filled_and_every_page_be_measured(
    airflow: None,
    postgres_server: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measure, "TIMES", 1)
    measure.measure(postgres_server, tmp_path, smaller=1000)
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["wall", "ms", "python", "postgres", "page"]
    assert len(lines) == len(measure.PAGES)
    assert all(word.isdigit() for line in lines for word in line.split()[:3])
