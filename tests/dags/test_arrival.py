"""The watcher of a folder: one event for each change of its files, and none while one of them is being written."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.dags.project import add_migration

MAPPING = """\
version: "1"
source: {name: drop, kind: files, connection: drop, settle_seconds: 60}
target: {name: new, connection: new}
schedule: on_arrival
entities:
  contact:
    file: "*.csv"
    key: id
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
"""
LOOKS = 10
QUICK = 0.01


class Store:
    """Airflow's state of one asset."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.values: dict[str, Any] = {}
        self.asked = 0

    async def aget(self, name: str) -> Any:
        """Return a value, None where there is none."""
        self.asked += 1
        return self.values.get(name)

    async def aset(self, name: str, value: Any) -> None:
        """Keep a value."""
        self.values[name] = json.loads(json.dumps(value))


class Folder:
    """A drop folder, the state that Airflow keeps of it, and a mapping that reads it."""

    def __init__(self, home: Path) -> None:
        """Make an empty folder in `home`."""
        self.path, self.store = home / "drop", Store()
        self.path.mkdir()
        self.mapping = add_migration(home, "drop")
        self.mapping.write_text(MAPPING)

    def write(self, name: str, text: str, seconds_ago: float = 3600) -> None:
        """Write a file that has stood still for so long."""
        (self.path / name).write_text(text)
        then = time.time() - seconds_ago
        os.utime(self.path / name, (then, then))

    def trigger(self) -> Any:
        """Return a new watcher, as the triggerer makes it when it starts."""
        from crm_migration.orchestration.arrival import FilesArrived

        name, arguments = FilesArrived(str(self.mapping), QUICK).serialize()
        assert name == f"{FilesArrived.__module__}.{FilesArrived.__name__}"
        made = FilesArrived(**arguments)
        made.asset_state_store = self.store
        return made

    @asynccontextmanager
    async def watched(self) -> AsyncIterator["Watch"]:
        """Have a watcher look at the folder inside the block."""
        watch = Watch(self.trigger())
        try:
            yield watch
        finally:
            await watch.end()


class Watch:
    """A watcher at work, and the events it has given."""

    def __init__(self, trigger: Any) -> None:
        """Start it."""
        self.trigger, self.events, self.looked = trigger, [], 0
        look = trigger._look

        async def counted() -> Any:
            self.looked += 1
            return await look()

        trigger._look = counted
        self.task = asyncio.create_task(self._collect())

    async def _collect(self) -> None:
        async for event in self.trigger.run():
            self.events.append(event.payload)

    async def looks(self, times: int = LOOKS) -> list[Any]:
        """Wait until it has looked so many times more; return all its events."""
        wanted = self.looked + times
        while self.looked < wanted:
            assert not self.task.done(), "the watcher has ended"
            await asyncio.sleep(QUICK)
        return self.events

    async def end(self) -> None:
        """Stop it, as the triggerer does when it stops."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
def folder(airflow_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    made = Folder(tmp_path)
    connection = {"conn_type": "fs", "extra": {"path": str(made.path)}}
    monkeypatch.setenv("AIRFLOW_CONN_DROP", json.dumps(connection))
    return made


def test_one_event_for_each_change_of_the_files(folder: Folder) -> None:
    async def story() -> None:
        async with folder.watched() as watch:
            assert await watch.looks() == []
            folder.write("a.csv", "id\n1\n")
            assert await watch.looks() == [{"files": 1}]
            folder.write("other.txt", "not of the mapping")
            assert await watch.looks() == [{"files": 1}]
            folder.write("b.csv", "id\n2\n")
            assert await watch.looks() == [{"files": 1}, {"files": 2}]
            folder.write("a.csv", "id\n1\n3\n")
            assert await watch.looks() == [{"files": 1}, {"files": 2}, {"files": 2}]

    asyncio.run(story())


def test_a_watcher_that_is_started_again_remembers_what_it_fired_for(folder: Folder) -> None:
    async def story() -> None:
        folder.write("a.csv", "id\n1\n")
        for expected in ([{"files": 1}], []):
            async with folder.watched() as watch:
                assert await watch.looks() == expected

    asyncio.run(story())


def test_files_are_remembered_only_after_the_event_was_handed_over(folder: Folder) -> None:
    async def story() -> None:
        folder.write("a.csv", "id\n1\n")
        for _ in range(2):
            events = folder.trigger().run()
            assert (await anext(events)).payload == {"files": 1}
            assert folder.store.values == {}
            await events.aclose()

    asyncio.run(story())


def test_nothing_starts_while_any_file_is_being_written(folder: Folder) -> None:
    async def story() -> None:
        folder.write("whole.csv", "id\n1\n")
        folder.write("growing.csv", "id\n2\n", seconds_ago=0)
        async with folder.watched() as watch:
            assert await watch.looks() == []
            folder.write("growing.csv", "id\n2\n3\n", seconds_ago=30)
            assert await watch.looks() == []
            folder.write("growing.csv", "id\n2\n3\n", seconds_ago=61)
            assert await watch.looks() == [{"files": 2}]

    asyncio.run(story())


def test_a_folder_that_cannot_be_read_for_a_while_ends_nothing(folder: Folder) -> None:
    async def story() -> None:
        away = folder.path.rename(folder.path.with_name("away"))
        async with folder.watched() as watch:
            assert await watch.looks() == []
            away.rename(folder.path)
            folder.write("a.csv", "id\n1\n")
            assert await watch.looks() == [{"files": 1}]
            text = folder.mapping.read_text()
            folder.mapping.write_text("version: [")
            await watch.looks(2)
            folder.write("b.csv", "id\n2\n")
            assert await watch.looks() == [{"files": 1}]
            folder.mapping.write_text(text)
            assert await watch.looks() == [{"files": 1}, {"files": 2}]

    asyncio.run(story())


def test_a_connection_that_is_missing_for_a_while_ends_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        folder.write("a.csv", "id\n1\n")
        connection = os.environ["AIRFLOW_CONN_DROP"]
        monkeypatch.delenv("AIRFLOW_CONN_DROP")
        async with folder.watched() as watch:
            assert await watch.looks() == []
            monkeypatch.setenv("AIRFLOW_CONN_DROP", connection)
            assert await watch.looks() == [{"files": 1}]

    asyncio.run(story())


def test_a_state_store_that_does_not_answer_for_a_while_ends_nothing(folder: Folder) -> None:
    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.execution_time.comms import ErrorResponse

    async def story() -> None:
        folder.write("a.csv", "id\n1\n")
        remembering = folder.store.aget

        async def away(_name: str) -> Any:
            raise AirflowRuntimeError(ErrorResponse())

        folder.store.aget = away  # type: ignore[method-assign]
        async with folder.watched() as watch:
            assert await watch.looks() == []
            folder.store.aget = remembering  # type: ignore[method-assign]
            assert await watch.looks() == [{"files": 1}]

    asyncio.run(story())
