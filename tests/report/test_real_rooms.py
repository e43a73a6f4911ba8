"""What the rooms before it really stage, the report reads."""

from pathlib import Path

from crm_migration.clean.clean import clean
from crm_migration.extract.extract import extract
from crm_migration.match.known import KnownRecords
from crm_migration.match.room import match
from crm_migration.report.assemble import report
from crm_migration.report.page import render_html
from tests.report.staged_run import facts
from tests.validate.line import Line


def test_the_report_of_a_small_migration(tmp_path: Path) -> None:
    line = Line(tmp_path, f"sqlite:///{tmp_path / 'target.sqlite'}")
    folder, owners = line.folder("r1"), line.target.lookup("users", "mail", "id")
    for entity in line.order:
        extract(line.source, line.mapping, entity, folder)
        clean(line.mapping, entity, folder, {"owner_id": owners} if entity == "contact" else {})
        match(line.mapping, entity, folder, KnownRecords.nothing())
    line.load("r1", "sample", 2)
    line.load("r1")
    line.close()
    made = report(line.mapping, folder, facts(source="old", run_id="r1"))

    assert made.verdict.reasons == ("Validation of the full load was not reached.",)
    assert [entity.identity.holds for entity in made.entities] == [True, True, True]
    contact = made.entities[1]
    accounted = contact.identity.counts
    assert accounted is not None
    assert accounted.total == contact.identity.extracted == 8
    assert (accounted.merged, accounted.filtered) == (1, 1)
    assert contact.rejections is not None
    assert sum(group.rows for group in contact.rejections) == accounted.rejected
    assert contact.merges is not None
    assert contact.merges.examples[0].members == ("c1", "c4")
    assert contact.quality is not None
    emails = next(field for field in contact.quality.fields if field.field == "email")
    assert emails.source_filled == emails.clean_filled + 1
    assert contact.sample is not None
    assert contact.sample.records >= 2
    assert "every key accounted for" in render_html(made)
