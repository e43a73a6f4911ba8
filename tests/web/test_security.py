"""Who gets in: every route of the application, as the application itself lists them, asked by everybody."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.load.two_sources import Scene
from tests.web.served import HOST, PREFIX, Site, token

VALUES = {
    "dag_id": "legacy",
    "run_id": "one",
    "kind": "html",
    "phase": "full",
    "path": "index.html",
    "number": "1",
}
OPEN = ("/static",)
ACTING = {"/review/{dag_id}/{number}", "/upload/{dag_id}/{run_id}"}


def routes(site: Site) -> list[tuple[str, str]]:
    """Return method and path of every route; a mount that is not known to be open fails the test."""
    found = []
    for route in site.monitor.routes:
        if isinstance(route, APIRoute):
            found += [(method, route.path) for method in sorted(route.methods)]
        else:
            assert route.path in OPEN, f"{route.path} is neither a guarded route nor known to be open"
    return found


def ask(client: TestClient, method: str, path: str) -> Any:
    filled = re.sub(r"{(\w+)(?::path)?}", lambda name: VALUES[name[1]], path)
    headers = {"origin": HOST, "content-length": "0"} if method == "POST" else {}
    return client.request(method, PREFIX + filled, headers=headers)


def test_strangers_and_those_without_the_dag_s_right_get_nothing(site: Site) -> None:
    known = routes(site)
    assert len(known) >= 12, "the application lists its routes"
    stranger, outsider = site.client(None), site.client("mallory")
    for method, path in known:
        assert ask(stranger, method, path).status_code == 401, f"{method} {path}"
        answer = ask(outsider, method, path)
        expected = 200 if path == "/" else 403
        assert answer.status_code == expected, f"{method} {path}"
        for told in ("legacy", "p1", "Ann"):
            assert path != "/" or told not in answer.text, "an overview of no source tells of none"


def test_who_may_look_may_not_act(site: Site) -> None:
    viewer = site.client("eve")
    for method, path in routes(site):
        answer = ask(viewer, method, path)
        assert answer.status_code == (403 if path in ACTING else 200), f"{method} {path}: {answer.text[:200]}"


def test_a_bearer_token_counts_a_forged_one_does_not(site: Site) -> None:
    client = site.client(None)
    bearer = {"authorization": f"Bearer {token('eve', 'viewer')}"}
    assert client.get(f"{PREFIX}/dag/legacy", headers=bearer).status_code == 200
    forged = {"authorization": f"Bearer {token('eve', 'viewer')[:-4]}AAAA"}
    assert client.get(f"{PREFIX}/dag/legacy", headers=forged).status_code == 403


OUTSIDE = (
    "../report/report.json",
    "..%2f..%2freport/report.json",
    "%2e%2e/%2e%2e/report.json",
    "/etc/passwd",
    "index.html%00",
    "static/..%5c..%5cx.html",
    ".hidden.html",
    "x/y.py",
)


@pytest.mark.parametrize("path", OUTSIDE)
def test_data_docs_lead_nowhere_else(site: Site, path: str) -> None:
    client = site.client("eve")
    for start in (f"{PREFIX}/docs/legacy/one/full/", f"{PREFIX}/docs/legacy/one/sample/"):
        assert client.get(start + path).status_code in (403, 404), path
    assert client.get(f"{PREFIX}/docs/legacy/one/..%2f..%2f_run/index.html").status_code == 404
    assert client.get(f"{PREFIX}/docs/legacy/..%2fone/full/index.html").status_code == 404
    assert client.get(f"{PREFIX}/report/legacy/one/..%2fx").status_code == 404


def test_a_link_in_staging_is_not_followed(site: Site, scene: Scene) -> None:
    docs = next((scene.root / "staging").glob("**/docs-full"))
    outside = scene.root / "secret.html"
    outside.write_text("secret", encoding="utf-8")
    link = docs / "link.html"
    link.symlink_to(outside)
    try:
        assert site.client("eve").get(f"{PREFIX}/docs/legacy/one/full/link.html").status_code == 404
    finally:
        link.unlink()


def test_headers_forbid_scripts_of_others_and_frames_of_others(site: Site) -> None:
    client = site.client("eve")
    policy = client.get(f"{PREFIX}/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    for path in ("report/legacy/one/html", "docs/legacy/one/full/index.html"):
        served = client.get(f"{PREFIX}/{path}").headers
        assert served["content-security-policy"].startswith("sandbox")
        assert "allow-same-origin" not in served["content-security-policy"]
        assert served["x-content-type-options"] == "nosniff"


def form(client: TestClient) -> dict[str, str]:
    page = client.get(f"{PREFIX}/rejected/legacy/one").text
    return {"token": re.search('name="token" value="([^"]*)"', page)[1]}  # type: ignore[index]


def decisions(scene: Scene) -> int:
    job = scene.job("legacy", "look")
    with job.target.engine.connect() as connection:
        found = connection.scalar(sa.select(sa.func.count()).select_from(job.target.ledger.tables.match_decision))
    job.target.close()
    return int(found or 0)


@pytest.mark.parametrize(
    ("headers", "change"),
    [
        ({"origin": "https://evil.example"}, {}),
        ({"origin": "null"}, {}),
        ({"origin": "http://["}, {}),
        ({}, {}),
        ({"origin": HOST, "sec-fetch-site": "cross-site"}, {}),
        ({"origin": HOST, "sec-fetch-site": "same-site"}, {}),
        ({"origin": HOST}, {"token": "x"}),
        ({"origin": HOST}, {"token": ""}),
        ({"referer": f"{HOST}.evil.example/crm/"}, {}),
    ],
)
def test_a_form_of_another_site_decides_nothing(
    site: Site, scene: Scene, headers: dict[str, str], change: dict[str, str]
) -> None:
    client, before = site.client("ann", "user"), decisions(scene)
    sent = form(client) | {"said": "accept"} | change
    answer = client.post(f"{PREFIX}/review/legacy/1", data=sent, headers=headers)
    assert answer.status_code == 403
    files = {"file": ("x.xlsx", b"PK", "application/octet-stream")}
    answer = client.post(f"{PREFIX}/upload/legacy/one", data=form(client) | change, files=files, headers=headers)
    assert answer.status_code == 403
    assert decisions(scene) == before


def test_the_token_of_another_user_is_none(site: Site) -> None:
    sent = form(site.client("eve")) | {"said": "accept"}
    answer = site.client("ann", "user").post(f"{PREFIX}/review/legacy/1", data=sent, headers={"origin": HOST})
    assert answer.status_code == 403


def test_bodies_say_how_long_they_are_and_are_short(site: Site) -> None:
    stranger = site.client(None)
    long = stranger.post(f"{PREFIX}/review/legacy/1", content=b"x" * (65 << 10), headers={"origin": HOST})
    assert long.status_code == 413
    endless = stranger.post(f"{PREFIX}/upload/legacy/one", content=iter([b"x"]), headers={"origin": HOST})
    assert endless.status_code == 411
