"""The data that everybody moves: two flat tables of accounts and contacts, made by the demo's generator.

The generator writes its normal, SuiteCRM-shaped tables; these are joined once into `line_accounts` and
`line_contacts`, so that our line and its peers read exactly the same two tables.
"""

from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from crm_migration.staging import RunFolder, open_table
from demo import accounts, contacts, deals, record, sinks, target
from demo.plan import Plan

TABLES = ("line_accounts", "line_contacts")
SEED = 7
CHANGED_SHARE = 10
"""One of so many source rows is changed for the upsert run."""
_MAKERS = {"users": deals.users, "accounts": accounts.tables, "contacts": contacts.tables}
_FLAT = {
    "line_accounts": """
        SELECT a.id, a.name, a.account_type, a.industry, a.annual_revenue, a.employees, a.website, a.phone_office,
          a.billing_address_street, a.billing_address_city, a.billing_address_state, a.billing_address_postalcode,
          a.billing_address_country, a.parent_id, x.tax_number_c, x.customer_tier_c, m.email_address,
          u.email1 AS owner_email, a.description, a.date_entered, a.date_modified, a.deleted
        FROM accounts a
        LEFT JOIN accounts_cstm x ON x.id_c = a.id
        LEFT JOIN email_addr_bean_rel r
          ON r.bean_id = a.id AND r.bean_module = 'Accounts' AND r.primary_address = 1 AND r.deleted = 0
        LEFT JOIN email_addresses m ON m.id = r.email_address_id AND m.deleted = 0
        LEFT JOIN users u ON u.id = a.assigned_user_id""",
    "line_contacts": """
        SELECT c.id, c.salutation, c.first_name, c.last_name, c.title, c.department, c.phone_mobile, c.phone_work,
          c.primary_address_street, c.primary_address_city, c.primary_address_state, c.primary_address_postalcode,
          c.primary_address_country, c.birthdate, c.do_not_call, c.lead_source, c.reports_to_id, l.account_id,
          m.email_address, m.opt_out, u.email1 AS owner_email, c.description, c.date_entered, c.date_modified,
          c.deleted
        FROM contacts c
        LEFT JOIN accounts_contacts l ON l.contact_id = c.id AND l.deleted = 0
        LEFT JOIN email_addr_bean_rel r
          ON r.bean_id = c.id AND r.bean_module = 'Contacts' AND r.primary_address = 1 AND r.deleted = 0
        LEFT JOIN email_addresses m ON m.id = r.email_address_id AND m.deleted = 0
        LEFT JOIN users u ON u.id = c.assigned_user_id""",
}


def make_source(url: str, rows: int) -> dict[str, int]:
    """Fill the source database with `rows` contacts and a fifth of that in accounts; return rows by table."""
    plan = Plan(rows, SEED)
    with sinks.opened(url) as sink:
        for table, rows_of in _MAKERS.items():
            for places in record.chunks(plan.rows[table]):
                for name, frame in rows_of(plan, plan.slots(table, places)).items():
                    sink.write(name, frame)
    engine = sinks.connect(url)
    with engine.begin() as connection:
        for table, query in _FLAT.items():
            connection.exec_driver_sql(f"CREATE TABLE {table} AS {query}")
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
            connection.exec_driver_sql(f"CREATE INDEX ix_{table} ON {table} (date_modified)")
        counts = {table: int(connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0) for table in TABLES}  # noqa: S608
    engine.dispose()
    return counts


def make_target(url: str, legacy_url: str) -> None:
    """Create the target CRM's tables and users in an empty database."""
    target.create(url, legacy_url)


def quiet_window(url: str) -> tuple[datetime, datetime]:
    """Return a window of one day, in UTC, that begins after the latest change of the source."""
    engine = sinks.connect(url)
    with engine.connect() as connection:
        found = [connection.scalar(sa.text(f"SELECT max(date_modified) FROM {table}")) for table in TABLES]  # noqa: S608
    engine.dispose()
    latest = max(datetime.fromisoformat(str(moment)) for moment in found)
    start = (latest + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


def change_some(url: str, moment: datetime) -> int:
    """Change a text of one in `CHANGED_SHARE` rows, as of `moment`; return how many rows changed."""
    engine, changed = sinks.connect(url), 0
    # A digit of the key chooses the rows: keys are random, so a sixteenth each.
    chosen = "substr(id, 35, 2) < '1a'"
    with engine.begin() as connection:
        for table in TABLES:
            statement = f"UPDATE {table} SET description = 'Changed since', date_modified = :moment WHERE {chosen}"  # noqa: S608
            changed += connection.execute(sa.text(statement), {"moment": moment}).rowcount
    engine.dispose()
    return changed


def export_golden(folder: RunFolder, entity: str, fields: list[str], file: Path) -> int:
    """Write the staged golden records of `entity` as CSV without header; return the rows."""
    rows = 0
    with file.open("wb") as handle:
        for frame in open_table(folder, entity, "golden").frames(fields):
            frame.write_csv(handle, include_header=False, quote_style="necessary")
            rows += frame.height
    return rows
