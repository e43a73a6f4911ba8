"""A headless Chromium that a program looks through: it goes to pages, presses keys, and takes pictures."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
LONGEST = 2_400
"""Of a page in a picture, in pixels: beyond it nobody reads on."""
START_SECONDS, WAIT_SECONDS, POLL = 60, 30, 0.3


class ChromiumMissing(Exception):
    """This machine has no Chromium."""


class Page:
    """The one page of a browser."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._number = socket, 0
        self.complaints: list[str] = []

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(told["params"]["exceptionDetails"])[:500])
            if told.get("id") == self._number:
                assert "error" not in told, told
                return dict(told["result"])

    def go(self, url: str) -> None:
        """Go to an address and wait until its page is whole."""
        self.send("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, expression: str) -> Any:
        """Return the value of an expression; None where it cannot be told yet."""
        told = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return None if "exceptionDetails" in told else told["result"].get("value")

    def until(self, expression: str, seconds: float = WAIT_SECONDS) -> Any:
        """Wait until an expression holds and return its value; fails after so many seconds."""
        waited = 0.0
        while not (found := self.value(expression)):
            assert waited < seconds, f"still not so after {seconds} s: {expression}"
            time.sleep(POLL)
            waited += POLL
        return found

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.send("Input.insertText", text=text)

    def attach(self, field: str, file: Path) -> None:
        """Choose a file for the field that an expression gives."""
        found = self.send("Runtime.evaluate", expression=field)["result"]
        self.send("DOM.setFileInputFiles", files=[str(file)], objectId=found["objectId"])

    def save_to(self, folder: Path) -> None:
        """Have what is downloaded saved in a folder, without a question."""
        self.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    def press(self, key: str) -> None:
        """Press a key."""
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def sign_in(self, url: str, token: str) -> None:
        """Let the browser hold what Airflow hands to a person who signs in."""
        self.send("Network.setCookie", name="_token", value=token, url=url)

    def look(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        """Give the window a width, and the person a liking for dark or light pages."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[feature])

    def picture(self, file: Path, *, whole: bool = False) -> None:
        """Write what is seen, or the page to its end or to LONGEST, to a PNG file."""
        asked: dict[str, Any] = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            width, height = self.value("[innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]")
            asked["clip"] = {"x": 0, "y": 0, "width": width, "height": min(height, LONGEST), "scale": 1}
        told = self.send("Page.captureScreenshot", **asked)
        file.write_bytes(base64.b64decode(told["data"]))


@contextmanager
def chromium() -> Iterator[Page]:
    """Give the page of a browser of its own, with an empty profile.

    Raises:
        ChromiumMissing: none is installed.
    """
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        raise ChromiumMissing(f"none of {', '.join(NAMES)} is installed")
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        switches = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0"]
        browser = subprocess.Popen(
            [program, *switches, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.DEVNULL
        )
        try:
            with connect(_address(Path(profile)), max_size=None) as socket:
                page = Page(socket)
                for domain in ("Page", "Runtime", "Network"):
                    page.send(f"{domain}.enable")
                yield page
        finally:
            browser.terminate()
            browser.wait()


def _address(profile: Path) -> str:
    """Return where the page of a browser that starts is spoken to."""
    for _ in range(int(START_SECONDS / POLL)):
        told = profile / "DevToolsActivePort"
        if told.exists() and (lines := told.read_text(encoding="utf-8").splitlines()):
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json") as answer:
                pages = [page for page in json.load(answer) if page["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(POLL)
    raise AssertionError(f"Chromium did not start within {START_SECONDS} s")
