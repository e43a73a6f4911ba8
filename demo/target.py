"""A target CRM of the demo's own, in a modern shape: numeric keys, real types, constraints, times in UTC.

In PostgreSQL the tables are in the schema `crm`, in MariaDB and SQLite in the database of the URL.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from demo import schema, sinks

SCHEMA = "crm"
METADATA = sa.MetaData(schema=SCHEMA)
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_Column = sa.Column[object]


def _text(length: int, *names: str) -> list[_Column]:
    return [sa.Column(name, sa.String(length)) for name in names]


def _required(length: int, name: str) -> list[_Column]:
    return [sa.Column(name, sa.String(length), nullable=False)]


def _reference(name: str, table: str, *, required: bool = False, late: bool = False) -> list[_Column]:
    """Return a foreign key; a `late` one is added when both tables exist."""
    key: sa.ForeignKey = sa.ForeignKey(
        f"{SCHEMA}.{table}.id", use_alter=late, name=f"fk_{name}_{table}" if late else None
    )
    return [sa.Column(name, _ID, key, nullable=not required, index=table != "crm_user")]


def _flag(name: str) -> list[_Column]:
    return [sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())]


def _moments(*names: str) -> list[_Column]:
    return [sa.Column(name, _MOMENT) for name in names]


def _address(prefix: str) -> list[_Column]:
    return [
        *_text(255, f"{prefix}_street"),
        *_text(100, f"{prefix}_city", f"{prefix}_state"),
        *_text(20, f"{prefix}_postal_code"),
        *_text(2, f"{prefix}_country"),
    ]


def _of_record() -> list[_Column]:
    """Return the columns that every record ends with."""
    return [
        *_reference("owner_id", "crm_user"),
        sa.Column("description", sa.Text()),
        sa.Column("created_at", _MOMENT, nullable=False),
        *_moments("updated_at"),
    ]


def _table(name: str, *parts: list[_Column]) -> None:
    columns: list[_Column] = [
        sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("legacy_id", sa.String(64), unique=True),
        *(column for part in parts for column in part),
    ]
    sa.Table(name, METADATA, *columns)


USERS = sa.Table(
    "crm_user",
    METADATA,
    sa.Column("id", _ID, sa.Identity(), primary_key=True),
    sa.Column("username", sa.String(100), nullable=False, unique=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("active", sa.Boolean(), nullable=False),
)
_table(
    "account",
    _required(255, "name"),
    _text(32, "tax_number"),
    _text(40, "type", "industry", "tier"),
    _text(255, "website"),
    _text(254, "email"),
    _text(32, "phone", "fax"),
    _address("billing"),
    [sa.Column("annual_revenue", sa.Numeric(16, 2)), sa.Column("employees", sa.Integer())],
    [sa.Column("customer_since", sa.Date())],
    _flag("newsletter"),
    _reference("parent_id", "account"),
    _reference("primary_contact_id", "contact", late=True),
    _of_record(),
)
_table(
    "contact",
    _reference("account_id", "account"),
    _reference("reports_to_id", "contact"),
    _text(20, "salutation"),
    _text(100, "first_name"),
    _required(100, "last_name"),
    _text(254, "email"),
    _text(32, "mobile", "phone", "home_phone"),
    _text(100, "title", "department"),
    [sa.Column("birthdate", sa.Date())],
    _flag("do_not_call"),
    _flag("email_opt_out"),
    _flag("marketing_consent"),
    _text(40, "lead_source"),
    _address("mailing"),
    _text(5, "language"),
    _text(20, "customer_number"),
    _of_record(),
)
_table(
    "lead",
    _text(20, "salutation"),
    _text(100, "first_name"),
    _required(100, "last_name"),
    _text(255, "company"),
    _text(100, "title"),
    _text(254, "email"),
    _text(32, "mobile", "phone"),
    _text(255, "website"),
    _required(30, "status"),
    _text(40, "lead_source"),
    _address("mailing"),
    _flag("do_not_call"),
    _flag("converted"),
    _of_record(),
)
_table(
    "opportunity",
    _required(255, "name"),
    _reference("account_id", "account", required=True),
    _text(40, "type"),
    [
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False),
    ],
    _required(30, "stage"),
    [sa.Column("probability", sa.Integer(), sa.CheckConstraint("probability BETWEEN 0 AND 100"))],
    [sa.Column("close_date", sa.Date(), nullable=False)],
    _text(40, "lead_source"),
    _text(100, "next_step"),
    _of_record(),
)
_table(
    "activity",
    _required(20, "type"),
    _required(255, "subject"),
    _text(30, "status"),
    _moments("starts_at", "ends_at"),
    [sa.Column("duration_minutes", sa.Integer())],
    _text(20, "parent_type"),
    [sa.Column("parent_id", sa.BigInteger(), index=True)],
    _of_record(),
)
_table(
    "campaign",
    _required(255, "name"),
    _text(30, "status", "type"),
    [sa.Column("budget", sa.Numeric(14, 2))],
    _text(3, "currency"),
    [sa.Column("starts_on", sa.Date()), sa.Column("ends_on", sa.Date())],
    _of_record(),
)
_table(
    "campaign_member",
    _reference("campaign_id", "campaign", required=True),
    _reference("contact_id", "contact"),
    _reference("lead_id", "lead"),
    _required(20, "status"),
    _moments("last_activity_at"),
    [sa.Column("created_at", _MOMENT, nullable=False)],
    _moments("updated_at"),
)


def engine_for(url: str) -> sa.Engine:
    """Return an engine that finds METADATA's tables in the database's own place for them."""
    engine = sinks.connect(url)
    place = SCHEMA if engine.url.get_backend_name() == "postgresql" else None
    return engine.execution_options(schema_translate_map={SCHEMA: place})


def create(url: str, legacy_url: str) -> None:
    """Create the target CRM's tables in an existing database, and its users out of the legacy CRM's ones.

    Only active users are taken. They have the same e-mail address in both, so that owners are found by it.

    Raises:
        sqlalchemy.exc.DatabaseError: a table of that name exists already.
    """
    engine = engine_for(url)
    with engine.begin() as connection:
        if engine.url.get_backend_name() == "postgresql":
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        _copy().create_all(connection, checkfirst=False)
        connection.execute(sa.insert(USERS), _active_users(legacy_url))
    engine.dispose()


def _copy() -> sa.MetaData:
    """Return the tables anew: creating them once marks a late foreign key as one never to be made inline again."""
    copied = sa.MetaData(schema=SCHEMA)
    for table in METADATA.tables.values():
        table.to_metadata(copied)
    return copied


def _active_users(legacy_url: str) -> list[dict[str, object]]:
    users = schema.METADATA.tables["users"]
    wanted = sa.select(users.c.user_name.label("username"), users.c.email1.label("email")).where(
        users.c.status == "Active", users.c.deleted == 0
    )
    engine = sinks.connect(legacy_url)
    with engine.connect() as connection:
        found = connection.execute(wanted.order_by(users.c.user_name)).mappings().all()
    engine.dispose()
    return [{**user, "active": True} for user in found]
