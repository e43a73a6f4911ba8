import json
import logging
from datetime import UTC, datetime
from itertools import pairwise, permutations

import polars as pl
import pytest

from crm_migration.errors import MappingInvalid, StagingMissing
from crm_migration.match import KnownRecords, match
from crm_migration.staging import RunFolder, TableWriter
from tests.match.stage import EMAIL, PHONE, frame, mapping, run


def person(key: str, given: str | None, family: str | None, email: str | None = None, **more: object) -> dict:
    return {"_key": key, "given_name": given, "family_name": family, "email": email, **more}


def company(key: str, name: str, website: str | None = None, tax: str | None = None) -> dict:
    return {"_key": key, "name": name, "website": website, "tax_number": tax}


def pair(*keys: str) -> frozenset[str]:
    return frozenset(keys)


A, B = {"_key": "1", "email": "a@x.org"}, {"_key": "2", "email": "a@x.org"}
P, Q = {"_key": "1", "phone": "+491"}, {"_key": "2", "phone": "+491"}


def named(row: dict, given: str | None, family: str | None, **more: object) -> dict:
    return {**row, "given_name": given, "family_name": family, **more}


SAME = [
    ("other letters", named(A, "Ann", "Lee", email="A@x.org"), named(B, "Ann", "Lee", email="a@X.org"), "email"),
    ("a short form", named(A, "Robert", "Lee"), named(B, "Bob", "Lee"), "email"),
    ("an initial", named(A, "R.", "Lee"), named(B, "Robert", "Lee"), "email"),
    ("a misspelled given name", named(A, "Micheal", "Lee"), named(B, "Michael", "Lee"), "email"),
    ("given and family name swapped", named(A, "Lee", "Ann"), named(B, "Ann", "Lee"), "email"),
    ("no given name to object with", named(A, None, "Lee"), named(B, "Ann", "Lee"), "email"),
    ("phone and a misspelled family name", named(P, "Ann", "Johnson"), named(Q, "Ann", "Jonson"), "phone"),
    ("phone and a Chinese name in one field", named(P, "伟", "张"), named(Q, None, "张伟"), "phone"),
]


@pytest.mark.parametrize(("left", "right", "key"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_rows_of_one_customer_are_merged(tmp_path, left, right, key):
    done = run(tmp_path, [right, left])
    assert done.merged == {pair("1", "2")}
    assert set(done.members.values()) == {"crm.contact:1"}
    assert dict(done.tables["members"].select("_key", "_merged_by").rows()) == {"1": None, "2": key}
    assert dict(done.tables["members"].select("_key", "_master").rows()) == {"1": True, "2": False}
    assert done.golden.facts["by_key"][key] == 1


ROLE = {"email": "info@x.org"}
TRAPS = [
    ("two of one household share a phone", named(P, "Ann", "Lee"), named(Q, "Tom", "Lee"), None),
    ("a phone and no name", named(P, None, None), named(Q, None, None), None),
    ("two of one household share an address", named(A, "Ann", "Lee"), named(B, "Tom", "Lee"), "given_name"),
    ("a couple with names that look alike", named(A, "Michael", "Lee"), named(B, "Michelle", "Lee"), "given_name"),
    ("a role mailbox", named(A, "Ann", "Lee", email="INFO@x.org"), named(B, "Ann", "Lee", **ROLE), None),
    ("names alone", named(A, "Ann", "Lee", email=None), named(B, "Ann", "Lee", email=None), None),
    ("empty text is no address", named(A, "Ann", "Lee", email=" "), named(B, "Ann", "Lee", email=""), None),
    ("Chinese given names of two persons", named(A, "伟", "张"), named(B, "建国", "张"), "given_name"),
]


@pytest.mark.parametrize(("left", "right", "reason"), [case[1:] for case in TRAPS], ids=[case[0] for case in TRAPS])
def test_rows_of_two_customers_stay_apart(tmp_path, left, right, reason):
    done = run(tmp_path, [right, left])
    assert done.members == {"1": "crm.contact:1", "2": "crm.contact:2"}
    assert done.review == ({("1", "2", "email", reason)} if reason else set())


def test_a_switchboard_identifies_nobody(tmp_path):
    rows = [person(f"{n}", "Ann", "Lee", phone="+49") for n in range(6)]
    done = run(tmp_path, rows)
    assert done.merged == set()
    assert done.review == {("0", "1", "phone", "key_value_shared_by_many")}
    assert done.golden.facts["shared_values"] == 1
    assert run(tmp_path, rows[1:]).merged == {pair("1", "2", "3", "4", "5")}


def test_at_most_fifty_shared_values_a_key_are_shown(tmp_path):
    rows = [person(f"{n}", "Ann", "Lee", f"{n % 60}@x.org") for n in range(360)]
    done = run(tmp_path, rows, part_rows=100)
    assert done.golden.facts["shared_values"] == 60
    assert done.tables["review"].height == 50


def test_companies_of_one_name_are_not_merged_by_it(tmp_path):
    rows = [
        company("1", "Acme GmbH"),
        company("2", "ACME AG"),
        company("3", "Acme Ltd", "acme.com"),
        company("4", "Acme Limited", "https://www.acme.com/about"),
        company("5", "Other Brand", "acme.com"),
        company("6", "Zenith", tax="DE 123 456"),
        company("7", "Zenith Holding", tax="de-123456"),
    ]
    done = run(tmp_path, rows, entity="account")
    assert done.merged == {pair("3", "4"), pair("6", "7")}


def test_a_chain_joins_and_names_the_key_of_each_link(tmp_path):
    rows = [
        person("1", "Ann", "Lee", "a@x.org"),
        person("2", "Ann", "Lee", "a@x.org", phone="+491"),
        person("3", "Ann", "Lee", phone="+491"),
    ]
    done = run(tmp_path, rows)
    assert done.merged == {pair("1", "2", "3")}
    assert dict(done.tables["members"].select("_key", "_merged_by").rows()) == {"1": None, "2": "email", "3": "phone"}
    assert done.golden.facts == {
        "rows": 3, "golden": 1, "merged": 2, "clusters": 1, "by_key": {"email": 1, "phone": 1}, "review": 0,
        "shared_values": 0, "largest_cluster": 3, "by_decision": 0, "moved": 0,
    }  # fmt: skip


def test_a_chain_over_a_nameless_row_does_not_join_two_persons(tmp_path):
    rows = [
        person("1", "Ann", "Lee", "a@x.org"),
        person("2", None, "Lee", "a@x.org", phone="+491"),
        person("3", "Tom", None, "t@x.org", phone="+491"),
    ]
    config = mapping({"keys": [EMAIL, {"name": "phone", "fields": ["phone"]}]})
    done = run(tmp_path, rows, config=config)
    assert done.merged == {pair("1", "2")}
    assert done.review == {("2", "3", "phone", "conflict_in_cluster")}


FIT_TWO = {"an initial": ("J.", "James", "Judith"), "a later name": ("Hans", "Holger Hans", "Peter Hans")}


@pytest.mark.parametrize("names", FIT_TWO.values(), ids=FIT_TWO)
def test_an_initial_that_fits_two_persons_of_one_mailbox_is_shown(tmp_path, names):
    for order in permutations(names):
        keys = {str(number): name for number, name in enumerate(order)}
        done = run(tmp_path, [person(key, name, "Miller", "miller@x.org") for key, name in keys.items()])
        assert done.merged == set()
        torn = {(first, second) for first, second, _, reason in done.review if reason == "conflict_in_cluster"}
        assert {frozenset(keys[key] for key in shown) for shown in torn} == {
            frozenset({names[0], other}) for other in names[1:]
        }


def test_an_initial_that_fits_one_of_two_persons_joins_that_one(tmp_path):
    rows = [person(f"{n}", name, "Lee", "lee@x.org") for n, name in enumerate(["Rob", "Robert", "R.", "Ann", "ann"])]
    assert run(tmp_path, rows).merged == {pair("0", "1", "2"), pair("3", "4")}


def test_a_cluster_that_is_too_large_stays_apart(tmp_path):
    def chain(length: int) -> list[dict]:
        links = list(pairwise(range(length + 1)))
        return [person(f"{a}", "Ann", "Lee", f"{a // 2}@x.org", phone=f"+{b // 2}") for a, b in links]

    config = mapping({"guards": {"given_name": "given_name", "max_cluster": 4}})
    done = run(tmp_path, chain(5), config=config)
    assert done.merged == set()
    assert {line[3] for line in done.review} == {"max_cluster"}
    assert len(done.review) == 4
    assert len(run(tmp_path, chain(4), config=config).merged) == 1


def test_without_a_match_each_row_is_itself(tmp_path):
    rows = [person("1", "Ann", "Lee", "a@x.org"), person("2", "Ann", "Lee", "a@x.org")]
    known = KnownRecords(
        pl.DataFrame({"source_key": ["2"], "golden_id": ["other.contact:9"]}), None, KnownRecords.nothing().lineage
    )
    done = run(tmp_path, rows, known, config=mapping({}))
    assert done.members == {"1": "crm.contact:1", "2": "other.contact:9"}
    assert dict(done.tables["golden"].select("_golden", "_key").rows()) == {
        "crm.contact:1": "1",
        "other.contact:9": None,
    }
    assert dict(done.tables["members"].select("_key", "_master").rows()) == {"1": True, "2": False}


def test_no_rows_make_empty_tables_with_all_their_columns(tmp_path):
    done = run(tmp_path, [])
    assert {name: table.columns[:4] for name, table in done.tables.items()} == {
        "members": ["_key", "_golden", "_master", "_merged_by"],
        "golden": ["_golden", "_key", "_members", "given_name"],
        "lineage": ["_key", "_golden", "_source", "record"],
        "review": ["_key_a", "_key_b", "rule", "reason"],
    }
    assert all(table.is_empty() for table in done.tables.values())
    assert done.golden.facts["rows"] == done.golden.facts["largest_cluster"] == 0


def test_a_clean_table_without_parts_still_gives_every_column(tmp_path):
    folder = RunFolder(str(tmp_path), "crm", "run")
    TableWriter(folder, "contact", "clean").finish()
    golden = match(mapping(), "contact", folder, KnownRecords.nothing())
    assert list(golden.columns) == ["_golden", "_key", "_members", *mapping().entities["contact"].fields]
    assert golden.rows == 0


def test_golden_records_have_the_types_of_clean_and_single_rows_pass_untouched(tmp_path):
    rows = [
        person("1", "Ann", "Lee", "a@x.org", city="Bonn", modified=datetime(2024, 1, 1, tzinfo=UTC)),
        person("2", "Ann", None, "a@x.org", city="Köln", no_contact=True),
        person("3", " keep ", "", "c@x.org"),
    ]
    done = run(tmp_path, rows)
    fields = frame(rows).drop("_key")
    golden = done.tables["golden"]
    assert golden.drop("_golden", "_key", "_members").schema == fields.schema
    alone = golden.filter(pl.col("_key") == "3").drop("_golden", "_key", "_members")
    assert alone.row(0) == fields.row(2)
    both = done.record("crm.contact:1")
    assert (both["_key"], both["_members"], both["city"], both["no_contact"]) == ("1", 2, "Bonn", True)


def test_lineage_holds_every_member_of_a_merge(tmp_path):
    rows = [person("1", "Ann", "Lee", "a@x.org"), person("2", "Ann", "Li", "a@x.org"), person("3", "Tom", "Lee")]
    lineage = run(tmp_path, rows).tables["lineage"]
    assert set(lineage.select("_key", "_golden", "_source").rows()) == {
        ("1", "crm.contact:1", "crm.contact"),
        ("2", "crm.contact:1", "crm.contact"),
    }
    records = {key: json.loads(record) for key, record in lineage.select("_key", "record").rows()}
    assert records["2"]["family_name"] == "Li"
    assert set(records["2"]) == set(mapping().entities["contact"].fields)


def test_what_is_merged_in_groups_is_what_is_merged_at_once(tmp_path, monkeypatch):
    rows = [person(f"{n}", "Ann", "Lee", f"{n // 3}@x.org", city=f"c{n}") for n in range(30)]
    at_once = run(tmp_path / "a", rows).tables["golden"]
    monkeypatch.setattr("crm_migration.match.room._GROUP_ROWS", 4)
    assert run(tmp_path / "b", rows).tables["golden"].sort("_golden").equals(at_once.sort("_golden"))


def test_a_field_may_have_any_name(tmp_path):
    fields = {name: {"kind": "text", "from": name} for name in ("node", "record", "golden", "member", "identity")}
    config = mapping().model_dump(by_alias=True)
    config["entities"]["contact"] |= {"fields": fields, "match": {"keys": [{"name": "value", "fields": ["node"]}]}}
    config["entities"].pop("account")
    rows = pl.DataFrame({"_key": ["1", "2"], **{name: ["a", "a"] for name in fields}})
    config = type(mapping()).model_validate(config)
    first = run(tmp_path, rows[:1], config=config)
    done = run(tmp_path, rows[1:], first.known([first.tables["golden"].drop("_key", "_members")]), config=config)
    assert done.members == {"2": "crm.contact:1"}
    assert done.record("crm.contact:1")["member"] == "a"


def test_faults_are_told_before_anything_is_written(tmp_path):
    with pytest.raises(StagingMissing, match="clear the task"):
        match(mapping(), "contact", RunFolder(str(tmp_path), "crm", "run"), KnownRecords.nothing())
    with pytest.raises(MappingInvalid, match="no field 'mail'"):
        run(tmp_path, [person("1", "Ann", "Lee")], config=mapping({"keys": [{"name": "mail", "fields": ["mail"]}]}))
    assert not (tmp_path / "crm" / "run" / "contact" / "members").exists()


def test_the_log_counts_and_shows_nobody(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "crm_migration")
    run(tmp_path, [person("k-secret", "Ann", "Lee", "a@x.org"), person("2", "Anna", "Lee", "a@x.org")])
    assert "'merged': 1" in caplog.text
    for value in ("k-secret", "Ann", "Lee", "a@x.org"):
        assert value not in caplog.text


@pytest.mark.parametrize(
    "broken",
    [
        {"crosswalk": pl.DataFrame({"source_key": ["1"]})},
        {"crosswalk": pl.DataFrame({"source_key": ["1", "1"], "golden_id": ["a", "b"]})},
        {"lineage": pl.DataFrame({"golden_id": ["a"]})},
    ],
)
def test_known_records_of_another_shape_are_refused(broken):
    nothing = KnownRecords.nothing()
    with pytest.raises(ValueError, match="known"):
        KnownRecords(**{"crosswalk": nothing.crosswalk, "records": None, "lineage": nothing.lineage} | broken)


def test_similar_names_in_one_field(tmp_path):
    config = mapping({"keys": [{**PHONE, "similar": {"fields": ["family_name"]}}], "guards": {}})
    rows = [
        person("1", None, "Smith, John", phone="+1"),
        person("2", None, "John A. Smith", phone="+1"),
        person("3", None, "Mary Smith", phone="+1"),
    ]
    assert run(tmp_path, rows, config=config).merged == {pair("1", "2")}
