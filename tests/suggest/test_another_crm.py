"""A CRM whose shape nobody tuned the rules for: numeric keys, moments of deletion, users, addresses apart."""

import pytest

from crm_migration.mapping.model import Choice, Date, Reference
from tests.cases import target
from tests.extract.databases import run
from tests.suggest.proposals import Proposed, connection, from_database

RECORD = "assigned_to INTEGER, user_id INTEGER, deleted_at DATETIME, created_at DATETIME, updated_at DATETIME"
TABLES = (
    "CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(32), email VARCHAR(254))",
    "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name VARCHAR(64), website VARCHAR(64),"
    " toll_free_phone VARCHAR(32), phone VARCHAR(32), email VARCHAR(254), category VARCHAR(32),"
    f" contacts_count INTEGER, {RECORD})",
    f"CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name VARCHAR(64), last_name VARCHAR(64), source VARCHAR(32),"
    f" email VARCHAR(254), alt_email VARCHAR(254), mobile VARCHAR(32), reports_to INTEGER, {RECORD})",
    "CREATE TABLE account_contacts (id INTEGER PRIMARY KEY, account_id INTEGER, contact_id INTEGER,"
    " deleted_at DATETIME)",
    "CREATE TABLE addresses (id INTEGER PRIMARY KEY, street1 VARCHAR(255), city VARCHAR(64), zipcode VARCHAR(16),"
    " country VARCHAR(64), addressable_id INTEGER, addressable_type VARCHAR(64))",
    f"CREATE TABLE deals (id INTEGER PRIMARY KEY, account_id INTEGER, title VARCHAR(64), phase VARCHAR(32),"
    f" value VARCHAR(32), closes_on VARCHAR(10), {RECORD})",
    "CREATE TABLE tasks (id INTEGER PRIMARY KEY, name VARCHAR(255), asset_id INTEGER, asset_type VARCHAR(64),"
    " due_at DATETIME, updated_at DATETIME)",
)


def row(table: str, *values: object) -> str:
    written = ("NULL" if value is None else "'" + str(value).replace("'", "''") + "'" for value in values)
    return f"INSERT INTO {table} VALUES ({', '.join(written)})"


def record(number: int) -> tuple[object, ...]:
    moments = f"2024-01-{1 + number % 28:02} 10:00:00", f"2024-02-{1 + number % 28:02} 10:00:00"
    return (1 + number % 3, 1 + number % 2, moments[0] if number == 9 else None, *moments)


def content() -> list[str]:
    rows = [row("users", n, f"user{n}", f"user{n}@old.example") for n in range(1, 4)]
    for n in range(1, 41):
        phones = f"+1 800 555 {1000 + n}", f"+1 212 555 {1000 + n}"
        kind = ("customer", "partner", None)[n % 3]
        rows.append(row("accounts", n, f"Firm {n}", f"www.f{n}.com", *phones, f"hi@f{n}.com", kind, 2, *record(n)))
        rows.append(row("addresses", n + 100, f"{n} Main St", "Boston", f"0213{n % 10}", "US", n, "Account"))
    for n in range(1, 61):
        mails = f"p{n}@f.com", f"home{n}@p.com"
        source = ("web", "fair", "phone")[n % 3]
        rows.append(
            row("contacts", n, f"Ann{n}", f"Lee{n}", source, *mails, f"+1 646 555 {1000 + n}", None, *record(n))
        )
        rows.append(row("account_contacts", n, 1 + n % 40, n, None))
    for n in range(1, 31):
        euros = f"{n}.{n:03},50"
        phase = ("open", "won", "lost")[n % 3]
        rows.append(row("deals", n, 1 + n % 40, f"Deal {n}", phase, euros, f"{n:02}.03.2024", *record(n)))
        parent = ("Account", "Contact")[n % 2]
        rows.append(row("tasks", n, f"Call {n}", n, parent, f"2024-03-{n:02} 09:00:00", "2024-03-01 09:00:00"))
    return rows


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Proposed:
    folder = tmp_path_factory.mktemp("another")
    url, target_url = f"sqlite:///{folder / 'old.sqlite'}", f"sqlite:///{folder / 'crm.sqlite'}"
    run(url, *TABLES, *content())
    target.create(target_url, ["user1@old.example"])
    made = from_database(url, target_url, folder)
    assert made.rows(connection(url), folder) == {"account": 40, "task": 30, "contact": 60, "opportunity": 30}
    return made


def read(proposed: Proposed, entity: str) -> dict[str, list[str]]:
    return {name: spec.columns for name, spec in proposed.mapping.entities[entity].fields.items()}


def test_accounts_with_their_addresses_and_owners(proposed: Proposed) -> None:
    assert read(proposed, "account") == {
        "legacy_id": ["id"],
        "name": ["name"],
        "type": ["category"],
        "website": ["website"],
        "email": ["email"],
        "phone": ["phone"],
        "billing_street": ["street1"],
        "billing_city": ["city"],
        "billing_postal_code": ["zipcode"],
        "billing_country": ["country"],
        "owner_id": ["owner_email"],
        "created_at": ["created_at"],
        "updated_at": ["updated_at"],
    }
    account = proposed.mapping.entities["account"]
    assert account.query is not None
    assert "j1.addressable_id = a.id AND j1.addressable_type = 'Account'" in account.query
    assert "= a.assigned_to" in account.query
    assert (account.key, account.watermark) == ("id", "updated_at")


def test_rows_that_carry_a_moment_of_deletion_are_left_out(proposed: Proposed) -> None:
    for name in ("account", "contact", "opportunity"):
        (rule,) = proposed.mapping.entities[name].filters
        assert (rule.column, rule.is_null) == ("deleted_at", False)
    query = proposed.mapping.entities["contact"].query or ""
    assert "ON j1.contact_id = a.id AND j1.deleted_at IS NULL" in query


def test_contacts_belong_to_accounts_through_the_link_table(proposed: Proposed) -> None:
    fields = read(proposed, "contact")
    assert (fields["account_id"], fields["email"], fields["lead_source"]) == (["account_id"], ["email"], ["source"])
    assert fields["reports_to_id"] == ["reports_to"]
    reference = proposed.mapping.entities["contact"].fields["account_id"]
    assert isinstance(reference, Reference)
    assert (reference.to, reference.required) == ("account", True)


def test_deals_are_read_in_the_notation_of_their_values(proposed: Proposed) -> None:
    fields = proposed.mapping.entities["opportunity"].fields
    amount, close_date, stage = fields["amount"], fields["close_date"], fields["stage"]
    assert (amount.columns, amount.decimal_mark, amount.thousands) == (["value"], ",", ".")
    assert isinstance(close_date, Date)
    assert (close_date.columns, close_date.formats) == (["closes_on"], ["%d.%m.%Y"])
    assert isinstance(stage, Choice)
    assert (stage.columns, stage.values) == (["phase"], {"open": "open", "won": "won", "lost": "lost"})
    assert fields["name"].columns == ["title"]


def test_parents_of_several_tables_are_told_by_type(proposed: Proposed) -> None:
    parent, kind = (proposed.mapping.entities["task"].fields[name] for name in ("parent_id", "parent_type"))
    assert isinstance(parent, Reference)
    assert (parent.columns, parent.type_from) == (["asset_id"], "asset_type")
    assert parent.types == {"Account": "account", "Contact": "contact"}
    assert (kind.columns, kind.values) == (["asset_type"], {"Account": "account", "Contact": "contact"})
    assert parent.null_together == ["parent_type"]


def test_what_was_not_found_is_said(proposed: Proposed) -> None:
    assert "# industry: nothing fits" in proposed.text
    assert "toll_free_phone, contacts_count" in proposed.text
    assert "# - of no entity: account_contacts, addresses, users" in proposed.text
