"""`crm-migration backup`: a copy that reads back, and no word of success where there is none."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_migration.cli import app
from tests.end_to_end.small import Books, write_mapping


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books.make(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def test_it_is_taken_and_verified_and_says_so(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = str(write_mapping(tmp_path / "old_books.yaml"))
    none = CliRunner().invoke(app, ["backup", mapping, "--verify"])
    assert none.exit_code == 1
    assert "expected a full backup of what old_books writes, found none" in " ".join(none.output.split())
    taken = CliRunner().invoke(app, ["backup", mapping])
    assert taken.exit_code == 0, taken.output
    assert "reads back as it was taken" in taken.output
    assert CliRunner().invoke(app, ["backup", mapping, "--verify", "--json"]).exit_code == 0
    monkeypatch.setenv("CRM_MIGRATION_BACKUP_DAYS", "soon")
    wrong = CliRunner().invoke(app, ["backup", mapping])
    assert (wrong.exit_code, "expected a number of days" in wrong.output) == (2, True)
