"""The target CRM of the demo, on each database."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from demo import target
from tests.demo.conftest import Written

MADE = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def crm(request: pytest.FixtureRequest, small: Written) -> sa.Engine:
    url = request.getfixturevalue(f"{request.param}_url")
    target.create(url, small.url)
    return target.engine_for(url)


def test_the_target_holds_its_rules_and_the_active_users(crm: sa.Engine) -> None:
    tables = {name.partition(".")[2]: table for name, table in target.METADATA.tables.items()}
    with crm.begin() as connection:
        users = connection.execute(sa.select(target.USERS)).all()
        account = {"legacy_id": "a", "name": "x", "created_at": MADE}
        connection.execute(sa.insert(tables["account"]), [account])
        found = connection.execute(sa.select(tables["account"].c.id, tables["account"].c.newsletter)).one()
    assert len(users) == 10
    assert all(user.active and user.email.endswith("@our-company.example") for user in users)
    assert found.id == 1
    assert not found.newsletter
    deal = {"name": "x", "account_id": 1, "amount": 1, "currency": "EUR", "stage": "won", "probability": 101}
    for table, row in (
        ("account", account),
        ("account", {"legacy_id": "b"}),
        ("opportunity", {**deal, "close_date": MADE.date(), "created_at": MADE}),
    ):
        with pytest.raises(sa.exc.DatabaseError), crm.begin() as connection:
            connection.execute(sa.insert(tables[table]).values(row))
    crm.dispose()


def test_a_second_time_is_refused(small: Written, sqlite_url: str) -> None:
    target.create(sqlite_url, small.url)
    with pytest.raises(sa.exc.DatabaseError, match="already exists"):
        target.create(sqlite_url, small.url)
