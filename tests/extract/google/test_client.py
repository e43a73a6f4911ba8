"""What the client promises: it only reads, it ends, it tells what to do, and it gives nothing away."""

import json
import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from gspread.utils import ExportFormat

from crm_migration.connections import ConnectionFields
from crm_migration.errors import (
    ConnectionUnknown,
    MappingFault,
    MigrationError,
    OperatorNeeded,
    SourceUnavailable,
    SourceUnreadable,
)
from crm_migration.extract.google.client import DRIVE_SCOPES, SHEET_SCOPES, GoogleClient
from crm_migration.extract.google.files import FILES_URL, file_of
from crm_migration.extract.google.patience import Patience, retry_after
from crm_migration.extract.google.sheet import fetch_sheet
from tests.extract.google.impatient import Clock
from tests.google.server import FOR_EVER, GoogleStandIn
from tests.google.shapes import Refused
from tests.google.tokens import ACCOUNT, service_account_key
from tests.google.world import table

SECRET_CELL = "Erika Mustermann, 42.000 EUR"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(google: GoogleStandIn, clock: Clock) -> Iterator[GoogleClient]:
    with GoogleClient(google.connection(), DRIVE_SCOPES, clock.patience()) as found:
        yield found


def _refused(status: int, reason: str = "", **told: Any) -> Refused:
    return Refused(status, "UNAVAILABLE", f"about {SECRET_CELL}", reason, **told)


def _name(client: GoogleClient, google: GoogleStandIn) -> str:
    file = next(iter(google.world.items.values()), None) or google.world.file("a.csv", b"x")
    return file_of(client, file.id).title


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_asked_again(google: GoogleStandIn, client: GoogleClient, clock: Clock, status: int) -> None:
    google.fault(path="/files/", times=3, refused=_refused(status))
    assert _name(client, google) == "a.csv"
    assert len(google.asked()) == 4
    assert [0.5 <= clock.slept[0] <= 1.0, 1.0 <= clock.slept[1] <= 2.0, 2.0 <= clock.slept[2] <= 4.0] == [True] * 3


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
def test_a_403_that_means_too_fast_is_asked_again(google: GoogleStandIn, client: GoogleClient, reason: str) -> None:
    google.fault(path="/files/", refused=_refused(403, reason))
    assert _name(client, google) == "a.csv"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(google: GoogleStandIn, client: GoogleClient, clock: Clock, form: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=21), usegmt=True)
    google.fault(path="/files/", refused=_refused(429, retry_after="20" if form == "seconds" else date))
    assert _name(client, google) == "a.csv"
    assert 19 <= clock.slept[0] <= 22


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_retry_after_that_cannot_be_read_asks_for_nothing(header: str | None) -> None:
    assert retry_after(header) == 0.0


def test_a_retry_after_beyond_patience_ends_it_at_once(
    google: GoogleStandIn, client: GoogleClient, clock: Clock
) -> None:
    google.fault(path="/files/", refused=_refused(429, retry_after="86400"))
    with pytest.raises(SourceUnavailable, match="asked to wait 86400 seconds more"):
        _name(client, google)
    assert (len(google.asked()), clock.slept) == (1, [])


def test_503_for_ever_ends(google: GoogleStandIn, client: GoogleClient, clock: Clock) -> None:
    google.fault(path="/files/", times=FOR_EVER, refused=_refused(503))
    with pytest.raises(SourceUnavailable, match=r"connection 'google': file or folder .*HTTP 503.*9 times"):
        _name(client, google)
    assert len(google.asked()) == client.patience.attempts == 9
    assert 60 <= clock.now <= client.patience.seconds


def test_gspread_gives_up_too(google: GoogleStandIn, client: GoogleClient, clock: Clock) -> None:
    sheet = google.world.spreadsheet("Kunden", [table("Liste", ["id"])])
    google.fault(path="/spreadsheets/", times=FOR_EVER, refused=_refused(503))
    with pytest.raises(SourceUnavailable):
        client.sheets.open_by_key(sheet.id)
    assert len(google.asked()) == 9
    assert clock.now <= client.patience.seconds


def test_the_airflow_connection_may_say_how_often(google: GoogleStandIn, clock: Clock) -> None:
    google.fault(path="/files/", times=FOR_EVER, refused=_refused(503))
    with (
        GoogleClient(google.connection(num_retries=2), DRIVE_SCOPES, clock.patience()) as client,
        pytest.raises(SourceUnavailable),
    ):
        _name(client, google)
    assert len(google.asked()) == 3


def test_a_hang_ends(google: GoogleStandIn) -> None:
    google.fault(path="/files/", times=FOR_EVER, hang=30)
    started = time.monotonic()
    patience = Patience(attempts=2, read=0.2, first_wait=0.01)
    with GoogleClient(google.connection(), DRIVE_SCOPES, patience) as client, pytest.raises(SourceUnavailable):
        _name(client, google)
    assert time.monotonic() - started < 3
    assert len(google.asked()) == 2


def test_a_token_endpoint_that_hangs_ends(google: GoogleStandIn) -> None:
    google.fault(path="/token", times=FOR_EVER, hang=30)
    started = time.monotonic()
    patience = Patience(attempts=2, read=0.2, first_wait=0.01)
    with GoogleClient(google.connection(), DRIVE_SCOPES, patience) as client, pytest.raises(SourceUnavailable):
        _name(client, google)
    assert time.monotonic() - started < 3


def test_nobody_there_ends(clock: Clock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        extra = {"keyfile_dict": service_account_key(), "endpoint": f"http://127.0.0.1:{taken.getsockname()[1]}"}
        fields = ConnectionFields("google", "google_cloud_platform", extra=extra)
        with GoogleClient(fields, DRIVE_SCOPES, clock.patience()) as client, pytest.raises(SourceUnavailable):
            file_of(client, "x")
    assert len(clock.slept) == 8


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_truncated_answer_is_asked_for_again(google: GoogleStandIn, client: GoogleClient, cut: int) -> None:
    google.fault(path="/files/", cut=cut)
    assert _name(client, google) == "a.csv"
    assert len(google.asked()) == 2


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_truncated_token_is_asked_for_again(google: GoogleStandIn, client: GoogleClient, cut: int) -> None:
    google.fault(path="/token", cut=cut)
    assert _name(client, google) == "a.csv"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_token_endpoint_is_asked_again_within_the_same_bounds(
    google: GoogleStandIn, client: GoogleClient, clock: Clock, status: int
) -> None:
    fault = google.fault(path="/token", times=2, refused=_refused(status))
    assert _name(client, google) == "a.csv"
    assert (fault.times, len(clock.slept)) == (0, 2)

    google.tokens.expire_all()
    google.fault(path="/token", times=FOR_EVER, refused=_refused(status))
    with pytest.raises(SourceUnavailable, match="for a token"):
        _name(client, google)
    assert len(clock.slept) == 2 + 8


def test_an_expired_token_is_renewed_once(google: GoogleStandIn, client: GoogleClient, clock: Clock) -> None:
    assert _name(client, google) == "a.csv"
    google.tokens.expire_all()
    assert _name(client, google) == "a.csv"
    assert [one.status for one in google.asked()] == [200, 401, 200]
    assert len(google.tokens.given) == 2
    assert clock.slept == []


def test_a_token_that_is_never_taken_ends(google: GoogleStandIn, client: GoogleClient) -> None:
    google.fault(path="/files/", times=FOR_EVER, refused=Refused(401, "UNAUTHENTICATED", "no"))
    with pytest.raises(MappingFault, match=f"does not accept the key of {ACCOUNT}"):
        _name(client, google)
    assert len(google.asked()) == 2


def test_a_key_that_google_does_not_know_is_told(google: GoogleStandIn, clock: Clock) -> None:
    key = service_account_key() | {"client_email": "deleted@stand-in.iam.gserviceaccount.com"}
    with (
        GoogleClient(google.connection(keyfile_dict=key), DRIVE_SCOPES, clock.patience()) as client,
        pytest.raises(MappingFault, match=r"gives deleted@.* no token \(invalid_grant\); renew the key"),
    ):
        _name(client, google)
    assert clock.slept == []


REFUSALS = [
    (404, "notFound", MappingFault, f"not there or not shared.*share it, as viewer, with {ACCOUNT}"),
    (403, "insufficientFilePermissions", MappingFault, f"share it, as viewer, with {ACCOUNT}"),
    (403, "accessNotConfigured", MappingFault, "the Google Drive API is switched off"),
    (403, "insufficientPermissions", MappingFault, "renew the key"),
    (403, "domainPolicy", OperatorNeeded, "ask its administrator"),
    (403, "cannotDownloadFile", OperatorNeeded, "ask the owner"),
    (403, "downloadQuotaExceeded", SourceUnavailable, "repeat the task when it is refilled"),
    (400, "invalid", MappingFault, "correct the id"),
    (302, "", OperatorNeeded, "look at what stands between"),
    (418, "", OperatorNeeded, "look at what stands between"),
]


@pytest.mark.parametrize(("status", "reason", "kind", "told"), REFUSALS)
def test_a_refusal_says_who_must_do_what(
    google: GoogleStandIn, client: GoogleClient, status: int, reason: str, kind: type[MigrationError], told: str
) -> None:
    google.fault(path="/files/", times=FOR_EVER, refused=_refused(status, reason))
    with pytest.raises(kind, match=told) as found:
        _name(client, google)
    assert len(google.asked()) == 1
    assert type(found.value) is kind
    assert reason in str(found.value)
    assert SECRET_CELL not in str(found.value)


def test_a_redirect_is_not_followed(google: GoogleStandIn, client: GoogleClient) -> None:
    for status in (301, 302, 307, 308):
        google.fault(path="/files/", refused=_refused(status, location=f"{google.url}/elsewhere"))
        with pytest.raises(OperatorNeeded, match=f"HTTP {status}"):
            _name(client, google)
    assert google.asked("elsewhere") == []
    google.fault(path="/token", refused=_refused(307, location=f"{google.url}/elsewhere"))
    google.tokens.expire_all()
    with pytest.raises(MappingFault):
        _name(client, google)
    assert google.asked("elsewhere") == []


def test_an_answer_that_is_too_large_is_not_held(google: GoogleStandIn, client: GoogleClient) -> None:
    client.most_bytes = 100
    with pytest.raises(SourceUnreadable, match="at most 100 bytes"):
        _name(client, google)
    assert len(google.asked()) == 1


def test_gspread_cannot_write_through_it(google: GoogleStandIn, client: GoogleClient) -> None:
    sheet = client.sheets.open_by_key(google.world.spreadsheet("Kunden", [table("Liste", ["id"])]).id)
    for write in (
        lambda: sheet.sheet1.update_acell("A1", "x"),
        lambda: sheet.add_worksheet("new", 1, 1),
        lambda: client.sheets.create("new"),
        lambda: client.sheets.del_spreadsheet(sheet.id),
    ):
        with pytest.raises(ValueError, match="only reads"):
            write()
    with pytest.raises(SourceUnavailable):
        client.sheets.export(sheet.id, ExportFormat.CSV)
    assert {one.method for one in google.asked()} == {"GET"}


@pytest.mark.parametrize("scopes", [SHEET_SCOPES, DRIVE_SCOPES])
def test_no_scope_allows_to_write(google: GoogleStandIn, clock: Clock, scopes: tuple[str, ...]) -> None:
    with GoogleClient(google.connection(), scopes, clock.patience()) as client:
        _name(client, google)
    asked = set().union(*google.tokens.given.values())
    assert asked == set(scopes)
    assert all(scope.endswith(".readonly") for scope in asked)


def _with(**extra: Any) -> ConnectionFields:
    return ConnectionFields("google", "google_cloud_platform", extra=extra)


def test_the_key_is_found_wherever_airflow_keeps_it(google: GoogleStandIn, clock: Clock, tmp_path: Path) -> None:
    key = service_account_key(f"{google.url}/token")
    file = tmp_path / "key.json"
    file.write_text(json.dumps(key))
    old = "extra__google_cloud_platform__"
    for extra in (
        {"keyfile_dict": key},
        {"keyfile_dict": json.dumps(key)},
        {"key_path": str(file)},
        {f"{old}keyfile_dict": json.dumps(key)},
        {f"{old}key_path": str(file), "keyfile_dict": ""},
    ):
        with GoogleClient(_with(endpoint=google.url, **extra), DRIVE_SCOPES, clock.patience()) as client:
            assert (client.account, _name(client, google)) == (ACCOUNT, "a.csv")


KEY = service_account_key()
UNUSABLE: dict[str, dict[str, Any]] = {
    "no key": {},
    "no JSON": {"keyfile_dict": KEY["private_key"]},
    "no object": {"keyfile_dict": json.dumps([KEY["private_key"]])},
    "no private key": {"keyfile_dict": {**KEY, "private_key": "PRIVATE" + KEY["private_key"][100:]}},
    "no account": {"keyfile_dict": {name: value for name, value in KEY.items() if name != "client_email"}},
    "no file": {"key_path": "/does/not/exist.json"},
    "a folder": {"key_path": "/"},
    "a token from elsewhere": {"keyfile_dict": {**KEY, "token_uri": "https://attacker.example/token"}},
    "a token from a look-alike": {"keyfile_dict": {**KEY, "token_uri": "https://attackergoogleapis.com/token"}},
    "a token without TLS": {"keyfile_dict": {**KEY, "token_uri": "http://oauth2.googleapis.com/token"}},
    "a token from here": {"keyfile_dict": {**KEY, "token_uri": "http://127.0.0.1:1/token"}},
    "an endpoint elsewhere": {"keyfile_dict": KEY, "endpoint": "http://10.0.0.1:80"},
    "an endpoint by name": {"keyfile_dict": KEY, "endpoint": "http://localhost:80"},
    "an endpoint in disguise": {"keyfile_dict": KEY, "endpoint": "http://127.0.0.1:80@attacker.example:80"},
    "an endpoint without port": {"keyfile_dict": KEY, "endpoint": "http://127.0.0.1"},
    "an endpoint of nothing": {"keyfile_dict": KEY, "endpoint": "http://["},
    "retries of no number": {"keyfile_dict": KEY, "num_retries": "many"},
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_connection_that_cannot_be_used_is_told_without_its_key(case: str) -> None:
    with pytest.raises(ConnectionUnknown, match="connection 'google': expected") as found:
        GoogleClient(_with(**UNUSABLE[case]), DRIVE_SCOPES)
    told = "".join(_whole_story(found.value))
    assert not any(line in told for line in KEY["private_key"].splitlines() if len(line) > 10)


def test_a_connection_of_another_type_is_refused() -> None:
    with pytest.raises(ConnectionUnknown, match="expected type 'google_cloud_platform', found 'mysql'"):
        GoogleClient(ConnectionFields("crm", "mysql"), DRIVE_SCOPES)


def _whole_story(error: BaseException | None) -> Iterator[str]:
    """Yield an error and all that a traceback would show below it."""
    while error is not None:
        yield f"{error!r} {error}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_neither_errors_nor_logs_hold_secrets_or_cells(
    google: GoogleStandIn,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="google")
    monkeypatch.setattr(logging.getLogger("google"), "propagate", True)
    sheet = google.world.spreadsheet("Kunden", [table("Liste", ["id", "name"], ["1", SECRET_CELL])])
    with GoogleClient(google.connection(), SHEET_SCOPES, clock.patience(attempts=2)) as client:
        fetch_sheet(client, sheet.id, tmp_path / "sheet")
        stories = [repr(client), repr(google.connection())]
        for fault in (
            {"path": "/spreadsheets/", "cut": 30},
            {"path": "/spreadsheets/", "refused": _refused(500)},
            {"path": "/spreadsheets/", "refused": _refused(403, "forbidden")},
            {"path": "/spreadsheets/", "refused": _refused(400, SECRET_CELL)},
            {"path": "/spreadsheets/", "before": google.tokens.expire_all, "times": 2},
        ):
            google.faults.clear()
            google.fault(**{"times": FOR_EVER, **fault})
            try:
                fetch_sheet(client, sheet.id, tmp_path / "sheet")
            except MigrationError as error:
                stories += _whole_story(error)
    told = "\n".join([*stories, *(str(vars(record)) for record in caplog.records), caplog.text])
    assert len(stories) >= 6
    assert SECRET_CELL not in told
    assert "PRIVATE KEY" not in told
    assert not any(token in told for token in google.tokens.given)
    assert "eyJ" not in told


def test_a_proxy_is_not_asked_for_what_is_here(
    google: GoogleStandIn, client: GoogleClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert _name(client, google) == "a.csv"
    assert client.get(FILES_URL, {"fields": "files(id)"})["files"]
