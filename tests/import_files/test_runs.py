"""Whole runs into import files: what the source holds is handed over once, and what a wizard refuses comes again."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_migration.cli import app
from crm_migration.errors import ChangedSince, MappingInvalid, OperatorNeeded
from crm_migration.load.import_files.manifest import read_manifest
from crm_migration.load.import_files.results import ResultKeyUnknown
from crm_migration.load.import_files.undoing import ASIDE, UNDO, UNDO_README
from crm_migration.load.import_files.which_files import Said
from tests.import_files.wizard_runs import MAPPING, Wizard


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wizard]:
    root = tmp_path_factory.mktemp("first") / "case"
    with closing(Wizard(root, f"sqlite:///{root / 'ledger.sqlite'}")) as made:
        made.load("one")
        yield made


@pytest.fixture
def wizard(first: Wizard, tmp_path: Path) -> Iterator[Wizard]:
    """Return a wizard to whom a run `one` has handed over the source as it is at first."""
    with closing(first.copy(tmp_path / "case")) as made:
        yield made


@pytest.fixture
def new_wizard(tmp_path: Path) -> Iterator[Wizard]:
    root = tmp_path / "new"
    with closing(Wizard(root, f"sqlite:///{root / 'ledger.sqlite'}")) as made:
        yield made


@pytest.fixture(params=["postgres", "mariadb"])
def server_wizard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wizard]:
    with closing(Wizard(tmp_path / "case", request.getfixturevalue(f"{request.param}_url"))) as made:
        yield made


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


def test_files_hold_what_the_source_does_each_record_created_once_and_after_its_parents(new_wizard: Wizard) -> None:
    assert new_wizard.run("one") == {"inserted": 4}
    assert new_wizard.imported("one") == SOURCE
    assert new_wizard.manifest("one", "sample").files
    assert new_wizard.manifest("one", "full").files


def test_a_run_without_changes_hands_over_nothing_and_one_with_a_change_that_record(wizard: Wizard) -> None:
    assert wizard.load("two") == {"unchanged": 4}
    assert wizard.content("two").keys() == {"manifest.json"}
    assert wizard.manifest("two", "full").files == []
    wizard.change("UPDATE people SET name = 'Reed', firm = 'f4' WHERE id = 'p2'")
    wizard.load("three")
    assert wizard.actions("three") == {("Contact", "update", "p2")}
    held = wizard.imported("one", "two", "three")["Contact"]["p2"]
    assert (held["last_name"], held["account"]) == ("Reed", "f4")


def test_a_step_that_is_repeated_writes_the_same_bytes(wizard: Wizard) -> None:
    before = wizard.content("one")
    wizard.last_steps(wizard.job("one"))
    assert wizard.content("one") == before
    assert len(before) > 3


def test_references_in_a_circle_come_with_the_updates(wizard: Wizard) -> None:
    files = wizard.imports("one", "full")
    assert [(name, action, sorted(rows)) for name, action, rows in files] == [
        ("Account", "insert", ["f1", "f2", "f3", "f4"]),
        ("Contact", "insert", ["p1", "p2", "p3", "p4"]),
        ("Account", "update", ["f1", "f3"]),
    ]
    assert {row["parent"] for row in files[0][2].values()} == {None}
    assert files[2][2]["f1"] == SOURCE["Account"]["f1"]


def test_a_record_that_no_file_can_hold_is_rejected_with_its_reason_and_the_others_go(new_wizard: Wizard) -> None:
    new_wizard.form = "encoding: cp1252"
    assert new_wizard.load("one") == {"inserted": 3, "rejected": 1}
    assert ("Contact", "insert", "p3") not in new_wizard.actions("one")
    [(key, reason, message)] = new_wizard.rows("SELECT source_key, reason, message FROM crm_migration_rejected_row")
    assert (key, reason, message) == (
        "p3", "refused_by_target", "last_name: expected letters of cp1252, found others",
    )  # fmt: skip


def test_records_whose_rows_are_gone_are_listed_for_a_person_to_delete(new_wizard: Wizard) -> None:
    new_wizard.on_delete = "delete"
    new_wizard.load("one")
    new_wizard.change("DELETE FROM firms WHERE id = 'f4'")
    new_wizard.load("two")
    assert new_wizard.content("two")["to_delete.csv"].decode("utf-8-sig").splitlines() == [
        '"object","external_id","crm_id"', '"Account","f4",""',
    ]  # fmt: skip
    assert new_wizard.actions("two") == set()


def test_a_refused_record_is_rejected_with_the_wizards_reason_and_alone_comes_again(wizard: Wizard) -> None:
    told = {key: (f"00Q{key}", "") for key in ("p1", "p3", "p4")} | {"p2": ("", "LAST_NAME_NOT_ALLOWED: Ray")}
    file = wizard.result("contacts.csv", "legacy_key", told)
    assert wizard.results("one", file) == {"Contact": {"created": 3, "refused": 1}}
    assert wizard.results("one", file) == {"Contact": {"created": 4 - 1, "refused": 1}}
    rejected = wizard.rows("SELECT source_key, reason, message FROM crm_migration_rejected_row")
    assert rejected == [("p2", "refused_by_target", "LAST_NAME_NOT_ALLOWED: <last_name>")]
    assert wizard.rows("SELECT source_key FROM crm_migration_crosswalk WHERE target_id = 'p2'") == []
    ids = wizard.rows("SELECT external_key, target_id FROM crm_migration_api_call WHERE target_id IS NOT NULL")
    assert sorted(ids) == [("p1", "00Qp1"), ("p3", "00Qp3"), ("p4", "00Qp4")]
    wizard.change("UPDATE people SET name = 'Rey' WHERE id = 'p2'")
    assert wizard.load("two") == {"inserted": 1, "unchanged": 3}
    assert wizard.actions("two") == {("Contact", "insert", "p2")}


def test_a_refused_change_is_as_before_and_comes_again(wizard: Wizard) -> None:
    wizard.change("UPDATE people SET name = 'Reed' WHERE id IN ('p1', 'p2')")
    wizard.load("two")
    wizard.results("two", wizard.result("r.csv", "legacy_key", {"p1": ("1", ""), "p2": ("", "locked")}))
    replica = "SELECT id, last_name FROM crm_migration_replica_Contact WHERE id IN ('p1', 'p2') ORDER BY id"
    assert wizard.rows(replica) == [("p1", "Reed"), ("p2", "Ray")]
    assert wizard.rows("SELECT source_key, message FROM crm_migration_rejected_row") == [("p2", "locked")]
    assert wizard.load("three") == {"updated": 1, "unchanged": 3}
    assert wizard.actions("three") == {("Contact", "update", "p2")}


def test_a_refused_second_import_leaves_the_record_and_sends_its_reference_again(wizard: Wizard) -> None:
    file = wizard.result("r.csv", "Legacy key", {"f1": ("1", ""), "f3": ("", "circle")})
    with pytest.raises(OperatorNeeded, match=r"say which with --object and --action"):
        wizard.results("one", file)
    assert wizard.results("one", file, said=Said("Account", "update")) == {"Account": {"updated": 1, "refused": 1}}
    assert wizard.load("two", "account") == {"updated": 1, "unchanged": 3}
    assert wizard.actions("two") == {("Account", "update", "f3")}
    assert wizard.imported("one", "two")["Account"]["f3"]["parent"] == "f1"


def test_the_command_reads_results_and_names_what_is_wrong(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LEGACY", "sqlite:////nowhere")
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER", wizard.ledger_url)
    monkeypatch.setenv("AIRFLOW_CONN_FOLDER", json.dumps({"conn_type": "fs", "extra": {"path": f"{wizard.root}/out"}}))
    monkeypatch.setenv("CRM_MIGRATION_STAGING", f"{wizard.root}/staging")
    called = ["results", f"{wizard.root}/legacy.yaml", "--run", "one"]
    file = wizard.result("r.csv", "legacy_key", {"p1": ("1", ""), "p2": ("", "no")})
    done = CliRunner().invoke(app, [*called, str(file), "--json"])
    assert json.loads(done.stdout) == {"ok": True, "records": {"Contact": {"created": 3, "refused": 1}}}
    missing = CliRunner().invoke(app, [*called, str(wizard.root / "no.csv"), "--json"])
    assert missing.exit_code == 1
    assert json.loads(missing.stdout)["problems"] == [
        "no.csv: expected a file, found none; give the path of a file that is there"
    ]


def test_results_with_an_unknown_key_change_nothing(wizard: Wizard) -> None:
    good = wizard.result("good.csv", "legacy_key", {"p2": ("", "no")})
    bad = wizard.result("bad.csv", "legacy_key", {"p1": ("", "no"), "zz": ("", "no")})
    with pytest.raises(ResultKeyUnknown, match=r"^bad\.csv"):
        wizard.results("one", good, bad)
    assert wizard.rows("SELECT count(*) FROM crm_migration_rejected_row") == [(0,)]
    assert wizard.rows("SELECT count(*) FROM crm_migration_api_call") == [(0,)]


def test_a_result_file_without_a_record_says_nothing_unless_its_name_tells_the_import(wizard: Wizard) -> None:
    assert wizard.results("one", wizard.result("failed.csv", "Legacy key", {})) == {}
    named = wizard.result("01_Account_create_001-failed.csv", "Legacy key", {})
    assert wizard.results("one", named) == {"Account": {"created": 4}}


def test_a_refused_record_that_a_later_run_has_changed_is_told_and_nothing_changes(wizard: Wizard) -> None:
    wizard.change("UPDATE people SET name = 'Reed' WHERE id = 'p2'")
    wizard.load("two")
    file = wizard.result("r.csv", "legacy_key", {"p1": ("", "no"), "p2": ("", "no")})
    with pytest.raises(ChangedSince, match="no later run has changed, found 1"):
        wizard.results("one", file)
    assert wizard.rows("SELECT count(*) FROM crm_migration_crosswalk WHERE target_id = 'p1'") == [(1,)]


def test_a_run_that_is_undone_puts_its_files_aside_and_says_how_the_crm_is_put_back(wizard: Wizard) -> None:
    wizard.change("UPDATE people SET name = 'Reed' WHERE id = 'p2'; INSERT INTO firms VALUES ('f9', 'Nine', NULL)")
    wizard.load("two")
    assert wizard.undo("two") == []
    place = wizard.place("two", "full").parent
    assert not wizard.has("two", "full")
    assert read_manifest(place / ASIDE / "full").state == "rolled_back"
    assert (place / UNDO / "to_delete.csv").read_text("utf-8-sig").splitlines()[1:] == ['"Account","f9",""']
    [(name, action, rows)] = wizard.imports("two", UNDO)
    assert (name, action, rows) == ("Contact", "update", {"p2": SOURCE["Contact"]["p2"]})
    assert "No result of an import is known." in (place / UNDO / UNDO_README).read_text()
    with pytest.raises(OperatorNeeded, match="rolled back already"):
        wizard.undo("two")
    assert wizard.load("three") == {"updated": 1, "unchanged": 3}
    assert wizard.actions("three") == {("Account", "insert", "f9"), ("Contact", "update", "p2")}


def test_an_undo_that_was_cut_off_before_the_files_is_finished_by_the_next(
    wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard.results("one", wizard.result("r.csv", "legacy_key", {"p1": ("00Qp1", ""), "p2": ("", "no")}))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", _killed)
        with pytest.raises(KeyboardInterrupt):
            wizard.undo("one")
    assert wizard.undo("one") == []
    place = wizard.place("one", UNDO)
    assert wizard.has("one", f"{ASIDE}/full")
    listed = (place / "to_delete.csv").read_text("utf-8-sig").splitlines()
    assert listed[1:4] == ['"Contact","p1","00Qp1"', '"Contact","p3",""', '"Contact","p4",""']
    assert "known from the wizard's results" in (place / UNDO_README).read_text()


def test_a_run_that_is_loaded_again_under_its_id_may_be_undone_again(wizard: Wizard) -> None:
    assert wizard.undo("one") == []
    first = (wizard.place("one", ASIDE) / "full" / "manifest.json").read_bytes()
    for number in (2, 3):
        assert wizard.load("one") == {"inserted": 4}
        assert wizard.undo("one") == []
        assert read_manifest(wizard.place("one", ASIDE) / f"full.{number}").state == "rolled_back"
    assert (wizard.place("one", ASIDE) / "full" / "manifest.json").read_bytes() == first
    assert not wizard.has("one", "full")
    assert len((wizard.place("one", UNDO) / "to_delete.csv").read_text("utf-8-sig").splitlines()) == 1 + 8


def test_what_was_deleted_is_created_again_by_the_files_of_an_undo(new_wizard: Wizard) -> None:
    new_wizard.on_delete = "delete"
    new_wizard.load("one")
    new_wizard.change("DELETE FROM firms WHERE id = 'f4'")
    new_wizard.load("two")
    assert new_wizard.undo("two") == []
    assert new_wizard.imports("two", UNDO) == [("Account", "insert", {"f4": SOURCE["Account"]["f4"]})]


def test_a_flag_of_rows_that_are_gone_is_a_column_of_the_files(new_wizard: Wizard) -> None:
    new_wizard.on_delete = "flag, deleted_flag: gone"
    new_wizard.load("one")
    new_wizard.change("DELETE FROM firms WHERE id = 'f4'")
    new_wizard.load("two")
    assert new_wizard.imports("two", "full") == [
        ("Account", "update", {"f4": {**SOURCE["Account"]["f4"], "gone": "1"}})
    ]


def test_a_result_file_may_hold_records_of_the_sample_and_of_the_rest(new_wizard: Wizard) -> None:
    alike = ", ".join(f"('q{number}', 'Lee', NULL, NULL, NULL, NULL, 'f1')" for number in range(20, 60))
    new_wizard.change(f"INSERT INTO people VALUES {alike}")
    new_wizard.load_after_sample("one")
    people = new_wizard.imported("one")["Contact"]
    in_sample = {key for name, _, rows in new_wizard.imports("one", "sample") if name == "Contact" for key in rows}
    assert 0 < len(in_sample) < len(people) == 44
    alone = new_wizard.result("s.csv", "legacy_key", {key: (f"c{key}", "") for key in in_sample})
    assert new_wizard.results("one", alone) == {"Contact": {"created": len(in_sample)}}
    both = new_wizard.result("r.csv", "legacy_key", dict.fromkeys(people, ("", "no")))
    assert new_wizard.results("one", both) == {"Contact": {"refused": 44}}
    assert new_wizard.load("two") == {"inserted": 44}
    assert {name for name, _, _ in new_wizard.actions("two")} == {"Contact"}


def test_a_field_of_another_kind_keeps_what_was_handed_over(wizard: Wizard) -> None:
    wider = MAPPING.replace("{from: worth, kind: money}", "{from: worth, kind: text}")
    assert wider != MAPPING
    wizard.load("two", mapping=wider)
    assert wizard.rows("SELECT worth FROM crm_migration_replica_Contact ORDER BY id")[1:] == [
        (None,), ("12345678901.25",), ("7",),
    ]  # fmt: skip


def test_the_ledger_may_be_on_a_server(server_wizard: Wizard) -> None:
    wizard = server_wizard
    wizard.load("one")
    assert wizard.imported("one") == SOURCE
    wizard.change("UPDATE people SET name = 'Reed' WHERE id IN ('p1', 'p2')")
    wizard.load("two")
    wizard.results("two", wizard.result("r.csv", "legacy_key", {"p1": ("1", ""), "p2": ("", "locked")}))
    assert wizard.undo("two") == []
    assert wizard.load("three") == {"updated": 2, "unchanged": 2}
    assert wizard.undo("three") == []
    assert wizard.undo("one") == []
    assert wizard.load("four") == {"inserted": 4}


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("external_id: legacy_key}", "external_id: legacy_key, id: number}", "expected 'id', or nothing"),
        ("quiet: {from: quiet, kind: boolean}", "id: {from: quiet, kind: text}", "expected no field named 'id'"),
        (
            "object: Contact, external_id: legacy_key",
            "object: Account, external_id: last_name",
            "expected 'legacy_key', by which the wizard finds the records of 'Account'",
        ),
        ("kind: boolean}", "kind: owner, object: user, by: mail}", "found 'owner'"),
        ("Account: {title", "Acount: {title", "did you mean 'Account'"),
        ("  ledger: ledger\n", "", "expected 'ledger: "),
    ],
)
def test_check_tells_what_cannot_be_handed_over(wizard: Wizard, was: str, becomes: str, fault: str) -> None:
    assert was in MAPPING
    with pytest.raises(MappingInvalid) as found:
        wizard.job("one", MAPPING.replace(was, becomes))
    assert [problem for problem in found.value.problems if fault in problem], found.value.problems
