"""Whole runs into import files: what the source holds is handed over once, and what a wizard refuses comes again."""

from pathlib import Path

import pytest

from tests.import_files.wizard_runs import Wizard


@pytest.fixture
def wizard(tmp_path: Path, sqlite_url: str) -> Wizard:
    return Wizard(tmp_path / "case", sqlite_url)


SOURCE = {
    "Account": {
        "f1": {"legacy_key": "f1", "name": "One", "parent": "f3"},
        "f2": {"legacy_key": "f2", "name": "=Two", "parent": None},
        "f3": {"legacy_key": "f3", "name": "Three", "parent": "f1"},
        "f4": {"legacy_key": "f4", "name": "Four", "parent": None},
    },
    "Contact": {
        "p1": {
            "legacy_key": "p1", "last_name": "Lee", "worth": "10.50", "born": "1980-01-31",
            "seen": "2026-01-31 10:00:00.000000", "quiet": "0", "account": "f1",
        },
        "p2": {
            "legacy_key": "p2", "last_name": "Ray", "worth": None, "born": None, "seen": None, "quiet": "1",
            "account": "f2",
        },
        "p3": {
            "legacy_key": "p3", "last_name": "李", "worth": "12345678901.25", "born": None, "seen": None,
            "quiet": None, "account": None,
        },
        "p4": {
            "legacy_key": "p4", "last_name": "May", "worth": "7.00", "born": None, "seen": None, "quiet": None,
            "account": "f3",
        },
    },
}  # fmt: skip


def test_files_hold_what_the_source_does_each_record_created_once_and_after_its_parents(wizard: Wizard) -> None:
    assert wizard.run("one") == {"inserted": 4}
    assert wizard.imported("one") == SOURCE
    assert wizard.manifest("one", "sample").files
    assert wizard.manifest("one", "full").files
