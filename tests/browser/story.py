"""What a person does in Airflow's UI, step by step: each method is something they see and something they click."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import Page

PATIENCE = 400
FRAME = "document.querySelector('iframe')?.contentDocument"
OVER = "!{frame}?.querySelector('[data-progress]') && Boolean({frame}?.querySelector('{part}'))"


@dataclass(frozen=True)
class Person:
    """Somebody before a browser; `url` is Airflow's."""

    page: Page
    url: str

    def sign_in(self, name: str, password: str) -> None:
        """Fill in Airflow's own form of login, which the first page leads to."""
        self.page.go(self.url)
        for field, text in (("username", name), ("password", password)):
            self.page.until(f"(field => field && (field.focus(), true))(document.querySelector('[name={field}]'))", 120)
            self.page.type(text)
        self._click("document.querySelector('button[type=submit]')")
        self._appears("a[href$='/plugin/crm']")

    def trigger(self, dag_id: str) -> str:
        """Start a run with the button of the DAG's page and the form behind it; return the run's id."""
        self.page.go(f"{self.url}/dags/{dag_id}")
        self._click("document.querySelector('[data-testid=trigger-dag-button]')")
        self._click(_called("Trigger", "[role=dialog] button"))
        self.page.until(f"location.pathname.startsWith('/dags/{dag_id}/runs/')", PATIENCE)
        return str(self.page.value("decodeURIComponent(location.pathname.split('/')[4])"))

    def open_tab(self) -> None:
        """Open the monitor on the page of a run."""
        self._click("document.querySelector('a[href$=\"/plugin/crm-run\"]')")
        self.frame_shows("h1")

    def open_menu(self) -> None:
        """Open the monitor by its entry in the menu."""
        self._click("document.querySelector('a[href$=\"/plugin/crm\"]')")
        self.frame_shows("article")

    def open_run(self, source: str, run_id: str) -> None:
        """Go from wherever the monitor is to the page of a run, by way of the overview and the source."""
        for link in ("CRM migration", source, run_id):
            self.follow(link)
        self.frame_says(f"Run {run_id}")

    def approve(self) -> None:
        """Follow the monitor's link to Airflow's page of questions, and say yes."""
        self.click_in_frame("[data-awaiting] a[data-airflow]")
        self.page.until("location.pathname.endsWith('/required_actions')", PATIENCE)
        self.page.until("document.body.innerText.includes('What the full load will do')", PATIENCE)
        self._click("document.querySelector('[data-testid=hitl-option-Approve]')")
        self.page.until("document.body.innerText.includes('Pending required actions (0)')", PATIENCE)

    def do(self, action: str) -> str:
        """Open the dialog of an action, send its call, and return what Airflow said; the id of a run comes last."""
        self.click_in_frame(f"[data-opens=act-{action}]")
        self.click_in_frame("dialog[open] [data-path]")
        said = f"{FRAME}.querySelector('dialog[open] .told')"
        told = str(self.page.until(f"{said}.firstChild?.textContent", PATIENCE))
        assert self.page.value(f"!{said}.classList.contains('bad')"), told
        return told.rsplit(maxsplit=1)[-1]

    def frame_shows(self, selector: str) -> None:
        """Wait until the monitor shows an element."""
        found = f"{FRAME}?.readyState === 'complete' && Boolean({FRAME}.querySelector({json.dumps(selector)}))"
        self.page.until(found, PATIENCE)

    def frame_says(self, *texts: str) -> None:
        """Wait until the monitor says all of these."""
        said = f"(said => {json.dumps(texts)}.every(text => said.includes(text)))({FRAME}?.body?.innerText ?? '')"
        self.page.until(said, PATIENCE)

    def click_in_frame(self, selector: str) -> None:
        """Click an element of the monitor's once it is there."""
        self._click(f"{FRAME}?.querySelector({json.dumps(selector)})")

    def follow(self, text: str) -> None:
        """Follow the monitor's link of that name."""
        self._click(_called(text, "a", FRAME))

    def hand_in(self, file: Path) -> None:
        """Upload a repaired workbook."""
        self.frame_shows("#repair input[type=file]")
        self.page.attach(f"{FRAME}.querySelector('#repair input[type=file]')", file)
        self.click_in_frame("#repair form button")

    def press(self, key: str) -> None:
        """Press a key while the monitor has the focus."""
        self.page.value(f"{FRAME}.defaultView.focus()")
        self.page.press(key)

    def search(self, key: str) -> None:
        """Search the crosswalk for a key."""
        field = f"{FRAME}?.querySelector('form[role=search] [name=key]')"
        self.page.until(f"(field => field && (field.ownerDocument.defaultView.focus(), field.focus(), true))({field})")
        self.page.type(key)
        self.click_in_frame("form[role=search] button")

    def funnel(self) -> list[str]:
        """Return the funnel of the run that the monitor shows, once it is over."""
        self.page.until(OVER.format(frame=FRAME, part=".funnel"), PATIENCE)
        counts = f"[...{FRAME}.querySelectorAll('.funnel .count b')].map(count => count.textContent)"
        return [str(count) for count in self.page.value(counts)]

    def ends(self, dag_id: str, run_id: str) -> str:
        """Wait for the end of a run, and return its state; it is asked for with the browser's own session."""
        address = json.dumps(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}".replace("+", "%2B"))
        state = f"fetch({address}).then(answer => answer.json()).then(run => run.state)"
        over = f"{state}.then(state => ['success', 'failed'].includes(state) && state)"
        return str(self.page.until(over, PATIENCE))

    def _click(self, element: str) -> None:
        """Click what an expression gives, once it is there and may be clicked."""
        self.page.until(f"(found => found && !found.disabled && (found.click(), true))({element})", PATIENCE)

    def _appears(self, selector: str) -> None:
        self.page.until(f"Boolean(document.querySelector({json.dumps(selector)}))", PATIENCE)


def _called(text: str, selector: str, document: str = "document") -> str:
    """Return the expression of the first element of a kind that bears a text."""
    wanted = f"found => found.textContent.trim() === {json.dumps(text)}"
    return f"[...({document}?.querySelectorAll({json.dumps(selector)}) ?? [])].find({wanted})"
