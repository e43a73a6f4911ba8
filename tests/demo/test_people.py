"""Duplicates can be found by a strong key, look-alikes cannot be told for one, numbers are valid."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
import phonenumbers
import polars as pl
import pytest

from demo import layout, people, record, taxes
from demo.companies import identity
from demo.geography import country_of
from demo.layout import Role
from demo.places import COUNTRIES
from demo.plan import Plan
from tests.demo.generated import domain, e164, number, plain, primary_mails, rows

SIZE = 5000
Keys = dict[str, set[str]]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    record.record(Plan(SIZE, 7), {}, folder)
    return folder


@pytest.fixture(scope="module")
def contact_keys() -> Keys:
    """Strong keys of each contact: primary e-mail address, mobile phone in E.164."""
    tables = rows(SIZE)
    keys: Keys = defaultdict(set)
    for contact, mail in primary_mails(tables, "Contacts").items():
        keys[contact].add(mail)
    columns = ("id", "phone_mobile", "primary_address_country")
    for contact, phone, country in tables["contacts"].select(columns).iter_rows():
        if phone is not None:
            mobile = e164(phone, country)
            assert mobile is not None, (phone, country)
            keys[contact].add(mobile)
    return keys


@pytest.fixture(scope="module")
def account_keys() -> Keys:
    """Strong keys of each account: tax number, web domain."""
    tables = rows(SIZE)
    both = tables["accounts"].join(tables["accounts_cstm"], left_on="id", right_on="id_c")
    return {
        account: {key for key in (plain(tax), domain(site)) if key}
        for account, tax, site in both.select("id", "tax_number_c", "website").iter_rows()
    }


def clusters(folder: Path, name: str, table: str) -> dict[str, list[str]]:
    found = defaultdict(list)
    for row_table, key, cluster in record.table_of(folder, name).iter_rows():
        if row_table == table:
            found[cluster].append(key)
    return found


@pytest.mark.parametrize("table", ["contacts", "accounts"])
def test_every_copy_shares_a_strong_key_with_its_original(
    truth: Path, table: str, request: pytest.FixtureRequest
) -> None:
    keys: Keys = request.getfixturevalue(f"{table[:-1]}_keys")
    found = clusters(truth, "clusters", table)
    assert {len(members) for members in found.values()} == {2, 3, 4}
    for leader, members in found.items():
        assert all(keys[leader] & keys[member] for member in members)


@pytest.mark.parametrize("table", ["contacts", "accounts"])
def test_nobody_else_shares_a_strong_key(truth: Path, table: str, request: pytest.FixtureRequest) -> None:
    keys: Keys = request.getfixturevalue(f"{table[:-1]}_keys")
    owner = {key: cluster for cluster, found in clusters(truth, "clusters", table).items() for key in found}
    trapped = record.table_of(truth, "traps").filter(pl.col("table") == table)
    pairs = {frozenset(pair) for pair in trapped.select("key_a", "key_b").iter_rows()}
    broken = {
        "n/a",
        "keine",
        "jane.doe@",
        "@example",
        "john doe at example",
        "a..b@mailhaus.example",
        "x@y@postbox.example",
    }
    holders = defaultdict(set)
    for row, values in keys.items():
        for value in values - broken:
            holders[value].add(row)
    for value, found in holders.items():
        owners = {owner.get(row, row) for row in found}
        assert len(owners) == 1 or all(frozenset(pair) in pairs for pair in combinations(found, 2)), value


def test_hard_copies_share_no_strong_key(truth: Path, contact_keys: Keys) -> None:
    found = clusters(truth, "hard_clusters", "contacts")
    assert len(found) == SIZE * 0.02
    for one, two in found.values():
        assert not contact_keys[one] & contact_keys[two]


def test_traps(truth: Path, contact_keys: Keys) -> None:
    tables = rows(SIZE)
    contacts = {row["id"]: row for row in tables["contacts"].iter_rows(named=True)}
    kinds = defaultdict(list)
    for _, one, two, kind in record.table_of(truth, "traps").filter(pl.col("table") == "contacts").iter_rows():
        kinds[kind].append((one, two))
    assert set(kinds) == {"household_phone", "household_email", "father_son", "switchboard", "role_mailbox"}
    for kind, pairs in kinds.items():
        for one, two in pairs:
            a, b = contacts[one], contacts[two]
            same_name = (a["first_name"], a["last_name"]) == (b["first_name"], b["last_name"])
            assert same_name == (kind == "father_son")
            shared = contact_keys[one] & contact_keys[two]
            assert bool(shared) == (kind in {"household_phone", "household_email", "role_mailbox"})
            if kind == "switchboard":
                assert work_phone(a) == work_phone(b) is not None
            if kind.startswith("household"):
                assert a["last_name"] == b["last_name"]
                assert a["first_name"][0] != b["first_name"][0]
    assert all(count > 5 for count in group_sizes(kinds["role_mailbox"]))


def work_phone(row: dict[str, str]) -> str | None:
    return e164(row["phone_work"], row["primary_address_country"])


def group_sizes(pairs: Iterable[tuple[str, str]]) -> list[int]:
    """Return each person's number of look-alikes, themselves included."""
    return [count + 1 for count in Counter(key for pair in pairs for key in pair).values()]


def test_namesakes_and_clients_of_one_agency_are_different_companies(truth: Path, account_keys: Keys) -> None:
    tables = rows(SIZE)
    accounts = {row["id"]: row for row in tables["accounts"].iter_rows(named=True)}
    traps = record.table_of(truth, "traps").filter(pl.col("table") == "accounts")
    assert set(traps["kind"]) == {"same_name", "shared_site"}
    for one, two, kind in traps.select("key_a", "key_b", "kind").iter_rows():
        a, b = accounts[one], accounts[two]
        if kind == "same_name":
            assert a["name"] == b["name"]
            assert a["billing_address_city"] != b["billing_address_city"]
            assert len(account_keys[one]) == len(account_keys[two]) == 2
            assert not account_keys[one] & account_keys[two]
        else:
            assert domain(a["website"]) == domain(b["website"])


@pytest.mark.parametrize(
    ("table", "column", "country"),
    [
        ("contacts", "phone_home", "primary_address_country"),
        ("leads", "phone_mobile", "primary_address_country"),
        ("leads", "phone_work", "primary_address_country"),
        ("accounts", "phone_office", "billing_address_country"),
        ("accounts", "phone_fax", "billing_address_country"),
    ],
)
def test_phones_are_valid_in_their_country(table: str, column: str, country: str) -> None:
    sample = rows(SIZE)[table].select(column, country).drop_nulls(column).head(800)
    assert sample.height > 200
    assert [row for row in sample.iter_rows() if e164(*row) is None] == []


def test_work_phones_are_valid_but_for_the_ones_that_are_no_number() -> None:
    sample = rows(SIZE)["contacts"].select("phone_work", "primary_address_country").drop_nulls("phone_work")
    bad = {phone for phone, country in sample.iter_rows() if e164(phone, country) is None}
    assert bad == {"n/a", "siehe oben", "12345", "unbekannt", "-"}
    assert any(found.extension for found in map(number, *zip(*sample.iter_rows(), strict=True)) if found)


def test_every_country_dials_its_own_way() -> None:
    sample = rows(SIZE)["contacts"].select("phone_mobile", "primary_address_country").drop_nulls()
    codes = Counter(phonenumbers.region_code_for_number(number(*row)) for row in sample.iter_rows())
    assert set(codes) >= {country.code for country in COUNTRIES if country.code != "US"}
    assert sample["phone_mobile"].str.starts_with("00").any()
    assert sample["phone_mobile"].str.starts_with("+").any()


def test_tax_numbers_hold_their_check_digits() -> None:
    plan, slots = Plan(20_000, 7), np.arange(4000, dtype=np.int64)
    country, numbers = country_of(plan, slots), taxes.tax_numbers(plan, slots)
    assert numbers.map_elements(plain, pl.String).n_unique() == len(set(identity(plan, slots).tolist()))
    plains = [plain(text).upper() for text in numbers]
    by_code = {
        home.code: [t for t, c in zip(plains, country, strict=True) if c == at] for at, home in enumerate(COUNTRIES)
    }
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for code in by_code["CN"]:
        assert len(code) == 18
        body = sum(letters.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
        assert (body + letters.index(code[17])) % 31 == 0
    for code in by_code["FR"]:
        assert int(code[2:4]) == (12 + 3 * (int(code[4:]) % 97)) % 97
    for code in by_code["GB"]:
        digits = [int(digit) for digit in code[2:]]
        total = sum(digit * weight for digit, weight in zip(digits, range(8, 1, -1), strict=False))
        assert (total + digits[7] * 10 + digits[8]) % 97 == 0
    for code in by_code["DE"]:
        product = 10
        for digit in code[2:10]:
            product = ((int(digit) + product) % 10 or 10) * 2 % 11
        assert int(code[10]) == (11 - product) % 10


def test_given_names_of_a_household_are_clearly_different() -> None:
    for at, name in enumerate(people.GIVEN.names):
        other = people.GIVEN.names[people._CONTRAST[at]]
        assert name.text[0] != other.text[0]
        assert name.ascii[0] != other.ascii[0] or name.text > "\u2e80"


def test_groups_that_the_table_cuts_apart_dissolve() -> None:
    cut = layout.CONTACTS.at(np.arange(1000, dtype=np.int64), 997)
    ends = np.arange(1000) - cut.position
    whole = cut.role != Role.SINGLE
    assert all((cut.role[ends[at] : at + 1] == cut.role[at]).all() for at in np.flatnonzero(whole[:997]))
    assert layout.CONTACTS.at(np.arange(3, dtype=np.int64), 1).role[0] == Role.SINGLE
