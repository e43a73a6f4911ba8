"""The pages over a ledger on each database, filled by hand: paging, order, search and counts."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_migration.connections import from_url
from crm_migration.extract.dialect import engine_for
from crm_migration.ledger.ledger import Ledger
from tests.load.two_sources import LEGACY
from tests.web import served
from tests.web.served import PREFIX, Site

ROWS, LONG = 120, 3_000_000
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def fill(ledger: Ledger) -> None:
    """Register a red and a running run, with rejected rows, pairs, and a line of the crosswalk."""
    ledger.migrate()
    summary = '{"contact": {"inserted": 3, "rejected": 120}}'
    window = {"window_start": datetime(2026, 11, 1, tzinfo=UTC), "window_end": datetime(2026, 11, 2, tzinfo=UTC)}
    first = ledger.begin_run("legacy", "first", {"mapping_sha256": "0", **window})
    ledger.update_run(first, status="red", summary=summary, finished_at=NOW)
    second = ledger.begin_run("legacy", "second", {"mapping_sha256": "0"})
    stream = ledger.stream_no("legacy", "contact", "contact")
    rows = [
        {"source_key": f"r{number:03}", "step": "clean", "field": "email" if number % 3 else None,
         "reason": "email" if number % 3 else "required", "message": "m", "raw": '{"mail": "x%"}'}
        for number in range(ROWS)
    ]  # fmt: skip
    rows.append(rows[0] | {"source_key": "s%_", "raw": "1" * LONG})
    ledger.write_rejected(first, stream, rows)
    ledger.write_rejected(second, stream, rows[:2])
    pairs = [(0.5, "p1", "p2"), (0.9, "p1", "p3"), (None, "p2", "p3"), (0.5, "p2", "p4"), (0.99, "p4", "p5")]
    told = {"object": "contact", "stream_no": stream, "reason": "below_merge", "first_run": 1, "last_run": 1}
    tables, lines = ledger.tables, []
    for number, (likely, a, b) in enumerate(pairs):
        sides = {"a": f"legacy.contact:{a}", "b": f"legacy.contact:{b}"}
        lines.append(told | sides | {"pair_sha256": str(number), "probability": likely})
    decided = {"object": "contact", "decided_by": "ann", "decided_at": NOW, **{s: lines[4][s] for s in ("a", "b")}}
    known = {"stream_no": stream, "golden_id": "legacy.contact:p1", "target_id": "7", "created": True}
    with ledger.engine.begin() as connection:
        connection.execute(tables.match_review.insert(), lines)
        connection.execute(tables.match_decision.insert(), [decided | {"judgement": "unsure"}])
        connection.execute(tables.match_decision.insert(), [decided | {"judgement": "same"}])
        connection.execute(tables.crosswalk.insert(), [known | {"source_key": "p1", "inserted_run": second}])


@pytest.fixture
def filled(airflow: None, any_database_url: str, tmp_path: Path) -> Site:
    ledger = Ledger(engine_for(any_database_url))
    fill(ledger)
    ledger.engine.dispose()
    (tmp_path / "legacy.yaml").write_text(LEGACY, encoding="utf-8")
    return served.site(tmp_path, str(tmp_path / "staging"), {"crm": from_url(any_database_url)})


def test_pages_of_a_ledger_by_hand(filled: Site) -> None:
    client = filled.client("ann", "user")

    def told(path: str) -> str:
        answer = client.get(PREFIX + path, headers={"accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text

    overview = told("/")
    assert re.search(r"review/legacy\">4<", overview)
    assert re.search(r"rejected/legacy\">121<", overview), "two rows are listed by either run, and open in the later"
    assert re.search(r"Of run\s+<[^>]+>second<", told("/rejected/legacy"))
    assert re.search("2 superseded · <[^>]+>second<", told("/run/legacy/first"))
    assert "running" in overview
    assert "reprocess_behavior" in told("/dag/legacy"), "a red run with a window can be run again"
    for path in ("/run/legacy/first", "/run/legacy/second", "/progress/legacy/second"):
        told(path)
    keys, path = [], "/rejected/legacy/first"
    while path:
        html = told(path)
        keys += re.findall(r"entity=contact&amp;key=([^\"]+)\"", html)
        following = re.search(r'rel="next" href="/crm([^"]+)"', html)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(keys) == len(set(keys)) == ROWS + 1
    assert len(re.findall("at-fault|key=r0[0-9]{2}", told("/rejected/legacy/first?reason=email"))) == 50
    assert "key=s%25_" in told("/rejected/legacy/first?key=s%25")
    assert len(told("/rejected/legacy/first?key=s")) < 20_000, "a long row is cut by the database"
    order, path = [], "/review/legacy"
    while (pair := re.search(r"/review/legacy/(\d+)\"", html := told(path))) is not None:
        order.append(int(pair[1]))
        path = "/review/legacy?after=" + re.search(r'name="behind" value="([^"]+)"', html)[1]  # type: ignore[index]
    assert order == [2, 1, 4, 3], "the likeliest first, decided ones left out, those without a model last"
    assert "contact 7" in told("/crosswalk/legacy?key=p1")
