"""The workbook of rejected rows, taken from the page and handed in again."""

import io
import re
import zipfile

from fastapi import Response

from tests.load.two_sources import Scene
from tests.web.served import HOST, PREFIX, Site


def hand_in(site: Site, content: bytes, name: str = "rejected.xlsx") -> Response:
    client = site.client("ann", "user")
    page = client.get(f"{PREFIX}/rejected/legacy/one").text
    token = re.search('name="token" value="([^"]*)"', page)[1]  # type: ignore[index]
    return client.post(
        f"{PREFIX}/upload/legacy/one",
        data={"token": token},
        files={"file": (name, content, "application/octet-stream")},
        headers={"origin": HOST, "accept": "text/html"},
    )


def test_the_workbook_is_taken_and_handed_in_and_the_call_that_loads_it_is_shown(site: Site, scene: Scene) -> None:
    taken = site.client("eve").get(f"{PREFIX}/workbook/legacy/one")
    assert taken.status_code == 200
    assert 'filename="legacy-one-rejected.xlsx"' in taken.headers["content-disposition"]
    assert zipfile.is_zipfile(io.BytesIO(taken.content))
    done = hand_in(site, taken.content)
    assert done.status_code == 200, done.text
    assert "/api/v2/dags/reload_rejected/dagRuns" in done.text
    (kept,) = (scene.root / "staging/_uploads/legacy").glob("*.xlsx")
    assert kept.name in done.text
    assert kept.read_bytes() == taken.content


def test_what_is_no_workbook_of_this_run_is_refused_with_a_reason(site: Site) -> None:
    refused = hand_in(site, b"PK\x03\x04 nothing of the kind", "../../rejected.xlsx")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "reload_rejected" not in refused.text


def test_an_upload_without_a_file_or_of_a_run_that_is_not_there_is_refused(site: Site) -> None:
    client = site.client("ann", "user")
    page = client.get(f"{PREFIX}/rejected/legacy/one").text
    token = re.search('name="token" value="([^"]*)"', page)[1]  # type: ignore[index]
    sent = {"data": {"token": token, "file": "text"}, "headers": {"origin": HOST}}
    assert client.post(f"{PREFIX}/upload/legacy/one", **sent).status_code == 422
    files = {"file": ("x.xlsx", b"PK")}
    gone = client.post(f"{PREFIX}/upload/legacy/nobody", data={"token": token}, files=files, headers={"origin": HOST})
    assert gone.status_code == 404
    assert site.client("eve").get(f"{PREFIX}/workbook/legacy/nobody").status_code == 404
