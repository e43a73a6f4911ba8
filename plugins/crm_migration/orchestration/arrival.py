"""Starts a run when files arrive: a watcher that the triggerer runs, one for each source of files."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowRuntimeError
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from crm_migration.errors import MigrationError, RetryLater

if TYPE_CHECKING:
    from crm_migration.extract.files import Look

logger = logging.getLogger(__name__)

SEEN = "files"
SECONDS = 10.0
MOST_NAMED = 5


class FilesArrived(BaseEventTrigger):
    """Fires when the files of a mapping's source are not those that it fired for last, and all stand still.

    What it fired for is kept in Airflow's state of the asset, so that a restart does not start a run. It is kept after
    the event was handed over: a crash between the two starts one run too many, never one too few.
    """

    def __init__(self, mapping_path: str, seconds: float = SECONDS) -> None:
        """Watch the source of the mapping at `mapping_path`, looking every so many `seconds`."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.mapping_path, self.seconds = mapping_path, seconds
        self._before: dict[str, str] = {}

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return how the triggerer makes this trigger again."""
        return (
            "crm_migration.orchestration.arrival.FilesArrived",
            {"mapping_path": self.mapping_path, "seconds": self.seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield an event, with the number of files, each time the files have changed."""
        while True:
            found = await self._changed()
            if found:
                yield TriggerEvent({"files": len(found)})  # type: ignore[no-untyped-call]
                await self._remember(found)
            await asyncio.sleep(self.seconds)

    async def _changed(self) -> dict[str, str] | None:
        """Return the files where they are not those that it fired for last, and all stand still.

        Nothing that may pass ends the watcher: it would stay ended until the triggerer starts again.
        """
        try:
            look = await self._look()
            self._before = look.versions
            if look.moving:
                logger.info("waiting for %s to be written whole", ", ".join(look.moving[:MOST_NAMED]))
            elif look.versions and look.versions != await self._seen():
                return dict(look.versions)
        except (RetryLater, AirflowRuntimeError) as away:
            logger.warning("%s; looking again in %s s", away, self.seconds)
        except MigrationError as fault:
            logger.error("%s; looking again in %s s", fault, self.seconds)
        return None

    async def _look(self) -> "Look":
        config, patterns, connection = await self._read()
        return await asyncio.to_thread(self._look_at, config, patterns, connection)

    def _look_at(self, config: Any, patterns: list[str], connection: Any) -> "Look":
        from crm_migration.connections import file_root
        from crm_migration.extract.files import FileStore
        from crm_migration.extract.landing import Landing

        return FileStore(config, file_root(connection), Landing()).look(patterns, self._before)

    async def _read(self) -> tuple[Any, list[str], Any]:
        from crm_migration.mapping.reader import read_mapping
        from crm_migration.orchestration.context import airflow_connection_async

        mapping = (await asyncio.to_thread(read_mapping, Path(self.mapping_path))).mapping
        found = await airflow_connection_async(mapping.source.connection)
        return mapping.source, sorted({entity.file or "*" for entity in mapping.entities.values()}), found

    async def _seen(self) -> Any:
        return await self.asset_state_store.aget(SEEN) if self.asset_state_store is not None else None

    async def _remember(self, found: Any) -> None:
        if self.asset_state_store is None:
            return
        try:
            await self.asset_state_store.aset(SEEN, found)
        except AirflowRuntimeError as away:
            logger.warning("%s; these files will start a second run, which finds nothing new", away)
