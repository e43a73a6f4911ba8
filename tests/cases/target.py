"""A small CRM as a target: numeric keys, real foreign keys, unique legacy ids, columns that must be filled.

On PostgreSQL its tables are in the schema `crm`, on MariaDB and SQLite in the database of the URL.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

SCHEMA = "crm"
OBJECTS = ["account", "activity", "campaign", "campaign_member", "contact", "opportunity"]
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_METADATA = sa.MetaData(schema=SCHEMA)

Part = sa.Column[object] | sa.Constraint


def _text(length: int, *names: str) -> list[Part]:
    return [sa.Column(name, sa.String(length)) for name in names]


def _required(length: int, name: str) -> list[Part]:
    return [sa.Column(name, sa.String(length), nullable=False)]


def _to(table: str, name: str, *, required: bool = False, late: bool = False) -> list[Part]:
    """Return a foreign key; a `late` one closes a circle and is added when both tables are there."""
    key = sa.ForeignKey(f"{SCHEMA}.{table}.id", use_alter=late, name=f"fk_{name}" if late else None)
    return [sa.Column(name, _ID, key, nullable=not required)]


def _of_record() -> list[Part]:
    moments: list[Part] = [sa.Column("created_at", _MOMENT), sa.Column("updated_at", _MOMENT)]
    return [*_to("crm_user", "owner_id"), sa.Column("description", sa.Text()), *moments]


def _table(name: str, *parts: list[Part]) -> sa.Table:
    return sa.Table(
        name,
        _METADATA,
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("legacy_id", sa.String(64), nullable=False, unique=True),
        *(part for some in parts for part in some),
    )


_USER = sa.Table(
    "crm_user",
    _METADATA,
    sa.Column("id", _ID, sa.Identity(), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
)
_table(
    "account",
    _required(255, "name"),
    _text(40, "type", "industry"),
    _text(255, "website"),
    _text(254, "email"),
    _text(40, "phone"),
    _text(255, "billing_street"),
    _text(100, "billing_city", "billing_state"),
    _text(20, "billing_postal_code"),
    _text(2, "billing_country"),
    _to("account", "parent_id"),
    _to("contact", "primary_contact_id", late=True),
    _of_record(),
)
_table(
    "contact",
    _text(20, "salutation"),
    _text(100, "first_name"),
    _required(100, "last_name"),
    _text(254, "email"),
    _text(40, "phone", "mobile"),
    _text(100, "title"),
    _text(40, "lead_source"),
    [sa.Column("do_not_call", sa.Boolean())],
    _to("account", "account_id", required=True),
    _to("account", "employer_id"),
    _to("contact", "reports_to_id"),
    _of_record(),
)
_table("campaign", _required(255, "name"), _of_record())
_table(
    "opportunity",
    _required(255, "name"),
    _required(40, "stage"),
    _text(40, "type", "lead_source"),
    [sa.Column("amount", sa.Numeric(14, 2), nullable=False), sa.Column("close_date", sa.Date(), nullable=False)],
    [sa.Column("probability", sa.SmallInteger()), sa.CheckConstraint("amount >= 0", name="amount_not_negative")],
    _to("account", "account_id", required=True),
    _to("contact", "contact_id"),
    _to("campaign", "campaign_id"),
    _of_record(),
)
_table(
    "campaign_member",
    _required(40, "status"),
    _to("campaign", "campaign_id", required=True),
    _to("contact", "contact_id", required=True),
    [sa.UniqueConstraint("campaign_id", "contact_id", name="once_a_campaign")],
)
_table(
    "activity",
    _required(20, "type"),
    _required(255, "subject"),
    _text(40, "status"),
    [sa.Column("starts_at", _MOMENT), sa.Column("ends_at", _MOMENT)],
    # Which table a parent is in only its type says: no foreign key can.
    [*_text(40, "parent_type"), sa.Column("parent_id", _ID)],
    [sa.CheckConstraint("(parent_type IS NULL) = (parent_id IS NULL)", name="parent_is_whole")],
    _to("contact", "contact_id"),
    _of_record(),
)


def _fresh() -> sa.MetaData:
    """Return the tables anew: a key once added late to a server's table is left out of every later CREATE TABLE."""
    copied = sa.MetaData(schema=SCHEMA)
    for table in _METADATA.tables.values():
        table.to_metadata(copied)
    return copied


def create(url: str, users: list[str]) -> None:
    """Create the target's tables in an empty database, and its users by their e-mail addresses."""
    engine = sa.create_engine(url)
    schema = SCHEMA if engine.dialect.name == "postgresql" else None
    with engine.begin() as connection:
        if schema:
            connection.execute(sa.schema.CreateSchema(schema))
        placed = connection.execution_options(schema_translate_map={SCHEMA: schema})
        _fresh().create_all(placed)
        if users:
            placed.execute(_USER.insert(), [{"email": email} for email in sorted(users)])
    engine.dispose()
