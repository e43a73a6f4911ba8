"""Takes pictures of the monitor's pages in a running Airflow, for docs/images.

python -m tests.browser.screenshots http://localhost:8080 admin PASSWORD legacy_crm RUN_ID [KEY [PAGE…]]

Without the names of pages all are taken but `weights`; the page of a sample needs a run that has asked about it, and
`weights` a source whose first pair to decide was found by a model.
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
IN_AIRFLOW, WEIGHTS = "in-airflow", "weights"
CHART = "document.querySelector('.weights')"


def _token(url: str, name: str, password: str) -> str:
    body = json.dumps({"username": name, "password": password}).encode()
    asked = urllib.request.Request(f"{url}/auth/token", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["access_token"])


def pages_of(dag_id: str, run_id: str, key: str) -> dict[str, str]:
    """Return the monitor's pages about a source, one of its runs, and a key, by the names of their pictures."""
    run = f"{dag_id}/{quote(run_id, safe='')}"
    return {
        "overview": "/",
        "source": f"/dag/{dag_id}",
        "run": f"/run/{run}",
        "sample": f"/sample/{run}",
        "rejected": f"/rejected/{run}",
        "review": f"/review/{dag_id}",
        "crosswalk": f"/crosswalk/{dag_id}?key={quote(key)}",
    }


def take(page: Page, url: str, pages: dict[str, str], folder: Path = IMAGES) -> None:
    """Take each page to its end in both languages, wide and light, narrow and dark; each must be there."""
    for language in LANGUAGES:
        for name, path in pages.items():
            for width, dark in ((WIDE, False), (NARROW, True)):
                page.look(width, dark=dark)
                joined = "&" if "?" in path else "?"
                page.go(f"{url}/crm{path}{joined}lang={language}")
                page.value("document.fonts.ready.then(() => true)")
                assert page.value("performance.getEntriesByType('navigation')[0].responseStatus") == 200, path
                if name == WEIGHTS:
                    assert page.value(f"{CHART}?.querySelectorAll('rect').length > 0"), "the pair has no weights"
                size = "narrow" if width == NARROW else "wide"
                page.picture(folder / f"monitor-{name}-{language}-{size}.png", whole=True)


def take_in_airflow(page: Page, url: str, dag_id: str, folder: Path = IMAGES) -> None:
    """Take the monitor's tab on the page of a DAG, inside Airflow's own; both in English."""
    page.look(WIDE)
    page.go(f"{url}/crm/?lang=en")  # the language asked for last is remembered
    page.go(f"{url}/dags/{dag_id}/plugin/crm-source")
    page.until("Boolean(document.querySelector('iframe')?.contentDocument?.querySelector('h1'))", seconds=120)
    page.value("new Promise(done => setTimeout(done, 3000, true))")  # Airflow colours its grid a moment later
    page.picture(folder / f"monitor-{IN_AIRFLOW}.png")


def main(url: str, login: tuple[str, str], dag_id: str, pages: dict[str, str], *, within: bool) -> None:
    """Sign in and take the pages; where asked for, also the one within Airflow's own."""
    with chromium() as page:
        page.sign_in(url, _token(url, *login))
        take(page, url, pages)
        if within:
            take_in_airflow(page, url, dag_id)
        assert not page.complaints, page.complaints


if __name__ == "__main__":
    url, name, password, dag_id, run_id, *rest = sys.argv[1:]
    key, *wanted = rest or [""]
    shown = pages_of(dag_id, run_id, key)
    known = shown | {WEIGHTS: f"/review/{dag_id}"}
    chosen = {one: known[one] for one in wanted if one in known} if wanted else shown
    main(url.rstrip("/"), (name, password), dag_id, chosen, within=not wanted or IN_AIRFLOW in wanted)
