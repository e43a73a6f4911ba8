"""The labelled duplicate sets: duplicates can be told by a careful person, hard cases are two, a seed is a promise."""

import csv
import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import phonenumbers
import polars as pl
import pytest

from demo.duplicates.chances import Chances
from demo.duplicates.country_names import CN
from demo.duplicates.firms import Register
from demo.duplicates.record import COLUMNS, Draft
from demo.duplicates.sets import SETS, drafts, write
from demo.duplicates.spelling import digit_slip, mistyped

ROWS, SEED = 3000, 7
PERSONS = [name for name in SETS if name.startswith("persons")]
COMPANIES = [name for name in SETS if name.startswith("companies")]


@pytest.fixture(scope="module", params=SETS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(request.param, ROWS, SEED, tmp_path_factory.mktemp("sets"))


def _records(folder: Path) -> pl.DataFrame:
    records, truth = (pl.read_csv(folder / name, infer_schema=False) for name in ("records.csv", "truth.csv"))
    return records.join(truth, on="id", how="full", coalesce=True)


@cache
def _drafts(name: str) -> list[Draft]:
    return drafts(name, ROWS, SEED)[0]


def _groups(name: str, kind: str) -> list[list[Draft]]:
    """Return the first record of each member of the groups of a kind, groups of which the set has one member aside."""
    found: dict[str, dict[int, Draft]] = defaultdict(dict)
    for draft in _drafts(name):
        for label in draft.labels:
            if label.startswith(f"{kind}:"):
                found[label].setdefault(draft.cluster, draft)
    return [list(group.values()) for group in found.values() if len(group) > 1]


def _alike(group: list[Draft], what: Callable[[Draft], object]) -> bool:
    """Return whether all that say something of it say the same."""
    return len({what(draft) for draft in group if what(draft)}) <= 1


def _line(draft: Draft) -> object:
    return draft.place and draft.place.line


def _city(draft: Draft) -> object:
    return draft.place and draft.place.city


def _name(draft: Draft) -> str:
    return draft.whole or f"{draft.family}{draft.given}"


def test_a_set_has_the_layout_and_the_size_asked_for(folder):
    with (folder / "records.csv").open(encoding="utf-8", newline="") as lines:
        assert tuple(next(csv.reader(lines))) == COLUMNS
    records = _records(folder)
    assert records.height == records["id"].n_unique() == ROWS
    assert not records["cluster"].has_nulls()


def test_a_tenth_to_a_fifth_of_the_rows_are_duplicates_of_another(folder):
    records = _records(folder)
    assert 0.1 <= 1 - records["cluster"].n_unique() / records.height <= 0.2


def test_duplicates_do_not_stand_beside_each_other(folder):
    clusters = _records(folder)["cluster"].to_list()
    beside = sum(one == other for one, other in pairwise(clusters))
    assert beside < ROWS / 100


def test_the_same_seed_writes_the_same_bytes_in_another_process(tmp_path):
    arguments = ["--rows", "300", "--seed", "3", "--folder", str(tmp_path), "--sets", "persons_mixed"]
    subprocess.run([sys.executable, "-m", "demo.duplicates", *arguments], check=True, capture_output=True)
    again = write("persons_mixed", 300, 3, tmp_path / "again")
    for name in ("records.csv", "truth.csv"):
        assert (tmp_path / "persons_mixed" / name).read_bytes() == (again / name).read_bytes()
    other = write("persons_mixed", 300, 4, tmp_path / "other")
    digests = {hashlib.sha256((one / "records.csv").read_bytes()).digest() for one in (again, other)}
    assert len(digests) == 2


@pytest.mark.parametrize("name", SETS)
def test_every_duplicate_shares_a_contact_point_or_birth_date_with_the_first_record(name):
    first: dict[int, Draft] = {}
    for draft in _drafts(name):
        known = first.setdefault(draft.cluster, draft)
        pairs = [(known.email, draft.email), (known.phone, draft.phone), (known.website, draft.website)]
        pairs += [(known.place, draft.place), (known.born, draft.born if not draft.born_text else None)]
        assert any(one and one == other for one, other in pairs)


@pytest.mark.parametrize("name", PERSONS)
def test_what_one_person_has_for_themselves_nobody_else_has(name):
    """A mail address may belong to two only where both are labelled: a family's or a role's mailbox."""
    holders: dict[str, set[int]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    for draft in _drafts(name):
        if draft.email:
            holders[draft.email].add(draft.cluster)
            labels[draft.email] |= {label.split(":")[0] for label in draft.labels}
    shared = [labels[mail] & {"household", "role_mailbox"} for mail, owners in holders.items() if len(owners) > 1]
    assert shared
    assert all(shared)


@pytest.mark.parametrize("name", PERSONS)
def test_hard_persons_are_what_their_label_says(name):
    for kind in ("household", "twins", "colleagues", "role_mailbox"):
        assert _groups(name, kind)
        assert all(_alike(group, _line) for group in _groups(name, kind))
        assert not any(_alike(group, _name) for group in _groups(name, kind))
    assert all(_alike(group, lambda draft: draft.born) for group in _groups(name, "twins"))
    assert all(_alike(group, lambda draft: draft.company) for group in _groups(name, "colleagues"))
    for group in _groups(name, "namesake"):
        assert _alike(group, _name)
        assert len({_city(draft) for draft in group if draft.place}) == len([draft for draft in group if draft.place])


def test_father_and_son_keep_what_tells_them_apart():
    marks = ("sen.", "jun.", "Sr.", "Jr.", "père", "fils", "(padre)", "(hijo)", "senior", "junior")
    plain = {mark.replace("è", "e").lower() for mark in marks}
    found = [d for d in _drafts("persons_western") if any("generations" in label for label in d.labels)]
    assert found
    for draft in found:
        name = f"{draft.given} {draft.family} {draft.whole}".replace("è", "e").replace(",", " ").lower()
        assert plain & set(name.split())


@pytest.mark.parametrize("name", COMPANIES)
@pytest.mark.parametrize(
    ("kind", "alike", "apart"),
    [
        ("same_name", None, _city),
        ("branches", lambda draft: draft.website, _city),
        ("sisters", lambda draft: draft.phone, lambda draft: draft.company),
        ("building", _line, lambda draft: draft.company),
        ("agency_site", lambda draft: draft.website, lambda draft: draft.company),
        ("agent", lambda draft: draft.phone, lambda draft: draft.company),
    ],
)
def test_hard_companies_are_what_their_label_says(name, kind, alike, apart):
    groups = _groups(name, kind)
    assert groups
    assert alike is None or all(_alike(group, alike) for group in groups)
    assert all(len({apart(draft) for draft in group}) == len(group) for group in groups)


@pytest.mark.parametrize("name", SETS)
def test_telephone_numbers_are_valid_where_nobody_mistyped_them(name):
    numbers = [draft.phone for draft in _drafts(name) if draft.phone]
    valid = Counter(
        phonenumbers.is_valid_number(phonenumbers.parse(f"+{phone.land.calling}{phone.area}{phone.rest}"))
        for phone in numbers
    )
    assert valid[True] / len(numbers) > 0.95


def test_some_names_are_frequent_and_most_are_rare():
    western = Counter(draft.family for draft in _drafts("persons_western"))
    chinese = Counter((draft.family or draft.whole)[:1] for draft in _drafts("persons_chinese"))
    assert western.most_common(1)[0][1] / ROWS < 0.03
    assert len(western) > ROWS / 4
    assert {name for name, _ in chinese.most_common(4)} <= set("王李张刘陈杨")


def test_a_slip_changes_little_and_never_the_first_letter():
    chances = Chances("slips")
    for text in ("Müller", "Katharina", "Smith", "Łukasz") * 200:
        slip = mistyped(chances, text)
        assert slip[0] == text[0]
        assert abs(len(slip) - len(text)) <= 1
    assert mistyped(chances, "Li") == "Li"
    assert {len(digit_slip(chances, "123456")) for _ in range(50)} == {6}


def test_a_name_that_is_taken_in_every_city_comes_again():
    register = Register(Chances("7"))
    first = register.firm(CN)
    firms = [register.firm(CN, first.name, apart_from=first.place.city) for _ in range(200)]
    assert {firm.name for firm in firms} == {first.name}
    assert len({firm.domain for firm in firms}) == 200
