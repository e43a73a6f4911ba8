"""A CRM behind an interface is asked through it whether records are found."""

from pathlib import Path

import polars as pl

from crm_migration.staging import open_table
from crm_migration.validate.validate import validate
from tests.load.replica_scene import MAPPING, ROWS, Scene


def test_a_record_that_the_crms_search_does_not_find_is_named(tmp_path: Path) -> None:
    target = "    target: {object: ContactObj"
    searched = MAPPING.replace(target, f"    search_by: [email]\n{target}")
    scene = Scene(tmp_path, f"sqlite:///{tmp_path / 'ledger.sqlite'}", mapping=searched)
    (tmp_path / "ledger.sqlite").touch()
    scene.change(ROWS)
    scene.run("one")
    with scene.job("one") as job:
        lines = open_table(job.folder, "_run", "full_checks").frame().filter(pl.col("name") == "found_by")
        found = lines.select("field", "status", "source_value", "target_value", "difference").rows()
        assert found == [("email", "pass", "3", "3", "asked: the CRM's own interface")]
        people = scene.crm.records["ContactObj"]
        scene.crm.hidden.update(identity for identity, row in people.items() if row["legacy_key__c"] == "p3")
        scene.crm.hidden_from = ("find",)
        staged = validate(job.mapping, job.folder, job.target, "full", job.run_no)
        failed = staged.frame().filter(pl.col("status") == "fail")
        assert failed.select("name", "field", "failing_keys").rows() == [("found_by", "email", ["p3"])]
