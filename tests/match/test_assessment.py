"""What the model merges and what it only shows: the hard cases, by themselves and beside records that exist."""

import json
from pathlib import Path

import polars as pl
import pytest

from crm_migration.match import KnownRecords
from tests.match.customers import STREETS, Row, customers, frame, learned, mapping, run
from tests.match.stage import Matched

ANNA: Row = {
    "given_name": "anneliese", "family_name": "huber", "email": "anneliese.huber7@x.example", "phone": "0891234567",
    "street": "Bergweg 4", "postal_code": "10111", "city": "Kiel", "birth_date": "1950-01-02",
}  # fmt: skip
HOTEL: Row = {
    "name": "Hotel Adler East GmbH", "email": "info@adler.example", "phone": "0891234567",
    "website": "https://adler.example", "street": "Bergweg 4", "postal_code": "10111", "city": "Kiel",
}  # fmt: skip
MAIL = {"name": "mail", "fields": ["email"]}


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the files of the two models."""
    root = tmp_path_factory.mktemp("models")
    for kind in ("person", "company"):
        learned(kind).write(root / f"{kind}.json")
    return {kind: root / f"{kind}.json" for kind in ("person", "company")}


PERSONS: dict[str, tuple[Row, Row, set[str]]] = {
    "no phone, no date": ({}, {"phone": None, "birth_date": None}, {"merged"}),
    "misspelt, no e-mail": ({}, {"email": None, "given_name": "annelise"}, {"merged"}),
    "names swapped": ({"family_name": "adler"}, {"given_name": "adler", "family_name": "anneliese"}, {"merged"}),
    "a digit of the date": ({}, {"birth_date": "1950-01-03", "phone": None}, {"merged"}),
    "father and son": (
        {},
        {"given_name": "bertold", "email": None, "birth_date": "1982-11-30"},
        {"apart", "given_name"},
    ),
    "senior and junior": ({"family_name": "huber sr"}, {"family_name": "huber jr", "birth_date": None}, {"given_name"}),
    "twins in one mailbox": ({}, {"given_name": "gertraud"}, {"given_name"}),
    "namesakes of two generations": ({}, {"email": None, "birth_date": "1981-09-30"}, {"apart", "birth_date"}),
    "namesakes of two generations in one mailbox": (
        {"email": "hubers@gmx.de"},
        {"birth_date": "1981-09-30"},
        {"birth_date"},
    ),
    "nothing but the name": ({}, dict.fromkeys(set(ANNA) - {"given_name", "family_name"}), {"apart", "name_only"}),
    "an initial, another phone": (
        {"email": "hubers@gmx.de"},
        {"given_name": "a", "phone": "0305554433", "birth_date": None},
        {"weak_name"},
    ),
    "an initial, one date": ({}, {"given_name": "a", "phone": "0305554433"}, {"merged"}),
    "the later name, another mailbox": (
        {"given_name": "herbert anneliese"},
        {"given_name": "anneliese", "email": "anni77@x.example", "birth_date": None},
        {"apart", "weak_name"},
    ),
    "the same name in letters of another order": (
        {"family_name": "adler"},
        {"given_name": "adlre", "family_name": "anneliese"},
        {"merged"},
    ),
    "surnames of one sound, phones of one office": (
        {"given_name": "玲", "family_name": "王", "phone": "0301112233"},
        {"given_name": "玲", "family_name": "汪", "email": "wl66@x.example", "phone": "0301112234", "birth_date": None},
        {"apart", "weak_name"},
    ),
    "surnames of one sound, one phone": (
        {"given_name": "玲", "family_name": "王"},
        {"given_name": "玲", "family_name": "汪", "birth_date": None},
        {"merged"},
    ),
    "half a name": ({}, {"given_name": None, "birth_date": None, "email": None}, {"apart", "weak_name"}),
}
COMPANIES: dict[str, tuple[Row, Row, set[str]]] = {
    "another form": ({}, {"name": "HOTEL ADLER EAST AG", "phone": None}, {"merged"}),
    "a hyphen": ({}, {"name": "Hotel Adler-East", "website": None}, {"merged"}),
    "East and West": ({}, {"name": "Hotel Adler West GmbH"}, {"company_name"}),
    "numbered": ({}, {"name": "Hotel Adler 2 GmbH"}, {"company_name"}),
    "branches": ({}, {"street": "Uferweg 99", "postal_code": "21112", "city": "Jena", "phone": "0305554433"},
                 {"apart", "other_place"}),
    "a branch without an address": ({}, {"street": None, "postal_code": None, "city": None, "phone": "0305554433"},
                                    {"other_place"}),
    "a record without an address": ({}, {"street": None, "postal_code": None, "city": None}, {"merged"}),
    "a word once more": ({"name": "Adler Adler GmbH"}, {"name": "Adler Kiel GmbH"}, {"company_name"}),
    "nothing but the name": ({}, dict.fromkeys(set(HOTEL) - {"name"}), {"apart", "name_only"}),
}  # fmt: skip
CASES = {"person": PERSONS, "company": COMPANIES}


def of_its_own(row: Row, number: int) -> Row:
    """Return `row` with mailbox, phone, house and postal code of its own."""
    own = {"email": f"case{number}@x.example", "phone": f"0{891234567 + 7919 * number}"}
    own |= {"street": f"{STREETS[number % len(STREETS)]} {160 + number}", "postal_code": f"{30000 + 37 * number}"}
    return row | own | ({"website": f"https://case{number}.example"} if "website" in row else {})


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory, saved) -> dict[str, dict[str, str]]:
    """Return what becomes of each case's pair, all matched at once among strangers."""
    found = {}
    for kind, cases in CASES.items():
        rows = []
        for number, (case, (given, change, _)) in enumerate(cases.items()):
            one = of_its_own({"person": ANNA, "company": HOTEL}[kind], number) | given
            rows += [{**one, "_key": f"{case}: one"}, {**one, **change, "_key": f"{case}: other"}]
        every = pl.concat([customers(kind, 150, seed=11), frame(kind, rows)])
        done = run(tmp_path_factory.mktemp(kind), every, mapping(kind), model=saved[kind], known=None)
        found[kind] = {case: verdict(done, case) for case in cases}
    return found


def verdict(done: Matched, case: str) -> str:
    """Return `merged`, the reason why the two are shown to a person, or `apart`."""
    pair = {f"{case}: one", f"{case}: other"}
    if len({done.members[key] for key in pair}) == 1:
        return "merged"
    shown = [reason for a, b, _, reason in done.review if {a, b} == pair]
    return shown[0] if shown else "apart"


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind, cases in CASES.items() for case in cases])
def test_one_customer_is_merged_and_two_are_not(verdicts, kind, case):
    assert verdicts[kind][case] in CASES[kind][case][2]


@pytest.fixture
def matched(tmp_path, saved):
    """Return a function that matches two persons among some strangers, by the saved model."""

    def of(change: Row, both: Row | None = None, **config) -> Matched:
        one = ANNA | (both or {})
        pair = frame("person", [{**one, "_key": "x: one"}, {**one, **change, "_key": "x: other"}])
        rows = pl.concat([customers("person", 60, seed=11), pair])
        return run(tmp_path, rows, mapping("person", **config), model=saved["person"], known=None)

    return of


def test_a_strong_key_merges_what_the_model_doubts(matched):
    other = dict.fromkeys(ANNA) | {"given_name": "anneliese", "family_name": "zacharias", "email": ANNA["email"]}
    assert verdict(matched(other), "x") != "merged"
    assert verdict(matched(other, keys=[MAIL]), "x") == "merged"


def test_a_strong_key_does_not_merge_an_initial_beside_another_phone(matched):
    keyed = MAIL | {"similar": {"fields": ["given_name", "family_name"]}}
    other: Row = {"given_name": "a", "birth_date": None}
    private: Row = {"email": "hubers@gmx.de"}
    assert verdict(matched(other, private, keys=[keyed]), "x") == "merged"
    other |= {"phone": "0305554433"}
    assert verdict(matched(other, private, keys=[keyed]), "x") == "given_name"
    assert verdict(matched(other, {"email": "huber@adler.example"}, keys=[keyed]), "x") == "merged", "hers at work"


@pytest.mark.parametrize(
    ("born", "becomes"),
    [("1981-09-30", "birth_date"), ("1981-01-02", "merged"), ("1952-11-30", "merged"), ("1950-02-01", "merged")],
)
def test_a_strong_key_does_not_merge_namesakes_a_generation_apart(matched, born, becomes):
    keyed = MAIL | {"similar": {"fields": ["given_name", "family_name"]}}
    assert verdict(matched({"birth_date": born}, {"email": "hubers@gmx.de"}, keys=[keyed]), "x") == becomes


def test_a_strong_key_merges_swapped_names(matched):
    other = {"given_name": "hubre", "family_name": "anneliese", "birth_date": None, "phone": None}
    keyed = MAIL | {"similar": {"fields": ["given_name", "family_name"]}}
    assert verdict(matched(other, keys=[keyed]), "x") == "merged"


def test_a_merge_of_the_model_explains_itself(matched):
    done = matched({"phone": None, "given_name": "annelise"})
    told = done.tables["evidence"].filter(pl.col("a") == "crm.customer:x: one", pl.col("b") == "crm.customer:x: other")
    weights = json.loads(told["weights"].item())
    assert told["probability"].item() >= 0.99
    assert (weights["email"]["level"], weights["name"]["level"], weights["phone"]["level"]) == (
        "same",
        "alike",
        "missing",
    )
    assert weights["phone"]["weight"] == 0
    sizes = [abs(part["weight"]) for part in weights.values()]
    assert sizes == sorted(sizes, reverse=True), "the strongest first"
    assert done.golden.facts["by_model"] >= 1
    assert dict(done.tables["members"].select("_key", "_merged_by").rows())["x: other"] == "model"


def records(*rows: Row) -> list[pl.DataFrame]:
    """Return golden records as they stand in the target."""
    return [frame("person", list(rows), "_golden")]


def test_a_new_row_joins_a_record_of_the_target_without_sharing_a_strong_key(tmp_path, saved):
    stands = {**ANNA, "_golden": "erp.customer:7"}
    stranger = {**ANNA, "_golden": "erp.customer:8", "given_name": "gertraud", "email": "g@y.example"}
    known = KnownRecords(KnownRecords.nothing().crosswalk, records(stands, stranger), KnownRecords.nothing().lineage)
    new = frame("person", [{**ANNA, "_key": "new", "email": None, "given_name": "annelise"}])
    done = run(tmp_path, new, mapping("person", keys=[MAIL]), model=saved["person"], known=known)
    assert done.members == {"new": "erp.customer:7"}
    assert done.golden.facts["by_key"] == {"mail": 0}
    assert done.golden.facts["by_model"] == 1
    assert done.tables["evidence"].select("a", "b").rows() == [("crm.customer:new", "erp.customer:7")]


def test_records_of_the_target_are_not_matched_with_one_another(tmp_path, saved):
    twice = [{**ANNA, "_golden": f"erp.customer:{number}"} for number in (7, 8)]
    known = KnownRecords(KnownRecords.nothing().crosswalk, records(*twice), KnownRecords.nothing().lineage)
    done = run(
        tmp_path, frame("person", [{**ANNA, "_key": "new"}]), mapping("person"), model=saved["person"], known=known
    )
    assert done.members["new"] in {"erp.customer:7", "erp.customer:8"}
    assert {reason for *_, reason in done.review} == {"both_exist"}


def test_where_nothing_is_new_no_model_is_asked(tmp_path, saved):
    rows = pl.concat([customers("person", 60, seed=11), frame("person", [{**ANNA, "_key": "one"}])])
    first = run(tmp_path / "one", rows, mapping("person"), model=saved["person"], known=None)
    assert first.golden.facts["model"] == "saved"
    broken = tmp_path / "broken.json"
    broken.write_text("not a model", encoding="utf-8")
    again = run(tmp_path / "two", rows, mapping("person"), model=broken, known=first.known())
    assert again.members == first.members
    assert "model" not in again.golden.facts
    assert again.golden.facts["by_model"] == 0


def test_too_few_rows_to_learn_from_leave_the_strong_keys_alone(tmp_path):
    rows = frame(
        "person",
        [{**ANNA, "_key": "one"}, {**ANNA, "_key": "other"}, {**ANNA, "_key": "third", "email": "t@x.example"}],
    )
    done = run(tmp_path, rows, mapping("person", keys=[MAIL]), model=None, known=None)
    assert done.merged == {frozenset({"one", "other"})}
    assert done.golden.facts["model"].startswith("none")
