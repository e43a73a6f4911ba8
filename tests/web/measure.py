"""How long the monitor's pages take over a large ledger on PostgreSQL.

python -m tests.web.measure

Fills the ledger by statements (a million rows in the crosswalk, 150,000 rejected ones, 20,000 pairs, 300 runs), and
asks for each page some times. Prints wall time, and the processor time of this process and of PostgreSQL.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

import psutil
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))

from crm_migration.connections import from_url
from crm_migration.extract.dialect import engine_for
from crm_migration.ledger.ledger import Ledger
from tests import servers
from tests.load.two_sources import LEGACY
from tests.web import served

TIMES = 5
FILL = (
    "CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, legacy_id text UNIQUE, name text)",
    "CREATE TABLE contact (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, legacy_id text UNIQUE, first_name text, "
    "last_name text, email text, phone text, city text, born date, revenue numeric(14,2), opted_out boolean, "
    "account_id bigint, referred_by bigint)",
    "INSERT INTO crm_migration.stream (source, entity, object) "
    "VALUES ('legacy', 'account', 'account'), ('legacy', 'contact', 'contact')",
    "INSERT INTO crm_migration.run (source, run_id, mapping_sha256, status, started_at, finished_at, summary) "
    "SELECT 'legacy', 'run-' || g, '0', 'green', now() - (300 - g) * interval '1 day', now(), "
    """'{"contact": {"inserted": 800000, "rejected": 100000, "merged": 100000}}' FROM generate_series(1, 300) g""",
    "INSERT INTO contact (legacy_id, first_name, last_name, email) "
    "SELECT 'k' || g, 'Ann', 'Lee ' || g, 'a' || g || '@x.example' FROM generate_series(1, 200000) g",
    "INSERT INTO crm_migration.crosswalk "
    "(stream_no, source_key, golden_id, target_id, fingerprint, created, inserted_run) "
    "SELECT 2, 'k' || g, 'legacy.contact:k' || g, g, decode(repeat('00', 40), 'hex'), true, 1 "
    "FROM generate_series(1, 1000000) g",
    "INSERT INTO crm_migration.lineage (stream_no, source_key, golden_id, merged_by, record) "
    """SELECT 2, 'k' || g, 'legacy.contact:k' || g, 'email', '{"first_name": "Ann"}' """
    "FROM generate_series(1, 100000) g",
    "INSERT INTO crm_migration.rejected_row (run_no, stream_no, source_key, step, field, reason, message, raw) "
    "SELECT 300, 2, 'r' || g, 'clean', (ARRAY['email', 'phone', 'born', 'last_name'])[1 + mod(g, 4)], "
    "(ARRAY['email', 'phone', 'date', 'required'])[1 + mod(g, 4)], 'expected something else', "
    "json_build_object('id', 'r' || g, 'first', repeat('x', 200), 'mail', repeat(md5(g::text), 5))::text "
    "FROM generate_series(1, 100000) g",
    "INSERT INTO crm_migration.rejected_row "
    "(run_no, stream_no, source_key, step, field, reason, message, raw, closed_run, closed_how) "
    "SELECT r, 2, 'r' || g, 'clean', 'email', 'email', 'm', '{}', 300, 'superseded' "
    "FROM generate_series(1, 1000) g, generate_series(250, 299) r",
    "INSERT INTO crm_migration.match_review "
    "(pair_sha256, object, a, b, stream_no, rule, reason, probability, weights, first_run, last_run) "
    "SELECT g, 'contact', 'legacy.contact:k' || g, 'legacy.contact:k' || g + 1, 2, 'model', 'below_merge', random(), "
    """'{"name": {"level": "exact", "weight": 5.5}}', 1, 300 FROM generate_series(100000, 120000) g""",
    "INSERT INTO crm_migration.match_decision (object, a, b, judgement, decided_by, decided_at) "
    "SELECT 'contact', 'legacy.contact:k' || g, 'legacy.contact:k' || g + 1, 'same', 'ann', now() "
    "FROM generate_series(100000, 105000) g",
    "INSERT INTO crm_migration.reconciliation "
    "SELECT 300, g, 'full', 'accuracy', 'contact', 'email', 'rows', '1', '1', '0', null, 'pass' "
    "FROM generate_series(1, 400) g",
    "INSERT INTO crm_migration.watermark SELECT 2, g, now(), now() FROM generate_series(1, 300) g",
)
PAGES = (
    "/",
    "/dag/legacy",
    "/run/legacy/run-300",
    "/progress/legacy/run-300",
    "/rejected/legacy",
    "/rejected/legacy/run-300?reason=phone",
    "/rejected/legacy/run-300?key=r99",
    "/rejected/legacy/run-300?after=2:r60000&reason=date",
    "/review/legacy",
    "/review/legacy?after=0.5_1",
    "/crosswalk/legacy?key=k77777",
    "/crosswalk/legacy?key=k777777",
    "/crosswalk/legacy?key=r777",
    "/crosswalk/legacy?key=nobody",
)


NUMBERS = re.compile(r"\d{4,}")


def _shrunk(text: str, smaller: int) -> str:
    """Return a statement or an address with all numbers of at least a thousand divided."""
    return NUMBERS.sub(lambda number: str(int(number[0]) // smaller), text)


def _fill(url: str, smaller: int) -> None:
    engine = engine_for(url)
    Ledger(engine).migrate()
    with engine.begin() as connection:
        for statement in FILL:
            connection.exec_driver_sql(_shrunk(statement, smaller))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


def _busy() -> float:
    """Return the processor time of PostgreSQL; that of other servers on this machine is in it."""
    found = [one.info for one in psutil.process_iter(["name", "cpu_times"]) if one.info["name"] == "postgres"]
    return sum(sum(one["cpu_times"][:2]) for one in found if one["cpu_times"])


def measure(server: str, root: Path, smaller: int = 1) -> None:
    """Fill a ledger on a PostgreSQL, so many times smaller, and print how long each page takes over it."""
    (root / "legacy.yaml").write_text(LEGACY, encoding="utf-8")
    with servers.fresh_database(server) as url:
        _fill(url, smaller)
        _measure(served.site(root, str(root / "staging"), {"crm": from_url(url)}), smaller)


def _measure(site: served.Site, smaller: int) -> None:
    client = site.client("ann", "user")
    sys.stdout.write(f"{'wall ms':>8} {'python':>7} {'postgres':>9}  page\n")
    for path in (_shrunk(page, smaller) for page in PAGES):
        client.get(served.PREFIX + path)
        cpu, postgres, wall = time.process_time(), _busy(), time.perf_counter()
        for _ in range(TIMES):
            answer = client.get(served.PREFIX + path)
            assert answer.status_code == 200, answer.text[:300]
        spent = [time.perf_counter() - wall, time.process_time() - cpu, _busy() - postgres]
        told = [f"{1000 * seconds / TIMES:.0f}" for seconds in spent]
        sys.stdout.write(f"{told[0]:>8} {told[1]:>7} {told[2]:>9}  {path}\n")


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.embedded_postgres() as server,
        served.airflow(Path(folder) / "airflow"),
    ):
        measure(server, Path(folder))
