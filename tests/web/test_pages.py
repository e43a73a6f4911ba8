"""What the pages tell of a ledger that a real run has written, and what becomes of hostile values on them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from crm_migration.ledger.rejected import Settled
from crm_migration.report.pairs import Line, SideBySide
from crm_migration.web import files, forgery, review
from crm_migration.web.runs import funnel_of
from crm_migration.web.text import segment
from tests.load.two_sources import Scene
from tests.web.served import HOST, PREFIX, Site


def page(site: Site, path: str, name: str = "eve", **headers: str) -> str:
    answer = site.client(name).get(PREFIX + path, headers={"accept": "text/html", **headers})
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def words(html: str) -> str:
    """Return what a page says, without its elements."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_overview_tells_of_each_source(site: Site) -> None:
    told = words(page(site, "/"))
    assert "legacy" in told
    assert "sheet" in told
    assert "Extracted 8" in told
    assert "Pairs to decide 1" in told
    assert "Rejected rows open 1" in told
    assert page(site, "/").count('<svg class="trend"') == 2


def test_a_pair_waits_with_the_sources_of_its_rows_alone(site: Site) -> None:
    assert words(page(site, "/")).count("Pairs to decide 1") == 1
    assert "No pair waits" in words(page(site, "/review/sheet"))
    html = page(site, "/review/legacy", "ann")
    number = re.search(r"/review/legacy/(\d+)", html)[1]  # type: ignore[index]
    token = re.search('name="token" value="([^"]*)"', html)[1]  # type: ignore[index]
    sent = {"token": token, "said": "accept"}
    client = site.client("ann", "user")
    assert client.post(f"{PREFIX}/review/sheet/{number}", data=sent, headers={"origin": HOST}).status_code == 422
    assert words(page(site, "/")).count("Pairs to decide 1") == 1


def test_a_pair_is_decided_by_who_may_act_for_both_sources(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = review.Rows("contact", "legacy.contact:p1", "sheet.contact:s1")
    monkeypatch.setattr(review, "rows_of", lambda *_: rows)
    said: list[str] = []
    monkeypatch.setattr(review, "decide", lambda _ledger, _rows, _said, by: said.append(by))
    for name, expected in (("half", 403), ("ann", 303)):
        client = site.client(name, "user")
        sent = {"token": forgery.token_for(SimpleNamespace(get_id=lambda name=name: name)), "said": "accept"}
        answer = client.post(f"{PREFIX}/review/sheet/1", data=sent, headers={"origin": HOST})
        assert answer.status_code == expected, answer.text
    assert said == ["ann"]


def test_the_report_shows_no_record_of_a_source_that_the_user_may_not_see(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (Line("name", "Secretson", "Openson", "different"),)
    shown = SideBySide(1, "contact", "legacy.contact:p1", "sheet.contact:s1", "mail", "guarded", None, lines, ())
    own = replace(shown, a="sheet.contact:s2", lines=(Line("name", "Mine", "Mine", "equal"),))
    monkeypatch.setattr(files, "pairs_to_decide", lambda *_: (shown, own))
    told = words(page(site, "/report/sheet/first/html", "half"))
    assert "Mine" in told
    assert "Secretson" not in told
    assert "Openson" not in told
    assert "Mine" not in words(page(site, "/report/sheet/first/html")), "who may see all gets the file as it lies"


def test_only_sources_that_the_user_may_see_are_shown(site: Site) -> None:
    told = words(page(site, "/", "half"))
    assert "sheet" in told
    assert "legacy" not in told
    shown = words(page(site, "/crosswalk/sheet?key=s2", "half"))
    assert "sheet.contact:s2" in shown
    assert "may not see" in shown, "a member of the record is of the other source"


def test_a_run_tells_where_its_rows_went_and_what_was_checked(site: Site) -> None:
    told = words(page(site, "/run/legacy/one"))
    for expected in ("complete", "Reconciliation", "every row has one outcome", "Steps and time", "Backup and undo"):
        assert expected.lower() in told.lower(), expected
    assert "airflow dags trigger rollback_migration" in told
    assert "/api/v2/dags/rollback_migration/dagRuns" in told
    assert "neither airflow nor the ledger" in words(page(site, "/run/legacy/nobody")).lower()


def test_a_run_tells_which_of_its_rejected_rows_were_closed_since(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    told = words(page(site, "/run/legacy/one"))
    assert "See the 1 rejected rows" in told
    assert "Closed since" not in told
    lines = [Settled("contact", 3, "reloaded", "manual__2026-11-28T00:27:17+00:00"), Settled("contact", 1)]
    monkeypatch.setattr("crm_migration.web.run_pages.settled", lambda *_: lines)
    html = page(site, "/run/legacy/one")
    assert "See the 4 rejected rows 1 open" in words(html)
    assert "Closed since contact: 3 reloaded · manual__2026-11-28T00:27:17+00:00" in words(html)
    assert 'href="/crm/run/legacy/manual__2026-11-28T00:27:17+00:00"' in html


def test_a_sample_is_shown_side_by_side_while_it_waits_and_with_who_answered(
    site: Site, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migration.report.approval import Approval, write_answer
    from crm_migration.web import access

    html = page(site, "/sample/legacy/one")
    told = words(html)
    assert re.search(r"contact p1 .*?first_name first Ann Ann last_name last Lee Lee", told)
    assert "Nobody has answered yet" in told
    assert "&lt;b&gt;h2" in html
    assert "&lt;i&gt;Ok" in html
    assert not re.search(r"<b>h2|<i>Ok|\u202e", html)
    chinese = words(page(site, "/sample/legacy/one?lang=zh"))
    assert "源与目标对照" in chinese
    assert re.search("(account|contact) [a-z0-9]+ [a-z_]+ (为空|最长|最短)", chinese)
    assert 'href="/crm/sample/legacy/one"' in page(site, "/run/legacy/one")

    waiting = access.Activity("running", None, (), (), ("approve_sample",), 3, 9)
    with monkeypatch.context() as patch:
        patch.setattr(access, "activity", lambda *_: waiting)
        assert "waits for an answer" in words(page(site, "/run/legacy/one"))
        assert "/dags/legacy/runs/one/required_actions" in page(site, "/sample/legacy/one")
    folder = scene.job("legacy", "one").folder
    write_answer(folder, Approval(answer="approved", by="<u>Bo</u>", at=datetime(2026, 11, 27, 2, tzinfo=UTC)))
    for path in ("/run/legacy/one", "/sample/legacy/one"):
        assert "approved by &lt;u&gt;Bo&lt;/u&gt; · 2026-11-27 02:00:00 UTC" in words(page(site, path))
    assert site.client("eve").get(f"{PREFIX}/sample/sheet/first").status_code == 404, "that run has asked nobody"


def test_a_row_that_the_target_refused_leaves_the_funnel_at_the_load() -> None:
    counts = {"inserted": 5, "updated": 1, "unchanged": 2, "merged": 3, "rejected": 4, "filtered": 1}
    levels = funnel_of(counts, refused=3)
    assert [(level.name, level.rows) for level in levels] == [
        ("extracted", 16), ("cleaned", 14), ("merged", 11), ("loaded", 6),
    ]  # fmt: skip
    assert levels[1].lost == (("kept_out", 2),)
    assert levels[-1].lost == (("unchanged", 2), ("refused", 3))


def test_the_funnel_of_a_run_knows_from_the_ledger_where_its_rows_were_rejected(site: Site, scene: Scene) -> None:
    job = scene.job("legacy", "one")
    table = job.target.ledger.tables.rejected_row
    mine = table.c.run_no == job.run_no

    def rejected_at(step: str) -> None:
        with job.target.engine.begin() as connection:
            connection.execute(table.update().where(mine).values(step=step))

    assert "Cleaned 7 −1 kept out" in words(page(site, "/run/legacy/one"))
    try:
        rejected_at("load")
        for path in ("/run/legacy/one", "/"):
            told = words(page(site, path))
            assert "Cleaned 8 After merging" in told
            assert "−1 rejected at the load" in told
    finally:
        rejected_at("clean")
        job.target.close()


def test_an_address_has_no_escape_that_airflow_undoes_when_it_repeats_it() -> None:
    assert segment("manual__2026-11-28T00:27:17.8+00:00~a@b") == "manual__2026-11-28T00:27:17.8+00:00~a@b"
    assert segment('../a?b#c%d e"中') == "..%2Fa%3Fb%23c%25d%20e%22%E4%B8%AD"


def test_rejected_rows_are_listed_by_reason_and_found_by_key(site: Site) -> None:
    told = words(page(site, "/rejected/legacy/one"))
    assert "A required value is missing" in told
    assert "h1" in told
    assert "Nothing was found" in words(page(site, "/rejected/legacy/one?key=zz"))
    assert "Nothing was found" not in words(page(site, "/rejected/legacy/one?key=h"))
    assert "Nothing was found" in words(page(site, "/rejected/legacy/one?key=%25"))


def test_hostile_values_are_text_and_cut(site: Site) -> None:
    html = page(site, "/rejected/legacy/one") + page(site, "/crosswalk/legacy?key=%3Cb%3Eh2")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<b>h2" not in html
    assert "&lt;b&gt;h2" in html
    assert "\u202e" not in html
    assert "=cmd|calc" in html
    assert len(html) < 60_000, "five million digits are cut"
    hostile = page(site, "/crosswalk/legacy?key=%22%3E%3Cscript%3Ealert(2)%3C/script%3E")
    assert "<script>alert(2)" not in hostile


def test_the_crosswalk_leads_from_a_key_to_the_target(site: Site) -> None:
    told = words(page(site, "/crosswalk/legacy?key=p1"))
    assert "legacy.contact:p1" in told
    assert "inserted" in told
    assert re.search(r"contact \d+", told)
    several = words(page(site, "/crosswalk/legacy?key=p"))
    assert "Keys that begin so" in several
    rejected = words(page(site, "/crosswalk/legacy?key=h1"))
    assert "never been loaded" in rejected
    assert "A required value is missing" in rejected
    assert "Nothing was found" in words(page(site, "/crosswalk/legacy?key=nobody"))


def test_a_pair_is_shown_skipped_and_decided(site: Site, scene: Scene) -> None:
    client = site.client("ann", "user")
    html = client.get(f"{PREFIX}/review/legacy").text
    told = words(html)
    assert "legacy.contact:p1" in told
    assert "Zoë" in told
    assert "The given names differ" in told
    behind, token = (re.search(f'name="{name}" value="([^"]*)"', html)[1] for name in ("behind", "token"))  # type: ignore[index]
    assert "still wait" in words(client.get(f"{PREFIX}/review/legacy?after={behind}").text)
    number = re.search(r"/review/legacy/(\d+)", html)[1]  # type: ignore[index]
    sent: dict[str, Any] = {"token": token, "behind": behind}
    headers = {"origin": HOST}
    assert (
        client.post(f"{PREFIX}/review/legacy/{number}", data=sent | {"said": "buy"}, headers=headers).status_code == 422
    )
    assert client.post(f"{PREFIX}/review/legacy/99", data=sent | {"said": "accept"}, headers=headers).status_code == 422
    done = client.post(f"{PREFIX}/review/legacy/{number}", data=sent | {"said": "unsure"}, headers=headers)
    assert done.status_code == 303
    assert "somebody was unsure" in words(client.get(f"{PREFIX}/review/legacy").text)
    done = client.post(f"{PREFIX}/review/legacy/{number}", data=sent | {"said": "reject"}, headers=headers)
    assert client.get(HOST + done.headers["location"]).status_code == 200
    assert "No pair waits" in words(client.get(f"{PREFIX}/review/legacy").text)
    job = scene.job("legacy", "look")
    table = job.target.ledger.tables.match_decision
    with job.target.engine.connect() as connection:
        lines = list(connection.execute(table.select().with_only_columns(table.c.judgement, table.c.decided_by)))
    job.target.close()
    assert [tuple(line) for line in lines] == [("unsure", "ann"), ("different", "ann")]


def test_a_run_under_way_is_watched_and_a_failed_one_can_be_cleared(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migration.web import access

    moment = datetime(2026, 11, 27, 2, tzinfo=UTC)
    running = access.Activity("running", moment, (), ("load.contact",), ("approve_sample",), 3, 9)
    monkeypatch.setattr(access, "activity", lambda *_: running)
    html = page(site, "/run/legacy/one")
    assert 'data-progress="/crm/progress/legacy/one"' in html
    assert "act-roll_back" not in html, "nothing is undone while it is under way"
    told = json.loads(site.client("eve").get(f"{PREFIX}/progress/legacy/one").text)
    assert (told["live"], told["running"], told["awaiting"]) == (True, ["load.contact"], ["approve_sample"])
    failed = access.Activity("failed", moment, ("load.contact",), (), (), 9, 9)
    monkeypatch.setattr(access, "activity", lambda *_: failed)
    shown = words(page(site, "/run/legacy/one"))
    assert "POST /api/v2/dags/legacy/clearTaskInstances" in shown
    assert "airflow tasks clear legacy --only-failed --downstream" in shown
    assert moment.isoformat() in shown


def test_progress_is_json(site: Site) -> None:
    told = json.loads(site.client("eve").get(f"{PREFIX}/progress/legacy/one").text)
    assert told["live"] is False
    assert {load["entity"] for load in told["loads"]} == {"account", "contact"}
    assert all(load["done"] == load["total"] for load in told["loads"])


def test_a_ledger_that_is_not_there_is_told(site: Site, tmp_path: Any) -> None:
    from crm_migration.connections import from_url
    from tests.web.served import site as serve

    (tmp_path / "legacy.yaml").write_text(
        "version: '1'\nsource: {name: legacy, connection: legacy}\ntarget: {name: crm, connection: crm}\n"
        "entities: {a: {table: a, key: id, target: {object: a, external_id: i}, fields: {i: {from: id, kind: text}}}}\n"
    )
    (tmp_path / "broken.yaml").write_text("version: '1'\n")
    made = serve(tmp_path, str(tmp_path), {"crm": from_url(f"sqlite:///{tmp_path / 'none.sqlite'}")})
    told = words(page(made, "/"))
    assert "expected a ledger, found none" in told
    assert "broken" in told
    assert made.client("eve").get(f"{PREFIX}/review/legacy").status_code == 409
    assert not (tmp_path / "none.sqlite").exists(), "looking makes no database"
