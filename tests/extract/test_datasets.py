"""Two legacy CRMs that nobody here wrote arrive whole."""

import polars as pl

from crm_migration.extract.database import DatabaseSource
from tests.contract.source import ENTITY, mapping

SUITECRM = {
    "accounts": 50, "contacts": 27, "opportunities": 50, "calls": 50, "meetings": 26, "notes": 50, "tasks": 26,
    "cases": 50, "leads": 0, "campaigns": 0, "emails": 26, "opportunities_contacts": 27,
}  # fmt: skip
NPSP = {"Account": 1223, "Contact": 1024, "Opportunity": 1517, "Campaign": 13, "CampaignMember": 1699}


def source(url: str, table: str, *columns: str) -> DatabaseSource:
    """Return a source that reads `columns` of `table`."""
    fields = {f"f{at}": {"kind": "text", "from": column} for at, column in enumerate(columns or ("id",))}
    return DatabaseSource(url, mapping(table=table, watermark=None, fields=fields))


def check_whole(url: str, expected: dict[str, int]) -> None:
    """Check that every column of the tables is read, and as many rows as are known to be there."""
    for table, rows in expected.items():
        found = source(url, table)
        everything = source(url, table, *found.describe(ENTITY))
        assert pl.concat(everything.read(ENTITY)).height == found.count(ENTITY) == rows, table


def test_suitecrm_tables_arrive_whole(suitecrm_url: str) -> None:
    check_whole(suitecrm_url, SUITECRM)


def test_suitecrm_amounts_and_names_are_exact(suitecrm_url: str) -> None:
    amounts = pl.concat(source(suitecrm_url, "opportunities", "amount").read(ENTITY))["amount"]
    assert amounts.cast(pl.Decimal(20, 4)).sum() == 1_905_000
    names = pl.concat(source(suitecrm_url, "accounts", "name").read(ENTITY))["name"]
    assert names.n_unique() == 46
    assert names.str.contains("&").sum() == 3
    assert names.str.contains("'").sum() == 1


def test_npsp_tables_arrive_whole(npsp_url: str) -> None:
    check_whole(npsp_url, NPSP)
