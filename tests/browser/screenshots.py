"""Takes pictures of the monitor's pages in a running Airflow, for docs/images.

python -m tests.browser.screenshots http://localhost:8080 admin PASSWORD legacy_crm RUN_ID [KEY]
"""

import json
import sys
import urllib.request
from pathlib import Path
from urllib.parse import quote

from tests.browser.chromium import Page, chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE, NARROW = 1280, 390
LANGUAGES = ("en", "zh")


def _token(url: str, name: str, password: str) -> str:
    body = json.dumps({"username": name, "password": password}).encode()
    asked = urllib.request.Request(f"{url}/auth/token", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["access_token"])


def _pages(page: Page, url: str, pages: dict[str, str]) -> None:
    """Take each page in both languages, wide and light, narrow and dark."""
    for language in LANGUAGES:
        for name, path in pages.items():
            for width, dark in ((WIDE, False), (NARROW, True)):
                page.look(width, dark=dark)
                joined = "&" if "?" in path else "?"
                page.go(f"{url}/crm{path}{joined}lang={language}")
                page.value("document.fonts.ready.then(() => true)")
                size = "narrow" if width == NARROW else "wide"
                page.picture(IMAGES / f"monitor-{name}-{language}-{size}.png")


def main(url: str, name: str, password: str, dag_id: str, run_id: str, key: str) -> None:
    """Sign in, take the pages, and one of them inside Airflow's own."""
    run = f"{dag_id}/{quote(run_id, safe='')}"
    pages = {
        "overview": "/",
        "source": f"/dag/{dag_id}",
        "run": f"/run/{run}",
        "rejected": f"/rejected/{run}",
        "review": f"/review/{dag_id}",
        "crosswalk": f"/crosswalk/{dag_id}?key={quote(key)}",
    }
    with chromium() as page:
        page.sign_in(url, _token(url, name, password))
        _pages(page, url, pages)
        page.look(WIDE)
        page.go(f"{url}/dags/{dag_id}/plugin/crm-source")
        page.until("Boolean(document.querySelector('iframe')?.contentDocument?.querySelector('h1'))", seconds=120)
        page.picture(IMAGES / "monitor-in-airflow.png")
        assert not page.complaints, page.complaints


if __name__ == "__main__":
    url, name, password, dag_id, run_id, *rest = sys.argv[1:]
    main(url.rstrip("/"), name, password, dag_id, run_id, rest[0] if rest else "")
