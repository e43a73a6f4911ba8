"""A folder of Google Drive is listed whole, and its files come whole, under names that are safe."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingFault, OperatorNeeded, SourceUnavailable, SourceUnreadable
from crm_migration.extract.document import Document
from crm_migration.extract.google import download as download_module
from crm_migration.extract.google import drive as drive_module
from crm_migration.extract.google.client import DRIVE_SCOPES, GoogleClient
from crm_migration.extract.google.download import download_to
from crm_migration.extract.google.drive import list_folder
from crm_migration.extract.google.files import DriveFile, file_from_json, file_of, file_to_json, printable
from crm_migration.extract.google.stores import DriveStore
from crm_migration.extract.landing import Landing
from crm_migration.extract.names import is_unfinished
from crm_migration.mapping.model import Entity, SourceConfig
from crm_migration.staging import RunFolder
from tests.extract.google.impatient import Clock
from tests.google.server import FOR_EVER, GoogleStandIn
from tests.google.shapes import Refused
from tests.google.world import DOC, NATIVE, Item, table


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(google: GoogleStandIn, clock: Clock) -> Iterator[GoogleClient]:
    with GoogleClient(google.connection(), DRIVE_SCOPES, clock.patience()) as found:
        yield found


@pytest.fixture
def top(google: GoogleStandIn) -> Item:
    """A folder with two files, a spreadsheet, a document, something in the bin, and a folder within a folder."""
    world = google.world
    folder = world.folder("Export")
    world.file("contacts.csv", b"id\n1\n", folder)
    world.file("accounts.xlsx", b"PK\x03\x04", folder)
    world.spreadsheet("Kunden", [table("Liste", ["id"])], folder)
    world.native("Notizen", DOC, folder)
    world.file("deleted.csv", b"id\n", folder).trashed = True
    inner = world.folder("2024", folder)
    world.file("contacts.csv", b"id\n2\n", inner)
    world.file("deep.csv", b"id\n3\n", world.folder("Q1", inner))
    world.file("elsewhere.csv", b"id\n")
    return folder


def _names(files: list[DriveFile]) -> list[str]:
    return [file.path for file in files]


def test_a_folder_is_listed_with_what_tells_its_files(client: GoogleClient, google: GoogleStandIn, top: Item) -> None:
    found = list_folder(client, top.id)
    assert _names(found.files) == ["Kunden", "accounts.xlsx", "contacts.csv"]
    assert found.notes == ["Notizen: a Google document, which holds no rows, not read"]
    sheet, _, contacts = found.files
    item = google.world.items[contacts.id]
    assert (contacts.md5, contacts.version, contacts.size) == (item.md5, item.md5, 5)
    assert contacts.modified == item.modified
    assert (sheet.is_sheet, sheet.md5, sheet.version, sheet.size) == (True, None, "1", None)
    assert file_from_json(json.loads(json.dumps(file_to_json(contacts)))) == contacts


@pytest.mark.parametrize(
    ("pattern", "recursive", "paths"),
    [
        ("*", True, ["2024/Q1/deep.csv", "2024/contacts.csv", "Kunden", "accounts.xlsx", "contacts.csv"]),
        ("*.csv", True, ["2024/Q1/deep.csv", "2024/contacts.csv", "contacts.csv"]),
        ("*.csv", False, ["contacts.csv"]),
        ("contacts.csv", True, ["2024/contacts.csv", "contacts.csv"]),
        ("2024/*.csv", True, ["2024/Q1/deep.csv", "2024/contacts.csv"]),
        ("*.CSV", True, []),
        ("[ac]*", False, ["accounts.xlsx", "contacts.csv"]),
    ],
)
def test_patterns_choose_by_title_or_by_path(
    client: GoogleClient, top: Item, pattern: str, recursive: bool, paths: list[str]
) -> None:
    assert _names(list_folder(client, top.id, recursive, pattern).files) == paths


def test_a_title_in_another_unicode_form_fits(client: GoogleClient, google: GoogleStandIn) -> None:
    folder = google.world.folder("top")
    google.world.file("Mu\u0308ller.csv", b"x", folder)
    assert len(list_folder(client, folder.id, pattern="M\u00fcller*").files) == 1


@pytest.mark.parametrize("most_on_a_page", [1, 2, 1000])
def test_every_page_is_read(client: GoogleClient, google: GoogleStandIn, top: Item, most_on_a_page: int) -> None:
    google.world.most_on_a_page = most_on_a_page
    assert len(list_folder(client, top.id, recursive=True).files) == 5


def test_more_than_a_thousand_files_are_all_listed(client: GoogleClient, google: GoogleStandIn) -> None:
    google.discovery = None
    folder = google.world.folder("many")
    for number in range(2100):
        google.world.file(f"{number}.csv", b"x", folder)
    assert len({file.id for file in list_folder(client, folder.id).files}) == 2100
    assert [question.one("pageSize") for question in google.asked("/files$")] == ["1000"] * 3


def test_too_many_files_are_refused(client: GoogleClient, top: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module, "MOST_FILES", 2)
    with pytest.raises(SourceUnreadable, match="at most 2 files"):
        list_folder(client, top.id)


def test_a_list_without_end_is_refused(
    client: GoogleClient, google: GoogleStandIn, top: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.world.most_on_a_page = 1
    monkeypatch.setattr(drive_module, "MOST_PAGES", 2)
    with pytest.raises(SourceUnavailable, match="ever more pages"):
        list_folder(client, top.id)


def test_folders_too_deep_are_refused(client: GoogleClient, google: GoogleStandIn) -> None:
    folder = top = google.world.folder("top")
    for _ in range(52):
        folder = google.world.folder("deeper", folder)
    with pytest.raises(SourceUnreadable, match="at most 50 deep"):
        list_folder(client, top.id, recursive=True)


def test_a_shared_drive_is_listed_as_one(client: GoogleClient, google: GoogleStandIn) -> None:
    drive = google.world.shared_drive("Sales")
    inner = google.world.folder("inner", drive)
    google.world.file("a.csv", b"1", drive)
    google.world.file("b.csv", b"2", inner)
    for start in (drive, inner):
        assert "b.csv" in {file.title for file in list_folder(client, start.id, recursive=True).files}
    for question in google.asked("/files$"):
        assert (question.one("corpora"), question.one("driveId")) == ("drive", drive.id)
        assert question.flag("supportsAllDrives")


def test_an_incomplete_list_is_asked_for_again(
    client: GoogleClient, google: GoogleStandIn, top: Item, clock: Clock
) -> None:
    google.world.incomplete_lists = 2
    assert len(list_folder(client, top.id).files) == 3
    assert len(clock.slept) == 2


def test_a_list_that_is_never_complete_is_refused(client: GoogleClient, google: GoogleStandIn, top: Item) -> None:
    google.world.incomplete_lists = FOR_EVER
    with pytest.raises(SourceUnavailable, match="says it is incomplete"):
        list_folder(client, top.id)
    assert len(google.asked("/files$")) == client.patience.attempts


def test_shortcuts_stand_for_what_they_lead_to_once(client: GoogleClient, google: GoogleStandIn) -> None:
    world = google.world
    other, top = world.folder("other"), world.folder("top")
    far = world.file("far.csv", b"1", other)
    world.shortcut("link.csv", far, top)
    world.shortcut("again.csv", far, top)
    world.shortcut("folder", other, top)
    world.shortcut("round", top, other)
    found = list_folder(client, top.id, recursive=True).files
    assert [file.id for file in found] == [far.id]
    assert found[0].md5 == far.md5
    assert [file.path for file in list_folder(client, top.id, pattern="link*").files] == ["link.csv"]
    assert list_folder(client, world.shortcut("start", other).id).files[0].id == far.id


def test_a_shortcut_to_nowhere_is_no_loss_in_silence(client: GoogleClient, google: GoogleStandIn) -> None:
    world = google.world
    top = world.folder("top")
    hidden, old = world.file("hidden.csv", b"1"), world.file("old.csv", b"1")
    hidden.shared, old.trashed = False, True
    world.shortcut("to the bin.csv", old, top)
    assert list_folder(client, top.id).notes == ["to the bin.csv: a shortcut to a file in the bin, not read"]
    world.shortcut("to somebody.csv", hidden, top)
    assert list_folder(client, top.id, pattern="*.xlsx").files == []
    with pytest.raises(MappingFault, match=f"{hidden.id}: is not there or not shared"):
        list_folder(client, top.id)


def _landing(folder: Path) -> Path:
    return folder / "drop/run/_landing/files"


def _documents(google: GoogleStandIn, top: Item, folder: Path) -> list[Document]:
    """Return the documents of a folder as a run lands them."""
    told = {"name": "drop", "kind": "google_drive", "connection": "g", "folder": top.id, "recursive": True}
    landing = Landing(RunFolder(str(folder), "drop", "run"))
    store = DriveStore(SourceConfig.model_validate(told), google.connection(), landing, Clock().patience())
    return store.documents(Entity.model_construct(file="*"))


def _fetched(client: GoogleClient, file: DriveFile, folder: Path) -> Path:
    """Return the bytes of one file as a run lands them."""
    landing = Landing(RunFolder(str(folder), "drop", "run"))
    return landing.fetch(f"{file.id}.bytes", partial(download_to, client, file))


def test_equal_titles_are_kept_apart(client: GoogleClient, google: GoogleStandIn, tmp_path: Path) -> None:
    top = google.world.folder("top")
    items = [google.world.file("report.csv", content, top) for content in (b"one", b"two", b"two")]
    found = list_folder(client, top.id).files
    assert sorted(file.name for file in found) == sorted(f"report.csv [{item.id}]" for item in items)
    documents = _documents(google, top, tmp_path)
    assert len({document.path for document in documents}) == 3
    assert sorted(document.path.read_bytes() for document in documents) == [b"one", b"two", b"two"]


def test_what_is_hidden_or_unfinished_by_its_name_is_noted(client: GoogleClient, google: GoogleStandIn) -> None:
    top = google.world.folder("top")
    for title in ("~$accounts.xlsx", ".hidden.csv", "a.csv.part", "b.csv.TMP"):
        google.world.file(title, b"x", top)
    google.world.file("inner.csv", b"x", google.world.folder(".trash", top))
    google.world.native("form", f"{NATIVE}form", top)
    google.world.spreadsheet(".NET customers", [table("Liste", ["id"])], top)
    found = list_folder(client, top.id, recursive=True)
    assert _names(found.files) == [".NET customers"]
    assert found.notes == [
        *(
            f"{name}: by its name hidden, a lock file or unfinished, not read"
            for name in (".hidden.csv", ".trash", "a.csv.part", "b.csv.TMP")
        ),
        "form: a Google form, which holds no rows, not read",
        "~$accounts.xlsx: by its name hidden, a lock file or unfinished, not read",
    ]


def test_a_hidden_shortcut_does_not_hide_what_it_leads_to(client: GoogleClient, google: GoogleStandIn) -> None:
    top = google.world.folder("top")
    file = google.world.file("a.csv", b"x", top)
    google.world.shortcut(".a.csv", file, top)
    assert _names(list_folder(client, top.id).files) == ["a.csv"]


def test_what_is_no_folder_is_told(client: GoogleClient, google: GoogleStandIn) -> None:
    file, gone = google.world.file("a.csv", b"x"), google.world.folder("gone")
    gone.trashed = True
    for wanted, told in [
        (file.id, "expected a folder, found a file of type text/csv"),
        (gone.id, "outside the bin, found it inside"),
        ("1nothing", "not there or not shared"),
        ("' or name contains 'a", "expected an id of Google Drive"),
        ("../about", "expected an id of Google Drive"),
    ]:
        with pytest.raises(MappingFault, match=told):
            list_folder(client, wanted)


def test_an_id_that_is_none_is_refused(client: GoogleClient, google: GoogleStandIn) -> None:
    top = google.world.folder("top")
    google.world.file("a.csv", b"x", top).id = "../../x"
    with pytest.raises(SourceUnreadable, match="expected a file's id"):
        list_folder(client, top.id)


def _inside(folder: Path, outside: Path) -> None:
    """Assert that everything made below `outside` lies in `folder`, directly and as plain files."""
    made = [path for path in outside.rglob("*") if path != folder and path not in folder.parents]
    assert all(path.parent == folder and path.is_file() and not path.is_symlink() for path in made)


@pytest.mark.parametrize("as_folder", [False, True])
def test_hostile_titles_never_leave_the_folder(
    google: GoogleStandIn, shared_data: Path, tmp_path: Path, as_folder: bool
) -> None:
    names = json.loads((shared_data / "hostile/names/file_names.json").read_text("utf-8"))["names"]
    top, deep = google.world.folder("top"), tmp_path / "deep"
    for at, name in enumerate(names):
        above = google.world.folder(name, top) if as_folder else top
        google.world.file(name, f"id\n{at}\n".encode(), above)
    documents = _documents(google, top, deep)
    expected = {f"id\n{at}\n".encode() for at, name in enumerate(names) if not is_unfinished(name)}

    assert len({document.path for document in documents}) == len(expected)
    assert len({document.name for document in documents}) == len(expected)
    assert {document.path.read_bytes() for document in documents} == expected
    assert all(document.name.isprintable() and document.name for document in documents)
    assert all(document.path.stem == document.identity for document in documents)
    _inside(_landing(deep), deep)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(st.characters(), max_size=40)
    | st.sampled_from(["../x", "/etc/x", "/../x", "x/..", "a/../../b", "..", "."])
)
def test_no_title_whatever_leaves_the_folder(google: GoogleStandIn, tmp_path: Path, title: str) -> None:
    top, deep = google.world.folder("top"), tmp_path / "deep"
    item = google.world.file(title, b"x", top)
    expected = [] if is_unfinished(title) else [_landing(deep) / f"{item.id}.bytes"]
    assert [document.path for document in _documents(google, top, deep)] == expected
    _inside(_landing(deep), deep)


@given(st.text(st.characters()))
def test_a_printable_title_cannot_break_a_line_or_turn_it(title: str) -> None:
    assert printable(title).isprintable()
    assert printable("plain 客户 ü") == "plain 客户 ü"


def _file(client: GoogleClient, google: GoogleStandIn, content: bytes, mime_type: str = "text/csv") -> DriveFile:
    return file_of(client, google.world.file("a", content, mime_type=mime_type).id)


def _asked_from(google: GoogleStandIn) -> list[str]:
    return [question.headers.get("range", "") for question in google.asked() if question.one("alt") == "media"]


def test_a_download_that_breaks_goes_on_where_it_stopped(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4000
    file = _file(client, google, content)
    google.fault(path="/files/", cut=300_000)
    google.fault(path="/files/", refused=Refused(503, "UNAVAILABLE", "no"))
    google.fault(path="/files/", cut=0)
    path = _fetched(client, file, tmp_path)
    assert path.read_bytes() == content
    begun = _asked_from(google)
    assert begun[0] == ""
    assert all(one.startswith("bytes=") and one != "bytes=0-" for one in begun[1:])
    assert list(_landing(tmp_path).iterdir()) == [path]


def test_a_server_that_cannot_go_on_in_the_middle_is_asked_for_all(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4000
    file = _file(client, google, content)
    google.fault(path="/files/", cut=600_000)
    google.fault(path="/files/", deaf=True, cut=900_000)
    google.fault(path="/files/", refused=Refused(416, "requestedRangeNotSatisfiable", "no"))
    assert _fetched(client, file, tmp_path).read_bytes() == content
    # Begun once, and gone on with: what broke off was not begun anew because it was never whole.
    assert len(_asked_from(google)) == 4


def test_many_breaks_do_not_end_a_download_that_makes_progress(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path
) -> None:
    content = b"0123456789abcdef" * 65_536 * 15
    file = _file(client, google, content)
    google.fault(path="/files/", cut=1_310_720, times=11)
    assert _fetched(client, file, tmp_path).stat().st_size == len(content)


def test_a_download_that_never_comes_ends(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path, clock: Clock
) -> None:
    file = _file(client, google, b"x" * 100_000)
    google.fault(path="/files/", cut=10, times=FOR_EVER)
    with pytest.raises(SourceUnavailable, match="truncated answer"):
        _fetched(client, file, tmp_path)
    assert clock.now <= client.patience.seconds
    assert list(_landing(tmp_path).iterdir()) == []


def test_a_file_that_was_replaced_since_it_was_listed_comes_as_it_is(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path
) -> None:
    file = _file(client, google, b"old content")
    item = google.world.items[file.id]
    google.world.edit(item, b"new")
    assert _fetched(client, file, tmp_path).read_bytes() == b"new"


def test_a_file_that_is_replaced_in_the_middle_is_never_mixed(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path
) -> None:
    file = _file(client, google, b"a" * 600_000)
    item = google.world.items[file.id]
    google.fault(path="/files/", cut=300_000)
    google.fault(path="/files/", before=lambda: google.world.edit(item, b"b" * 600_000))
    assert set(_fetched(client, file, tmp_path).read_bytes()) == {ord("b")}


def test_bytes_that_are_not_what_drive_describes_are_refused(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _file(client, google, b"right")
    monkeypatch.setattr(Item, "md5", "0" * 32)
    with pytest.raises(SourceUnavailable, match="found others in each of 3 attempts"):
        _fetched(client, file_of(client, file.id), tmp_path)
    assert list(_landing(tmp_path).iterdir()) == []


def test_a_file_that_is_too_large_is_refused(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "MOST_FILE_BYTES", 10)
    with pytest.raises(SourceUnreadable, match="at most 10 bytes"):
        _fetched(client, _file(client, google, b"x" * 11), tmp_path)
    assert list(_landing(tmp_path).iterdir()) == []


@pytest.mark.parametrize(
    ("reason", "kind"), [("cannotDownloadFile", OperatorNeeded), ("fileNotDownloadable", MappingFault)]
)
def test_a_download_that_is_forbidden_is_told(
    client: GoogleClient, google: GoogleStandIn, tmp_path: Path, reason: str, kind: Any
) -> None:
    file = _file(client, google, b"x")
    google.fault(path="/files/", refused=Refused(403, reason, "no", reason))
    with pytest.raises(kind, match=reason):
        _fetched(client, file, tmp_path)
    assert list(_landing(tmp_path).iterdir()) == []
