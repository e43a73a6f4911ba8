"""The legacy CRM's tables, in the shape of SuiteCRM: UUID text keys, soft deletes, side tables, link tables.

No foreign keys, as in the original: references may lead nowhere. Dates that may be zero (`0000-00-00`) are DATE or
DATETIME in MariaDB and text elsewhere, since only MariaDB can hold a zero date. Times are local to `plan.ZONE`.

How values are written: names and free text hold HTML entities; flags are 0 or 1; codes are those of `demo.codes`, or
blank; a country is any of `places.Country.spellings`, or null; `birthdate` is DD.MM.YYYY or YYYY-MM-DD; `date_closed`
is YYYY-MM-DD; `annual_revenue` has a decimal comma, points between thousands or none, and at times EUR or €; `amount`
has a decimal point; telephone numbers are dialled as in the row's country, or begin with `+`; the owner of a row is
`users.email1`; an address counts where its link has primary_address 1 and deleted 0; a contact's and an opportunity's
account is the link with deleted 0.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

METADATA = sa.MetaData()
_FLAG = sa.SmallInteger().with_variant(mysql.TINYINT(display_width=1), "mysql", "mariadb")
_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(), "mysql", "mariadb")
_ZERO_DATE = sa.String(10).with_variant(sa.Date(), "mysql", "mariadb")
_ZERO_MOMENT = sa.String(19).with_variant(mysql.DATETIME(), "mysql", "mariadb")
_Column = sa.Column[object]


def _text(length: int, *names: str) -> list[_Column]:
    return [sa.Column(name, sa.String(length)) for name in names]


def _flags(*names: str) -> list[_Column]:
    return [sa.Column(name, _FLAG, nullable=False) for name in names]


def _keys(*names: str) -> list[_Column]:
    return [sa.Column(name, sa.CHAR(36)) for name in names]


def _times(*names: str) -> list[_Column]:
    return [sa.Column(name, _MOMENT, nullable=False) for name in names]


def _of_entity() -> list[_Column]:
    """Return the columns that every entity's table ends with."""
    return [
        sa.Column("description", sa.Text()),
        *_keys("assigned_user_id"),
        *_times("date_entered", "date_modified"),
        *_flags("deleted"),
    ]


def _address(prefix: str) -> list[_Column]:
    return [
        *_text(150, f"{prefix}_street"),
        *_text(100, f"{prefix}_city", f"{prefix}_state"),
        *_text(20, f"{prefix}_postalcode"),
        *_text(255, f"{prefix}_country"),
    ]


def _table(name: str, *columns: list[_Column], key: str = "id") -> None:
    sa.Table(
        name,
        METADATA,
        sa.Column(key, sa.CHAR(36), primary_key=True),
        *(column for part in columns for column in part),
    )


_table(
    "users",
    _text(60, "user_name"),
    _text(255, "first_name", "last_name", "email1", "title", "department"),
    _text(100, "status"),
    _flags("is_admin"),
    _times("date_entered", "date_modified"),
    _flags("deleted"),
)
_table(
    "accounts",
    _text(500, "name"),
    _text(50, "account_type", "industry"),
    _text(40, "annual_revenue"),
    _text(10, "employees"),
    _text(255, "website"),
    _text(100, "phone_office", "phone_fax"),
    _address("billing_address"),
    _keys("parent_id", "primary_contact_id"),
    _of_entity(),
)
_table(
    "accounts_cstm",
    _text(50, "tax_number_c"),
    _text(10, "customer_tier_c"),
    _flags("newsletter_c"),
    [sa.Column("customer_since_c", _ZERO_DATE)],
    key="id_c",
)
_table(
    "contacts",
    _text(255, "salutation", "first_name"),
    _text(500, "last_name"),
    _text(255, "title", "department"),
    _text(100, "phone_mobile", "phone_work", "phone_home"),
    _address("primary_address"),
    _text(20, "birthdate"),
    _flags("do_not_call"),
    _text(50, "lead_source"),
    _keys("reports_to_id"),
    _of_entity(),
)
_table(
    "contacts_cstm",
    _text(10, "preferred_language_c", "customer_number_c"),
    _flags("marketing_consent_c"),
    [sa.Column("last_review_c", _ZERO_DATE)],
    key="id_c",
)
_table("accounts_contacts", _keys("contact_id", "account_id"), _times("date_modified"), _flags("deleted"))
_table(
    "leads",
    _text(255, "salutation", "first_name"),
    _text(500, "last_name"),
    _text(255, "title", "account_name", "website"),
    _text(50, "status", "lead_source"),
    _text(100, "phone_mobile", "phone_work"),
    _address("primary_address"),
    _flags("do_not_call", "converted"),
    _of_entity(),
)
_table(
    "opportunities",
    _text(255, "name"),
    _text(50, "opportunity_type"),
    _text(40, "amount"),
    _text(3, "currency_code"),
    _text(50, "sales_stage"),
    [sa.Column("probability", sa.Integer())],
    _text(20, "date_closed"),
    _text(50, "lead_source"),
    _text(100, "next_step"),
    _of_entity(),
)
_table(
    "accounts_opportunities",
    _keys("opportunity_id", "account_id"),
    _times("date_modified"),
    _flags("deleted"),
)
_table(
    "activities",
    _text(20, "activity_type"),
    _text(500, "name"),
    _text(20, "status"),
    [sa.Column("date_start", _ZERO_MOMENT), sa.Column("date_due", _ZERO_MOMENT)],
    [sa.Column("duration_minutes", sa.Integer())],
    _text(50, "parent_type"),
    _keys("parent_id"),
    _of_entity(),
)
_table(
    "campaigns",
    _text(255, "name"),
    _text(50, "status", "campaign_type"),
    [sa.Column("budget", sa.Numeric(14, 2))],
    _text(3, "currency_code"),
    [sa.Column("start_date", _ZERO_DATE), sa.Column("end_date", _ZERO_DATE)],
    _of_entity(),
)
_table(
    "campaign_members",
    _keys("campaign_id"),
    _text(50, "member_type"),
    _keys("member_id"),
    _text(20, "status"),
    [sa.Column("activity_date", _ZERO_MOMENT)],
    _times("date_entered", "date_modified"),
    _flags("deleted"),
)
_table(
    "email_addresses",
    _text(255, "email_address", "email_address_caps"),
    _flags("invalid_email", "opt_out"),
    _times("date_created", "date_modified"),
    _flags("deleted"),
)
_table(
    "email_addr_bean_rel",
    _keys("email_address_id", "bean_id"),
    _text(100, "bean_module"),
    _flags("primary_address", "reply_to_address"),
    _times("date_created", "date_modified"),
    _flags("deleted"),
)

# The legacy CRM's own queries join by these.
for _name, _column in (
    ("email_addr_bean_rel", "bean_id"),
    ("accounts_contacts", "contact_id"),
    ("accounts_opportunities", "opportunity_id"),
):
    sa.Index(f"ix_{_name}_{_column}", METADATA.tables[_name].c[_column])
