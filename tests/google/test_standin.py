"""The stand-in is strict: what Google refuses, it refuses, and what Google could not have said, it does not say."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account
from requests.adapters import HTTPAdapter

from tests.google import drive_api, sheets_api
from tests.google.cells import boolean, day, error, formula, number, text
from tests.google.discovery import Discovery, Unfit, discovery_in
from tests.google.fixtures import DISCOVERY
from tests.google.queries import parse_query
from tests.google.server import COMMON, GoogleStandIn
from tests.google.shapes import Refused, masked, parse_mask
from tests.google.tokens import service_account_key
from tests.google.world import DOC, Tab, World, table

NOT_TAKEN = {"corpus", "includeTeamDriveItems", "supportsTeamDrives", "teamDriveId"} | {
    "includeLabels",
    "includePermissionsForView",
}
"""Parameters of files.list and files.get that Google has given up, or that no reader of bytes needs."""
READ_SHEETS = "https://www.googleapis.com/auth/spreadsheets.readonly"
READ_DRIVE = "https://www.googleapis.com/auth/drive.readonly"
READ_NAMES = "https://www.googleapis.com/auth/drive.metadata.readonly"


@pytest.fixture(scope="module")
def discovery(shared_data: Path) -> Discovery:
    found = discovery_in(DISCOVERY)
    assert found is not None
    return found


class _ToStandIn(HTTPAdapter):
    """What anybody may mount on a session: sends googleapis.com to the stand-in."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = self._url + str(request.url).split("googleapis.com", 1)[1]
        return super().send(request, *args, **kwargs)


def _session(google: GoogleStandIn, *scopes: str) -> AuthorizedSession:
    key = service_account_key(f"{google.url}/token")
    credentials = service_account.Credentials.from_service_account_info(key, scopes=list(scopes))
    token_session = requests.Session()
    session = AuthorizedSession(credentials, auth_request=Request(token_session))
    session.mount("https://", _ToStandIn(google.url))
    return session


@pytest.fixture
def session(google: GoogleStandIn) -> Iterator[AuthorizedSession]:
    with _session(google, READ_SHEETS, READ_DRIVE) as found:
        yield found
        found._auth_request.session.close()


def _error(response: requests.Response) -> tuple[int, str]:
    told = response.json()["error"]
    assert told["code"] == response.status_code
    return response.status_code, told.get("status") or told["errors"][0]["reason"]


def test_the_real_gspread_reads_it_unpatched(google: GoogleStandIn, session: AuthorizedSession) -> None:
    folder = google.world.folder("all")
    google.world.spreadsheet("Kunden", [table("Liste", ["id", "Ort"], ["007", "Köln"]), table("Zwei", ["x"])], folder)

    client = gspread.Client(auth=None, session=session)
    sheet = client.open("Kunden", folder_id=folder.id)

    assert [one.title for one in sheet.worksheets()] == ["Liste", "Zwei"]
    assert sheet.worksheet("Liste").get_all_values() == [["id", "Ort"], ["007", "Köln"]]
    assert sheet.values_batch_get(["Liste!A1:B1", "Zwei!A1"])["valueRanges"][1]["values"] == [["x"]]
    assert sheet.export(gspread.utils.ExportFormat.CSV) == "id,Ort\r\n007,Köln".encode()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://sheets.googleapis.com/v4/nothing", (404, "NOT_FOUND")),
        ("https://sheets.googleapis.com/v4/spreadsheets/none", (404, "NOT_FOUND")),
        ("https://sheets.googleapis.com/v4/spreadsheets/none?nothing=1", (400, "INVALID_ARGUMENT")),
        ("https://www.googleapis.com/drive/v3/files/none", (404, "notFound")),
        ("https://www.googleapis.com/drive/v3/files?pageSize=1001", (400, "invalidParameter")),
        ("https://www.googleapis.com/drive/v3/files?pageToken=mine", (400, "invalid")),
        ("https://www.googleapis.com/drive/v3/files?q=name", (400, "invalid")),
        ("https://www.googleapis.com/drive/v3/files?orderBy=size2", (400, "invalid")),
        ("https://www.googleapis.com/drive/v3/files?corpora=drive", (400, "invalid")),
        ("https://www.googleapis.com/drive/v3/files?includeItemsFromAllDrives=true", (403, "forbidden")),
    ],
)
def test_questions_that_google_refuses_are_refused(session: AuthorizedSession, url: str, status: tuple) -> None:
    assert _error(session.get(url)) == status


def test_a_question_without_a_token_is_refused(google: GoogleStandIn) -> None:
    answer = requests.get(f"{google.url}/v4/spreadsheets/x", timeout=5)
    assert _error(answer) == (401, "UNAUTHENTICATED")


def test_a_token_for_too_little_is_refused(google: GoogleStandIn) -> None:
    file = google.world.file("a.csv", b"1")
    url = f"https://www.googleapis.com/drive/v3/files/{file.id}"
    with _session(google, READ_SHEETS) as sheets_only, _session(google, READ_NAMES) as names_only:
        assert _error(sheets_only.get(url)) == (403, "PERMISSION_DENIED")
        assert names_only.get(url).json()["name"] == "a.csv"
        assert _error(names_only.get(f"{url}?alt=media"))[0] == 403
        for one in (sheets_only, names_only):
            one._auth_request.session.close()


def test_nothing_can_be_written(google: GoogleStandIn, session: AuthorizedSession) -> None:
    sheet = google.world.spreadsheet("Kunden", [table("Liste", ["id"])])
    with pytest.raises(gspread.exceptions.APIError):
        gspread.Client(auth=None, session=session).open_by_key(sheet.id).sheet1.update_acell("A1", "x")
    assert sheet.tabs[0].rows == [[text("id")]]


def test_another_key_gets_no_token(google: GoogleStandIn) -> None:
    key = service_account_key(f"{google.url}/token") | {"client_email": "somebody@else"}
    credentials = service_account.Credentials.from_service_account_info(key, scopes=[READ_SHEETS])
    with requests.Session() as plain, pytest.raises(RefreshError, match="invalid_grant"):
        credentials.refresh(Request(plain))


def test_fields_that_google_does_not_know_are_refused(
    google: GoogleStandIn, session: AuthorizedSession, discovery: Discovery
) -> None:
    sheet = google.world.spreadsheet("Kunden", [table("Liste", ["id"])])
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{sheet.id}"
    assert session.get(url, params={"fields": "sheets(data(rowData.values.effectiveValue))"}).ok
    assert _error(session.get(url, params={"fields": "sheets(cells)"}))[0] == 400


def test_the_routes_take_what_the_discovery_documents_list(discovery: Discovery) -> None:
    sheets, drive = discovery.methods("sheets.v4"), discovery.methods("drive.v3")
    prefix = "/v4/spreadsheets/x"
    routes = {
        f"{prefix}": (sheets_api, sheets["sheets.spreadsheets.get"]),
        f"{prefix}/values/A1": (sheets_api, sheets["sheets.spreadsheets.values.get"]),
        f"{prefix}/values:batchGet": (sheets_api, sheets["sheets.spreadsheets.values.batchGet"]),
        "/drive/v3/files": (drive_api, drive["drive.files.list"]),
        "/drive/v3/files/x": (drive_api, drive["drive.files.get"]),
        "/drive/v3/files/x/export": (drive_api, drive["drive.files.export"]),
    }
    for path, (room, method) in routes.items():
        recorded_only = drive_api.NOT_IN_DISCOVERY if method["id"] == "drive.files.get" else frozenset()
        taken = room.parameters(path) - recorded_only
        listed = {name for name, told in method["parameters"].items() if told["location"] == "query"}
        assert taken <= listed, path
        assert listed - taken <= NOT_TAKEN, path
        assert set(method["scopes"]) <= room.SCOPES, path
    for api in ("sheets.v4", "drive.v3"):
        assert discovery.common_parameters(api) >= COMMON


@pytest.mark.parametrize(
    "told",
    [
        {"spreadsheetId": 5},
        {"sheets": {}},
        {"sheets": [{"properties": {"title": "x", "colour": "red"}}]},
        {"sheets": [{"data": [{"rowData": [{"values": [{"effectiveValue": {"numberValue": "5"}}]}]}]}]},
        {"sheets": [{"data": [{"rowData": [{"values": [{"effectiveValue": {"errorValue": {"type": "BAD"}}}]}]}]}]},
        {"sheets": [{"properties": {"hidden": 1}}]},
    ],
)
def test_answers_that_google_could_not_give_are_found(discovery: Discovery, told: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        discovery.check("sheets.v4", "Spreadsheet", told)


@pytest.mark.parametrize(
    "told", [{"files": [{"size": 12}]}, {"files": [{"modifiedTime": "yesterday"}]}, {"incompleteSearch": "no"}]
)
def test_lists_that_google_could_not_give_are_found(discovery: Discovery, told: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        discovery.check("drive.v3", "FileList", told)


def test_cells_are_told_by_value_format_and_what_is_shown(google: GoogleStandIn, session: AuthorizedSession) -> None:
    rows: list[list[Any]] = [
        [text("007"), number(42, "0042", "0000"), None, day(date(2024, 2, 29))],
        [],
        [boolean(True), error("N_A"), formula(number(3), "=1+2"), None],
    ]
    sheet = google.world.spreadsheet("Kunden", [Tab("Liste", rows, size=(1000, 26))])
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{sheet.id}"

    data = session.get(url, params={"fields": "sheets.data", "ranges": "Liste"}).json()["sheets"][0]["data"][0]
    assert data["rowData"][0]["values"][0]["effectiveValue"] == {"stringValue": "007"}
    assert data["rowData"][0]["values"][1]["formattedValue"] == "0042"
    assert data["rowData"][0]["values"][2] == {}
    assert data["rowData"][0]["values"][3]["effectiveFormat"]["numberFormat"]["type"] == "DATE"
    assert data["rowData"][1] == {}
    assert data["rowData"][2]["values"][1]["effectiveValue"]["errorValue"]["type"] == "N_A"
    assert data["rowData"][2]["values"][2]["userEnteredValue"] == {"formulaValue": "=1+2"}

    plain = session.get(f"{url}/values/Liste", params={"valueRenderOption": "UNFORMATTED_VALUE"}).json()
    assert plain["values"] == [["007", 42, "", 45351], [], [True, "#N/A", 3]]
    assert session.get(f"{url}/values/Liste!B1:A3").json()["range"] == "Liste!A1:B3"
    assert _error(session.get(f"{url}/values/Liste!A1001"))[0] == 400
    assert _error(session.get(f"{url}/values/Other"))[0] == 400


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        ("a", {"a": 1}),
        ("a,b(c)", {"a": 1, "b": [{"c": 2}, {}]}),
        ("b/d", {"b": [{}, {"d": {"e": 3, "f": 4}}]}),
        ("b(d.e)", {"b": [{}, {"d": {"e": 3}}]}),
        ("*", {"a": 1, "b": [{"c": 2}, {"d": {"e": 3, "f": 4}}]}),
    ],
)
def test_masks_let_through_what_they_name(mask: str, left: dict[str, Any]) -> None:
    assert masked({"a": 1, "b": [{"c": 2}, {"d": {"e": 3, "f": 4}}]}, parse_mask(mask)) == left


@pytest.mark.parametrize("mask", ["", "a(", "a)", "a,,b", "(a)", "a..b"])
def test_masks_that_cannot_be_read_are_refused(mask: str) -> None:
    with pytest.raises(Refused):
        parse_mask(mask)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("trashed = false", ["a.csv", "it's", "doc"]),
        ("trashed = true", ["old.csv"]),
        ("name = 'it\\'s'", ["it's"]),
        ("name contains 'a'", ["a.csv"]),
        ("mimeType != 'text/csv' and not trashed = true", ["doc"]),
        ("(name = 'a.csv' or name = 'doc') and trashed=false", ["a.csv", "doc"]),
        ("modifiedTime > '2026-01-05T08:02:30'", ["old.csv", "doc"]),
    ],
)
def test_searches_find_what_they_say(query: str, names: list[str]) -> None:
    world = World()
    for name in ("a.csv", "it's", "old.csv"):
        world.file(name, b"").trashed = name == "old.csv"
    world.native("doc", DOC)
    assert [item.name for item in world.items.values() if parse_query(query)(item)] == names


@pytest.mark.parametrize(
    "query", ["name", "name =", "size = 5", "name = x", "'a' in children", "(name = 'a'", "name = 'a"]
)
def test_searches_that_cannot_be_read_are_refused(query: str) -> None:
    with pytest.raises(Refused):
        parse_query(query)


def test_pages_end_and_their_tokens_belong_to_one_search(google: GoogleStandIn, session: AuthorizedSession) -> None:
    for number_ in range(5):
        google.world.file(f"{number_}.csv", b"x")
    url = "https://www.googleapis.com/drive/v3/files"
    params = {"pageSize": "2", "orderBy": "name desc", "q": "trashed = false"}
    names, pages = [], 0
    while True:
        page = session.get(url, params=params).json()
        names += [file["name"] for file in page["files"]]
        pages += 1
        if "nextPageToken" not in page:
            break
        params["pageToken"] = page["nextPageToken"]
    assert (names, pages) == ([f"{n}.csv" for n in (4, 3, 2, 1, 0)], 3)
    assert _error(session.get(url, params={**params, "q": ""}))[0] == 400


def test_shared_drives_are_seen_by_those_who_ask_for_them(google: GoogleStandIn, session: AuthorizedSession) -> None:
    drive = google.world.shared_drive("Sales")
    file = google.world.file("a.csv", b"x", drive)
    url = "https://www.googleapis.com/drive/v3/files"
    both = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
    assert session.get(url).json()["files"] == []
    assert session.get(url, params=both).json()["files"] == []
    found = session.get(url, params={**both, "corpora": "drive", "driveId": drive.id}).json()["files"]
    assert file.id in {one["id"] for one in found}
    assert session.get(f"{url}/{file.id}").status_code == 404
    assert session.get(f"{url}/{file.id}", params={"supportsAllDrives": "true"}).ok


def test_bytes_come_whole_or_in_part(google: GoogleStandIn, session: AuthorizedSession) -> None:
    file, doc = google.world.file("a.csv", b"0123456789"), google.world.native("d", DOC)
    url = f"https://www.googleapis.com/drive/v3/files/{file.id}?alt=media"
    assert session.get(url).content == b"0123456789"
    part = session.get(url, headers={"Range": "bytes=4-6"})
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"456", "bytes 4-6/10")
    assert session.get(url, headers={"Range": "bytes=10-"}).status_code == 416
    assert _error(session.get(url.replace(file.id, doc.id))) == (403, "fileNotDownloadable")


def test_faults_come_as_often_as_wanted(google: GoogleStandIn, session: AuthorizedSession) -> None:
    file = google.world.file("a.csv", b"0123456789")
    url = f"https://www.googleapis.com/drive/v3/files/{file.id}"
    google.fault(path="/files/", refused=Refused(429, "RESOURCE_EXHAUSTED", "slow down", retry_after="7"))
    google.fault(path="/files/", cut=5)
    google.fault(path="/files/", hang=30)
    answer = session.get(url)
    assert (_error(answer)[0], answer.headers["Retry-After"]) == (429, "7")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(url)
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.get(url, timeout=0.2)
    assert json.loads(session.get(url).content)["id"] == file.id
    assert [one.status for one in google.asked("/files/")] == [429, 200, 200, 200]
