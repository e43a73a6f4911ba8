import json

import polars as pl

from crm_migration.match import KnownRecords
from tests.match.stage import frame, mapping, run
from tests.match.test_match import pair, person

ERP = "erp.contact"
ANN = person("1", "Ann", "Lee", "a@x.org", phone="+491", city="Bonn")
ANN_AGAIN = person("2", "Ann", "Lee", "a@x.org", notes="second")
ANN_THIRD = person("3", "Ann", "Lee", phone="+491", notes="third")


def target(*rows: dict) -> list[pl.DataFrame]:
    """Return golden records as they stand in the target, `_key` naming the golden id."""
    return [frame(list(rows)).rename({"_key": "_golden"})]


def placed(**golden_of: str) -> pl.DataFrame:
    keys = {key.removeprefix("k"): golden for key, golden in golden_of.items()}
    schema = {"source_key": pl.String(), "golden_id": pl.String()}
    return pl.DataFrame(list(keys.items()), schema=schema, orient="row")


def known(
    crosswalk: pl.DataFrame | None = None, records: list | None = None, lineage: list | None = None
) -> KnownRecords:
    nothing = KnownRecords.nothing()
    columns = nothing.lineage.schema
    members = pl.DataFrame(lineage or [], schema=columns, orient="row")
    return KnownRecords(nothing.crosswalk if crosswalk is None else crosswalk, records, members)


def record(row: dict) -> str:
    return json.dumps({name: value for name, value in row.items() if name != "_key"})


def test_a_second_run_over_the_same_rows_changes_nothing(tmp_path):
    rows = [ANN, ANN_AGAIN, ANN_THIRD, person("4", "Tom", "Lee", "t@x.org")]
    first = run(tmp_path / "1", rows)
    again = run(tmp_path / "2", rows, first.known())
    assert again.members == first.members
    assert again.tables["golden"].sort("_golden").equals(first.tables["golden"].sort("_golden"))
    assert again.tables["lineage"].equals(first.tables["lineage"])
    assert again.golden.facts["by_key"] == {"email": 0, "phone": 0}


def test_a_new_row_joins_the_golden_record_of_a_known_row_in_the_extract(tmp_path):
    first = run(tmp_path / "1", [ANN_AGAIN])
    done = run(tmp_path / "2", [ANN, ANN_AGAIN], first.known())
    assert done.members == {"1": "crm.contact:2", "2": "crm.contact:2"}
    assert dict(done.tables["members"].select("_key", "_master").rows()) == {"1": False, "2": True}
    assert done.record("crm.contact:2")["_key"] == "2"
    assert set(done.tables["lineage"]["_key"]) == {"1", "2"}


def test_a_known_row_is_never_matched_again(tmp_path):
    apart = known(placed(k1="crm.contact:1", k2="crm.contact:2"))
    done = run(tmp_path, [ANN, ANN_AGAIN], apart)
    assert done.members == {"1": "crm.contact:1", "2": "crm.contact:2"}
    assert done.review == set()


def test_a_new_row_joins_a_record_of_another_source_in_the_target(tmp_path):
    stands = person("erp.contact:77", "Ann", "Lee", "a@x.org", city="Bonn", account="their key")
    done = run(tmp_path, [ANN_AGAIN], known(records=target(stands)))
    assert done.members == {"2": "erp.contact:77"}
    golden = done.record("erp.contact:77")
    assert (golden["_key"], golden["_members"], golden["city"], golden["notes"]) == (None, 2, "Bonn", "second")
    assert golden["account"] is None, "a key of another source must not be read as one of ours"
    assert set(done.tables["lineage"].select("_source", "_key").rows()) == {
        ("crm.contact", "2"),
        ("erp.contact", "77"),
    }, "what the record was is kept, so that the row can leave it again"
    assert not done.tables["members"]["_master"].any()


def test_a_record_that_nobody_meets_is_not_touched(tmp_path):
    stranger = person("erp.contact:78", "Tom", "Lee", "t@x.org")
    done = run(tmp_path, [ANN], known(records=target(stranger)))
    assert done.tables["golden"]["_golden"].to_list() == ["crm.contact:1"]


def test_records_may_carry_only_some_fields_and_come_in_many_batches(tmp_path):
    batches = (pl.DataFrame({"_golden": [f"erp.contact:{n}"], "email": [f"{n}@x.org"]}) for n in range(5))
    rows = [person("1", "Ann", "Lee", "3@x.org"), person("2", "Tom", "Li", "4@x.org")]
    done = run(tmp_path, rows, known(records=batches))
    assert done.members == {"1": "erp.contact:3", "2": "erp.contact:4"}
    assert done.record("erp.contact:3")["given_name"] == "Ann"


def test_a_new_row_meets_a_member_whose_value_did_not_survive(tmp_path):
    old = person("9", "Ann", "Lee", "old@x.org")
    lineage = [
        ("erp.contact:77", "erp.contact", "77", record(ANN)),
        ("erp.contact:77", "crm.contact", "9", record(old)),
    ]
    done = run(tmp_path, [person("5", "Ann", "Lee", "old@x.org")], known(placed(k9="erp.contact:77"), lineage=lineage))
    assert done.members == {"5": "erp.contact:77"}
    assert done.record("erp.contact:77")["_members"] == 3


def test_a_changed_member_rebuilds_the_record_from_the_members_that_did_not_change(tmp_path):
    first = run(tmp_path / "1", [ANN, ANN_AGAIN, ANN_THIRD])
    done = run(tmp_path / "2", [{**ANN_AGAIN, "notes": "changed"}], first.known())
    golden = done.record("crm.contact:1")
    assert (golden["_key"], golden["_members"], golden["city"]) == ("1", 3, "Bonn")
    assert done.tables["members"].row(0) == ("2", "crm.contact:1", False, None, False)
    assert done.tables["lineage"]["_key"].to_list() == ["2"]
    assert "changed" in done.tables["lineage"]["record"][0]


def test_the_target_stands_in_for_a_founder_that_the_ledger_lacks(tmp_path):
    done = run(
        tmp_path, [ANN_AGAIN], known(placed(k2="crm.contact:1"), records=target({**ANN, "_key": "crm.contact:1"}))
    )
    golden = done.record("crm.contact:1")
    assert (golden["_key"], golden["_members"], golden["city"]) == ("1", 2, "Bonn")
    assert set(done.tables["lineage"]["_key"]) == {"1", "2"}


def test_two_golden_records_are_never_joined(tmp_path):
    one = person("erp.contact:1", "Ann", "Lee", "a@x.org")
    other = person("erp.contact:2", "Ann", "Lee", phone="+491")
    done = run(tmp_path, [ANN], known(records=target(one, other)))
    assert done.members == {"1": "erp.contact:1"}
    assert done.review == {("1", "erp.contact:2", "phone", "both_exist")}
    assert done.record("erp.contact:1")["_members"] == 2


def test_a_guard_looks_at_every_member_of_the_record(tmp_path):
    lineage = [
        ("erp.contact:1", "erp.contact", "1", record(ANN)),
        ("erp.contact:1", "erp.contact", "2", record(person("", None, "Lee", "b@x.org"))),
    ]
    done = run(tmp_path, [person("5", "Tom", "Lee", "b@x.org")], known(lineage=lineage))
    assert done.members == {"5": "crm.contact:5"}
    assert done.review == {("5", "erp.contact:2", "email", "conflict_in_cluster")}


def test_a_full_cluster_takes_nobody_in(tmp_path):
    config = mapping({"guards": {"given_name": "given_name", "max_cluster": 2}})
    first = run(tmp_path / "1", [ANN, ANN_AGAIN], config=config)
    done = run(tmp_path / "2", [ANN_THIRD], first.known(), config=config)
    assert done.members == {"3": "crm.contact:3"}
    assert done.review == {("1", "3", "phone", "max_cluster")}


def test_the_targets_copy_of_a_row_does_not_fill_its_cluster(tmp_path):
    config = mapping({"guards": {"given_name": "given_name", "max_cluster": 2}})
    first = run(tmp_path / "1", [ANN], config=config)
    edited = first.tables["golden"].drop("_key", "_members").with_columns(phone=pl.lit("+492"))
    done = run(tmp_path / "2", [ANN, person("2", "Ann", "Lee", phone="+492")], first.known([edited]), config=config)
    assert done.merged == {pair("1", "2")}


def test_a_new_row_between_two_known_ones_does_not_put_them_up_for_review(tmp_path):
    apart = known(placed(k1="crm.contact:1", k2="crm.contact:2"))
    done = run(tmp_path, [ANN, ANN_AGAIN, person("3", "Ann", "Lee", "a@x.org")], apart)
    assert done.members == {"1": "crm.contact:1", "2": "crm.contact:2", "3": "crm.contact:1"}
    assert done.review == {("2", "3", "email", "both_exist")}


def test_a_value_that_only_known_rows_share_is_old_news(tmp_path):
    rows = [person(str(n), "Ann", "Lee", phone="+49") for n in range(6)]
    everyone = known(placed(**{f"k{n}": f"crm.contact:{n}" for n in range(6)}))
    done = run(tmp_path, [*rows, person("9", "Tom", "Lee", "t@x.org")], everyone)
    assert done.review == set()
    assert done.golden.facts["shared_values"] == 0


def test_a_record_met_by_a_value_edited_in_the_target_brings_all_its_members(tmp_path):
    lineage = [(f"{ERP}:7", ERP, str(n), record(ANN)) for n in (7, 8)]
    edited = {**ANN, "_key": f"{ERP}:7", "email": "edited@x.org"}
    done = run(tmp_path, [person("1", "Ann", "Lee", "edited@x.org")], known(records=target(edited), lineage=lineage))
    assert done.members == {"1": f"{ERP}:7"}
    assert done.record(f"{ERP}:7")["_members"] == 3


def test_only_a_row_that_is_merged_now_names_its_key(tmp_path):
    first = run(tmp_path / "1", [ANN, ANN_AGAIN])
    done = run(tmp_path / "2", [ANN, ANN_AGAIN, person("3", "Ann", "Lee", "a@x.org")], first.known())
    assert dict(done.tables["members"].select("_key", "_merged_by").rows()) == {"1": None, "2": None, "3": "email"}
    assert done.golden.facts["by_key"] == {"email": 1, "phone": 0}


def test_holders_are_counted_with_those_who_are_known(tmp_path):
    stands = [person(f"erp.contact:{n}", "Ann", "Lee", phone="+49") for n in range(5)]
    new = person("1", "Ann", "Lee", phone="+49")
    crowded = run(tmp_path / "a", [new], known(records=target(*stands)))
    assert crowded.members == {"1": "crm.contact:1"}
    assert crowded.review == {("1", "erp.contact:0", "phone", "key_value_shared_by_many")}


def test_a_record_and_its_own_row_are_one_holder(tmp_path):
    rows = [person(f"{n}", "Ann", "Lee", phone="+49") for n in range(5)]
    first = run(tmp_path / "1", rows[:4])
    records = [first.tables["golden"].drop("_key", "_members")]
    done = run(tmp_path / "2", rows, first.known(records))
    assert done.clusters == {pair("0", "1", "2", "3", "4")}


def test_one_customer_of_many_sources_is_one_holder(tmp_path):
    lineage = [(f"{ERP}:7", f"{ERP}{n}", "7", record(ANN)) for n in range(8)]
    done = run(tmp_path, [ANN_AGAIN], known(records=target({**ANN, "_key": f"{ERP}:7"}), lineage=lineage))
    assert done.members == {ANN_AGAIN["_key"]: f"{ERP}:7"}
    assert done.review == set()


def test_the_targets_copy_of_a_row_in_the_extract_changes_nothing(tmp_path):
    one = person("0", "Ann", "Lee", "a@x.org", phone="+2")
    other = person("1", "Ann", "Lee", "b@x.org", phone="+1")
    new = [person("2", "Ann", "Lee", "b@x.org", phone="+1"), person("3", "Ann", "Lee", "a@x.org", phone="+1")]
    first = run(tmp_path / "1", [one, other])
    records = [first.tables["golden"].drop("_key", "_members")]
    without = run(tmp_path / "2", [one, other, *new], first.known())
    beside = run(tmp_path / "3", [one, other, *new], first.known(records))
    apart = run(tmp_path / "4", new, first.known(records))
    assert beside.members == without.members
    assert apart.members == {key: without.members[key] for key in ("2", "3")}


def test_joining_a_stand_in_again_does_not_let_an_aggregate_grow(tmp_path):
    config = mapping({"survivorship": {"fields": {"notes": "aggregate"}}})
    stands = person("erp.contact:77", "Ann", "Lee", "a@x.org", notes="first")
    crosswalk, seen = None, []
    for number in range(3):
        done = run(tmp_path / str(number), [ANN_AGAIN], known(crosswalk, target(stands)), config=config)
        golden = done.record("erp.contact:77")
        crosswalk = placed(k2="erp.contact:77")
        stands = {"_key": "erp.contact:77", **{k: v for k, v in golden.items() if not k.startswith("_")}}
        seen.append(sorted(golden["notes"].split("; ")))
    assert seen == [["first", "second"]] * 3


def test_an_unchanged_target_is_not_read_when_every_row_is_known(tmp_path):
    def unread():
        raise AssertionError("read")
        yield

    first = run(tmp_path / "1", [ANN, ANN_AGAIN])
    again = KnownRecords(first.known().crosswalk, unread(), first.known().lineage)
    assert run(tmp_path / "2", [ANN, ANN_AGAIN], again).members == first.members


def test_a_key_may_hold_colons_and_line_breaks(tmp_path):
    odd = ["a:b|c", "x\ny", "crm:1"]
    rows = [person(key, "Ann", "Lee", f"{number}@x.org") for number, key in enumerate(odd)]
    first = run(tmp_path / "1", rows)
    assert first.members == {key: f"crm.contact:{key}" for key in odd}
    twins = [{**row, "_key": f"z{row['_key']}"} for row in rows]
    records = [first.tables["golden"].drop("_key", "_members")]
    done = run(tmp_path / "2", twins, first.known(records))
    assert done.members == {f"z{key}": f"crm.contact:{key}" for key in odd}
    assert set(done.tables["lineage"]["_key"]) == {*odd, *(f"z{key}" for key in odd)}


def test_a_record_of_two_sources_is_each_ones_row_and_not_one_that_says_it_all(tmp_path):
    founder = {**person("", "Ann", "Lee", "a@x.org", phone="+490"), "notes": None, "_as_joined": True}
    del founder["_key"]
    lineage = [
        ("erp.contact:7", ERP, "7", json.dumps(founder, separators=(",", ":"))),
        ("erp.contact:7", "shop.contact", "3", record(person("", "Ann", "Lee", "a@x.org", notes="shop"))),
    ]
    stands = person("erp.contact:7", "Ann", "Lee", "a@x.org", phone="+490", city="Bonn", notes="shop")
    row = person("1", "Ann", "Lee", "a@x.org", notes="crm", no_contact=True)
    golden = run(tmp_path, [row], known(records=target(stands), lineage=lineage)).record("erp.contact:7")
    assert golden["_members"] == 3
    assert golden["notes"] == "crm", "the row is fuller than the shop's, if not than both together"
    assert golden["city"] == "Bonn", "the shop has no such field: it can only be the founder's"
