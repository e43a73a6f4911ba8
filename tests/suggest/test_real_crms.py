"""On real CRMs the proposal maps what a person has mapped by hand, and is accepted by `check` as it stands."""

from pathlib import Path

import pytest

from crm_migration.mapping.reader import read_mapping
from demo import legacy
from demo import target as demo_target
from tests import servers
from tests.cases import target
from tests.suggest.proposals import connection, from_database
from tests.suggest.shares import Share, shares

ROOT = Path(__file__).parents[2]


def compared(written: str, url: str, target_url: str, folder: Path, rows: dict[str, int]) -> dict[str, Share]:
    """Propose, check, count, and compare with the mapping that a person wrote; print the shares."""
    proposed = from_database(url, target_url, folder)
    found = proposed.rows(connection(url), folder)
    assert {entity: found[entity] for entity in rows} == rows
    result = shares(read_mapping(ROOT / written).mapping, proposed.mapping)
    print("", *result.values(), sep="\n")  # noqa: T201 the share of each entity, and what it lacks
    return result


def test_suitecrm(suitecrm_url: str, postgres_url: str, tmp_path: Path) -> None:
    target.create(postgres_url, ["somebody@example.com"])
    rows = {"account": 50, "contact": 27, "opportunity": 50, "call": 50, "meeting": 26, "note": 50, "task": 26}
    found = compared("tests/cases/suitecrm.yaml", suitecrm_url, postgres_url, tmp_path, rows)
    assert {name: found[name].share for name in ("account", "contact", "opportunity")} == {
        "account": 1.0,
        "contact": 1.0,
        "opportunity": 1.0,
    }
    assert min(entity.share for entity in found.values()) >= 0.9


def test_npsp(npsp_url: str, sqlite_url: str, tmp_path: Path) -> None:
    target.create(sqlite_url, [])
    rows = {"account": 1223, "contact": 1024, "campaign": 13, "opportunity": 1517, "campaign_member": 1699}
    found = compared("tests/cases/npsp.yaml", npsp_url, sqlite_url, tmp_path, rows)
    assert min(entity.share for entity in found.values()) >= 0.85


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_demos_legacy_crm(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'legacy.sqlite'}"
    if engine == "postgresql":
        with servers.fresh_database(request.getfixturevalue("postgres_server")) as url:
            legacy_crm(url, tmp_path)
    else:
        legacy_crm(url, tmp_path)


def legacy_crm(url: str, folder: Path) -> None:
    legacy.write(url, 300, 7, folder / "truth")
    target_url = f"sqlite:///{folder / 'crm.sqlite'}"
    demo_target.create(target_url, url)
    found = compared("include/mappings/legacy_crm.yaml", url, target_url, folder, {"contact": 300})
    assert min(entity.share for entity in found.values()) >= 0.95
