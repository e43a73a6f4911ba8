"""A mapping against source and target as they are."""

from dataclasses import replace

import pytest

from crm_migration.mapping.check import check_live
from crm_migration.mapping.fit import family
from crm_migration.mapping.live import TargetColumn, TargetTable, target_objects
from tests.mapping.samples import CRM, changed, read


def column(name: str, type_: str, length: int | None = None, **traits: object) -> TargetColumn:
    return TargetColumn(name, type_, length, **traits)


def table(name: str, *columns: TargetColumn) -> TargetTable:
    identity = column("id", "bigint", nullable=False, has_default=True, unique=True)
    return TargetTable(name, {one.name: one for one in (identity, *columns)}, ("id",))


ACCOUNTS = table(
    "accounts",
    column("legacy_id", "varchar", 20, nullable=False, unique=True),
    column("name", "varchar", 100, nullable=False),
    column("country", "char", 2),
    column("rating", "varchar", 10),
    column("revenue", "numeric", precision=14, scale=2),
    column("active", "boolean"),
    column("origin", "varchar", 3, nullable=False),
    column("parent_id", "bigint", foreign_key=("accounts", "id")),
    column("created_at", "timestamp with time zone", nullable=False, has_default=True),
    column("note", "text"),
)
CONTACTS = table(
    "contacts",
    column("legacy_id", "character varying", 40, unique=True),
    column("first_name", "varchar", 60),
    column("email", "varchar", 254),
    column("born", "date"),
    column("changed_at", "timestamp with time zone"),
    column("street", "text"),
    column("city", "text"),
    column("owner_id", "integer", foreign_key=("crm.users", "id")),
    column("account_id", "bigint", nullable=False, foreign_key=("accounts", "id")),
)
USERS = table("users", column("email", "varchar", 254))
TARGET = {
    "accounts": ACCOUNTS,
    "contacts": CONTACTS,
    "users": replace(USERS, columns=USERS.columns | {"id": column("id", "integer")}),
}
SOURCE = {
    "account": dict.fromkeys(
        ["firm_id", "changed_at", "status", "title", "land", "rating", "revenue", "active", "parent"],
        "varchar",
    ),
    "contact": dict.fromkeys(
        ["person_id", "tenant", "first", "mail", "birthday", "changed", "street", "city", "rep", "firm_id"],
        "varchar",
    ),
}
CHOICES = {"account": {"rating": {"1", "2", "3"}}, "contact": {}}


def found(folder, text=CRM, *, source=SOURCE, target=TARGET, choices=CHOICES, tables=frozenset()) -> list[str]:
    loaded = read(folder, text)
    return [line.removeprefix(f"{loaded.path}:") for line in check_live(loaded, source, target, choices, tables)]


def with_column(name: str, changed_column: TargetColumn | None, table_name: str = "contacts") -> dict[str, TargetTable]:
    """Return the target with one column replaced, or without it."""
    old = TARGET[table_name]
    columns = {key: value for key, value in old.columns.items() if key != name}
    if changed_column is not None:
        columns[changed_column.name] = changed_column
    return {**TARGET, table_name: replace(old, columns=columns)}


def test_a_mapping_that_fits_both_sides_has_no_fault(tmp_path):
    assert found(tmp_path) == []


def test_the_objects_to_describe_are_those_written_and_those_that_hold_owners(tmp_path):
    assert target_objects(read(tmp_path, CRM).mapping) == {"accounts", "contacts", "users"}


def test_every_column_that_is_read_must_be_in_the_source(tmp_path):
    text = changed(
        (
            "kind: address, part: city, from: city",
            "kind: address, part: city, country_from: staat, from: city",
        ),
        (
            "from: firm_id, to: account, required: true",
            "from: firm_id, type_from: typ, types: {A: account}, required: true",
        ),
    )
    source = {
        "account": {"firmid": "int", "Title": "text"},
        "contact": {"person_id": "int", "type": "text", "first": "text", "firm_id": "int"},
    }
    hints = {line.split(": ")[1]: line for line in found(tmp_path, text, source=source)}
    assert sorted(hints) == [
        "entities.account.fields.active.from",
        "entities.account.fields.country.from",
        "entities.account.fields.legacy_id.from",
        "entities.account.fields.name.from",
        "entities.account.fields.parent_id.from",
        "entities.account.fields.rating.from",
        "entities.account.fields.revenue.from",
        "entities.account.filters[0].column",
        "entities.account.key",
        "entities.account.watermark",
        "entities.contact.fields.account_id.type_from",
        "entities.contact.fields.born.from",
        "entities.contact.fields.changed_at.from",
        "entities.contact.fields.city.country_from",
        "entities.contact.fields.city.from",
        "entities.contact.fields.email.from",
        "entities.contact.fields.legacy_id.from[1]",
        "entities.contact.fields.owner_id.from",
        "entities.contact.fields.street.from",
        "entities.contact.key[1]",
    ]
    assert hints["entities.account.key"] == (
        "16:10: entities.account.key: expected a column of firms, found 'firm_id' (did you mean 'firmid'?)"
    )
    assert hints["entities.account.fields.name.from"].endswith("found 'title' (did you mean 'Title'?)")
    assert hints["entities.contact.key[1]"] == (
        "43:22: entities.contact.key[1]: expected a column of people ('person_id', 'type', 'first', "
        "'firm_id'), found "
        "'tenant'"
    )


def test_a_table_that_is_not_there_is_named_once(tmp_path):
    source = {"account": SOURCE["account"]}
    assert found(tmp_path, source=source, tables={"peoples", "firms"}) == [
        "42:12: entities.contact.table: expected a table of the source, found 'people' (did you mean 'peoples'?)"
    ]
    text = changed(("table: people", "query: SELECT 1"))
    assert found(tmp_path, text, source={"account": SOURCE["account"], "contact": {}}) == [
        "42:12: entities.contact.query: expected a query that yields columns, found none"
    ]


@pytest.mark.parametrize(
    "declared",
    ["double precision", "FLOAT(53)", "real", "json", "JSONB", "xml", "integer[]", "geometry(Point,4326)"],
)
def test_a_key_must_be_comparable_as_text(tmp_path, declared):
    source = {**SOURCE, "contact": {**SOURCE["contact"], "tenant": declared}}
    assert found(tmp_path, source=source) == [
        "43:22: entities.contact.key[1]: expected a key column that can be compared as text, found "
        "'tenant' of type "
        f"{declared}"
    ]


def test_every_value_of_a_choice_needs_an_entry(tmp_path):
    choices = {"account": {"rating": {"1", " 2 ", "", "  ", "9", "R&amp;D", "7"}, "name": {"anything"}}}
    assert found(tmp_path, choices=choices) == [
        "32:9: entities.account.fields.rating.values: expected an entry for every value of the source, or "
        "'on_invalid', "
        "found none for "
        "'7', '9', 'R&amp;D'"
    ]
    many = {"account": {"rating": {f"v{number:02}" for number in range(14)}}}
    (line,) = found(tmp_path, choices=many)
    assert line.endswith("'v08', 'v09' and 4 more")


def test_case_counts_in_a_choice_only_where_the_mapping_says_so(tmp_path):
    text = changed(('{"1": hot, "2"', '{Hot: hot, "R&D": hot, "2"'))
    choices = {"account": {"rating": {"HOT", "r&amp;d"}}}
    assert found(tmp_path, text, choices=choices) == []
    strict = text.replace("        max_length: 10\n", "        max_length: 10\n        ignore_case: false\n")
    (line,) = found(tmp_path, strict, choices=choices)
    assert line.endswith("found none for 'HOT', 'r&amp;d'")


@pytest.mark.parametrize("on_invalid", ["keep", '"null"', "reject"])
def test_a_choice_that_says_what_becomes_of_other_values_needs_no_entry(tmp_path, on_invalid):
    text = changed(("        max_length: 10\n", f"        max_length: 10\n        on_invalid: {on_invalid}\n"))
    assert found(tmp_path, text, choices={"account": {"rating": {"9"}}}) == []


def test_a_table_that_the_target_lacks_is_named_with_the_closest(tmp_path):
    target = {"account": ACCOUNTS, "contacts": replace(CONTACTS, columns={**CONTACTS.columns}), "user": USERS}
    assert found(tmp_path, target=target) == [
        "23:15: entities.account.target.object: expected a table of the target, found 'accounts' (did you "
        "mean "
        "'account'?)",
        "59:50: entities.contact.fields.owner_id.object: expected a table of the target, found 'users' "
        "(did you mean "
        "'user'?)",
    ]


@pytest.mark.parametrize(
    ("name", "new", "expected"),
    [
        (
            "email",
            column("e_mail", "varchar", 254),
            "50:7: entities.contact.fields.email: expected a column of contacts, found 'email' (did you "
            "mean 'e_mail'?)",
        ),
        (
            "id",
            column("contact_id", "bigint", has_default=True),
            "44:5: entities.contact.target.id: expected a column of contacts ('legacy_id', 'first_name', "
            "'email', "
            "'born', 'changed_at', 'street', 'city', 'owner_id', 'account_id', 'contact_id'), found 'id'",
        ),
        (
            "legacy_id",
            column("legacy_id", "varchar", 40),
            "46:20: entities.contact.target.external_id: expected a column of contacts with a unique "
            "index, found "
            "'legacy_id' without one",
        ),
        (
            "phone",
            column("phone", "varchar", 30, nullable=False),
            "47:5: entities.contact.fields.phone: expected a field for the column phone (varchar, at most 30 "
            "characters), which must have a value, found none",
        ),
        ("phone", column("phone", "varchar", 30, nullable=False, has_default=True), None),
        ("phone", column("phone", "varchar", 30, nullable=False, generated=True), None),
        (
            "email",
            column("email", "varchar", 254, nullable=False),
            "50:7: entities.contact.fields.email: expected 'required: true' or a default, because the "
            "column email "
            "(varchar, at most 254 characters) takes no empty value, found neither",
        ),
        (
            "email",
            column("email", "varchar", 254, generated=True),
            "50:7: entities.contact.fields.email: expected a column that can be written, found 'email', "
            "which the "
            "target generates",
        ),
        (
            "email",
            column("email", "varchar", 100),
            "53:21: entities.contact.fields.email.max_length: expected at most 100 for the column email "
            "(varchar, at "
            "most 100 characters), found 254",
        ),
        (
            "email",
            column("email", "json"),
            "51:15: entities.contact.fields.email.kind: expected a kind that fits the column email "
            "(json), found "
            "'email'",
        ),
        (
            "born",
            column("born", "integer"),
            "55:20: entities.contact.fields.born.kind: expected a kind that fits the column born "
            "(integer), found "
            "'date'",
        ),
        ("born", column("born", "timestamp"), None),
        ("born", column("born", "varchar", 10), None),
        (
            "born",
            column("born", "varchar", 9),
            "55:7: entities.contact.fields.born: expected values that fit the column born (varchar, at "
            "most 9 "
            "characters), found 10 characters",
        ),
        (
            "changed_at",
            column("changed_at", "date"),
            "56:26: entities.contact.fields.changed_at.kind: expected a kind that fits the column "
            "changed_at (date), "
            "found 'datetime'",
        ),
        ("city", column("city", "some_enum"), None),
        (
            "account_id",
            column("account_id", "bigint", foreign_key=("firms", "id")),
            "60:56: entities.contact.fields.account_id.to: expected 'firms.id', where account_id points "
            "in the target, "
            "found 'accounts.id'",
        ),
        (
            "account_id",
            column("account_id", "bigint", foreign_key=("accounts", "uuid")),
            "60:56: entities.contact.fields.account_id.to: expected 'accounts.uuid', where account_id "
            "points in the "
            "target, found 'accounts.id'",
        ),
        (
            "account_id",
            column("account_id", "uuid"),
            "60:56: entities.contact.fields.account_id.to: expected a column that can hold the column id "
            "(bigint), "
            "found the column account_id (uuid)",
        ),
        ("account_id", column("account_id", "integer"), None),
        (
            "owner_id",
            column("owner_id", "integer", foreign_key=("staff", "id")),
            "59:50: entities.contact.fields.owner_id.object: expected 'staff.id', where owner_id points "
            "in the target, "
            "found 'users.id'",
        ),
    ],
)
def test_each_column_of_the_target_must_take_what_its_field_yields(tmp_path, name, new, expected):
    assert found(tmp_path, target=with_column(name, new)) == ([] if expected is None else [expected])


def test_an_external_id_may_be_the_primary_key(tmp_path):
    target = with_column("legacy_id", column("legacy_id", "varchar", 40, nullable=False))
    target["contacts"] = replace(target["contacts"], primary_key=("legacy_id",))
    assert found(tmp_path, target=target) == []
    target["contacts"] = replace(target["contacts"], primary_key=("legacy_id", "email"))
    (line,) = found(tmp_path, target=target)
    assert "with a unique index" in line


def test_an_entity_that_only_updates_needs_no_field_for_every_column(tmp_path):
    target = with_column("phone", column("phone", "varchar", 30, nullable=False))
    text = changed(("object: contacts\n", "object: contacts\n      write: update\n"))
    assert found(tmp_path, text, target=target) == []


def test_the_columns_of_owners_must_be_there(tmp_path):
    target = {**TARGET, "users": table("users", column("mail", "varchar"))}
    assert found(tmp_path, changed(("by: email}", "by: email, id: uid}")), target=target) == [
        "59:50: entities.contact.fields.owner_id.object: expected 'crm.users.id', where owner_id points "
        "in the target, "
        "found 'users.uid'",
        "59:61: entities.contact.fields.owner_id.by: expected a column of users, found 'email' (did you mean 'mail'?)",
        "59:72: entities.contact.fields.owner_id.id: expected a column of users, found 'uid' (did you mean 'id'?)",
    ]


@pytest.mark.parametrize(
    ("spec", "new", "expected"),
    [
        (
            "kind: text",
            column("born", "varchar", 40),
            "max_length: expected 'max_length: 40' or less for "
            "the column born (varchar, at most 40 characters), "
            "found none",
        ),
        ("kind: text", column("born", "text"), None),
        ("kind: text, max_length: 40", column("born", "varchar", 40), None),
        (
            "kind: text",
            column("born", "integer"),
            "kind: expected a kind that fits the column born (integer), found 'text'",
        ),
        ("kind: email", column("born", "varchar", 254), None),
        (
            "kind: email",
            column("born", "varchar", 253),
            "max_length: expected 'max_length: 253' or less "
            "for the column born (varchar, at most 253 "
            "characters), found none",
        ),
        ("kind: country", column("born", "char", 2), None),
        (
            "kind: country, on_invalid: keep",
            column("born", "char", 2),
            "max_length: expected 'max_length: 2' or less for the column born (char, at most 2 characters), found none",
        ),
        (
            "kind: country",
            column("born", "char", 1),
            "max_length: expected 'max_length: 1' or less for the column born (char, at most 1 characters), found none",
        ),
        ("kind: phone", column("born", "varchar", 32), None),
        (
            "kind: integer",
            column("born", "boolean"),
            "kind: expected a kind that fits the column born (boolean), found 'integer'",
        ),
        (
            "kind: integer, minimum: -1",
            column("born", "int unsigned"),
            "minimum: expected at least 0 for the column born (int unsigned), found -1",
        ),
        (
            "kind: integer, maximum: 40000",
            column("born", "smallint(6)"),
            "maximum: expected at most 32767 for the column born (smallint(6)), found 40000",
        ),
        ("kind: integer, maximum: 40000, minimum: 0", column("born", "integer"), None),
        ("kind: integer, maximum: 255", column("born", "tinyint"), None),
        ("kind: integer", column("born", "varchar", 20), None),
        (
            "kind: integer",
            column("born", "varchar", 5),
            ": expected values that fit the column born (varchar, at most 5 characters), found 20 characters",
        ),
        ("kind: decimal", column("born", "numeric"), None),
        ("kind: decimal", column("born", "varchar", 16), None),
        (
            "kind: decimal",
            column("born", "varchar", 15),
            ": expected values that fit the column born (varchar, at most 15 characters), found 16 characters",
        ),
        ("kind: decimal", column("born", "float", precision=53), None),
        (
            "kind: money",
            column("born", "double precision"),
            "kind: expected a kind that fits the column born (double precision), found 'money'",
        ),
        (
            "kind: money",
            column("born", "integer"),
            "kind: expected a kind that fits the column born (integer), found 'money'",
        ),
        (
            "kind: money",
            column("born", "decimal", precision=10, scale=2),
            "precision: expected at most 10 "
            "for the column born (decimal, "
            "10 digits with 2 decimals), "
            "found the default of 14",
        ),
        (
            "kind: money, precision: 12, scale: 4",
            column("born", "decimal", precision=14, scale=2),
            "scale: expected at most 2 for the column born (decimal, 14 digits with 2 decimals), found 4",
        ),
        ("kind: money, precision: 12, scale: 0", column("born", "decimal", precision=14, scale=2), None),
        (
            "kind: money, precision: 13, scale: 0",
            column("born", "decimal", precision=14, scale=2),
            "precision: expected at most 12 for the column born (decimal, 14 digits with 2 decimals), found 13",
        ),
        ("kind: boolean", column("born", "tinyint"), None),
        (
            "kind: boolean",
            column("born", "char", 1),
            "kind: expected a kind that fits the column born "
            "(char, at most 1 characters), found 'boolean'; "
            "declare 'kind: choice' to write other values",
        ),
        (
            "kind: choice, values: {a: ten}",
            column("born", "integer"),
            "values.a: expected a value that fits the column born (integer), found 'ten'",
        ),
        ("kind: choice, values: {a: '10', b: ''}", column("born", "integer"), None),
        (
            "kind: choice, values: {a: 'yes'}",
            column("born", "boolean"),
            "values.a: expected a value that fits the column born (boolean), found 'yes'",
        ),
        ("kind: choice, values: {a: ten, b: eleven}", column("born", "varchar", 6), None),
        (
            "kind: choice, values: {a: ten, b: eleven}",
            column("born", "varchar", 5),
            ": expected values that fit the column born (varchar, at most 5 characters), found 6 characters",
        ),
        (
            "kind: choice, values: {a: ten}, on_invalid: keep",
            column("born", "varchar", 5),
            ": expected values that fit the column born (varchar, at most 5 characters), found values of any length",
        ),
        (
            "kind: constant, value: abc",
            column("born", "varchar", 2),
            ": expected values that fit the column born (varchar, at most 2 characters), found 3 characters",
        ),
        ("kind: constant, value: '1.5'", column("born", "numeric"), None),
        (
            "kind: constant, value: abc",
            column("born", "numeric"),
            "value: expected a value that fits the column born (numeric), found 'abc'",
        ),
        ("kind: constant, value: abc", column("born", "varchar", 3, nullable=False), None),
    ],
)
def test_each_kind_fits_only_columns_that_can_hold_it(tmp_path, spec, new, expected):
    column_key = "" if "constant" in spec else ", from: birthday"
    text = changed(('{kind: date, from: birthday, formats: ["%d.%m.%Y"]}', f"{{{spec}{column_key}}}"))
    lines = found(tmp_path, text, target=with_column("born", new))
    if expected is None:
        assert lines == []
    else:
        place = "entities.contact.fields.born" + ("" if expected.startswith(":") else ".")
        assert [line.split(": ", 1)[1] for line in lines] == [place + expected]
        assert lines[0].startswith("55:")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("VARCHAR(40)", "text"),
        ("character varying", "text"),
        ("longtext", "text"),
        ("NVARCHAR(10)", "text"),
        ("CHAR", "text"),
        ("String", "text"),
        ("citext", "text"),
        ("bool", "boolean"),
        ("BIT(1)", "boolean"),
        ("TINYINT(1)", "integer"),
        ("BIGINT", "integer"),
        ("int(10) unsigned", "integer"),
        ("int8", "integer"),
        ("NUMERIC(14, 2)", "decimal"),
        ("number", "decimal"),
        ("DOUBLE PRECISION", "float"),
        ("double", "float"),
        ("float8", "float"),
        ("timestamp without time zone", "datetime"),
        ("TIMESTAMP(6)", "datetime"),
        ("datetime", "datetime"),
        ("DATE", "date"),
        ("time without time zone", "time"),
        ("uuid", "uuid"),
        ("jsonb", "json"),
        ("bytea", "binary"),
        ("BLOB", "binary"),
        ("text[]", "array"),
        ("integer ARRAY", "other"),
        ("mood", "other"),
        ("", "other"),
        ("null", "other"),
    ],
)
def test_declared_types_fall_into_families(declared, expected):
    assert family(declared) == expected


def test_a_function_is_imported_and_what_it_makes_of_codes_is_not_judged_here(tmp_path):
    """The codes of `rating` have no entry as they are; that is for the function to say."""
    rating = ("        from: rating\n", "        from: rating\n        function: tests.clean.series_functions:{}\n")
    loaded = read(tmp_path, changed((rating[0], rating[1].format("without_prefix"))))
    assert check_live(loaded, SOURCE, TARGET, {"account": {"rating": {"A-1", "A-2"}}}) == []
    loaded = read(tmp_path, changed((rating[0], rating[1].format("numbrs"))))
    (found,) = check_live(loaded, SOURCE, TARGET, {})
    assert "entities.account.fields.rating.function: expected a function of tests.clean.series_functions" in found
    assert found.endswith("found none named 'numbrs' (did you mean 'numbers'?)")


def test_a_column_of_a_rule_must_be_there(tmp_path):
    rule = ("    key: firm_id\n", "    key: firm_id\n    when: [{statu: {equals: ['1']}}]\n")
    (found,) = check_live(read(tmp_path, changed(rule)), SOURCE, TARGET, {})
    assert "entities.account.when[0].statu: expected a column of firms" in found
    assert "(did you mean 'status'?)" in found
