"""Validity: the mapping's expectations, run by Great Expectations on the records that were loaded."""

import json
import logging
import os
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from crm_migration.staging import file_system, safe_name
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.batches import Batch, batch_of
from crm_migration.validate.checks import KEYS_KEPT, RUN, Check, could_not_run
from crm_migration.validate.loaded import stream_numbers
from crm_migration.validate.selection import Scope
from crm_migration.validate.suites import Expected, expectations

logger = logging.getLogger(__name__)

REASON_LENGTH = 200
# What a result may keep: counts and shares, never the values of rows.
SHOWN = {
    "element_count",
    "missing_count",
    "missing_percent",
    "observed_value",
    "unexpected_count",
    "unexpected_percent",
    "unexpected_percent_nonmissing",
    "unexpected_percent_total",
}
BRIEF = "BOOLEAN_ONLY"


def great_expectations() -> ModuleType:
    """Return the library, imported quietly and without its telemetry."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    library = logging.getLogger("great_expectations")
    library.setLevel(logging.WARNING)
    import great_expectations as gx

    library.setLevel(logging.WARNING)
    return gx


@dataclass
class Suites:
    """The suites of one validation: one context, one suite per entity, and their results for the Data Docs."""

    scope: Scope
    context: Any = None
    results: list[tuple[Any, Any]] = field(default_factory=list)

    def run(self, found: ReadBack) -> list[Check]:
        """Judge the records of one entity; a suite that could not run is one failed check with the reason."""
        name = found.selection.entity
        try:
            return self._run(found)
        except Exception as error:  # noqa: BLE001 - whatever stops a suite, nothing was proved: that is red
            check = Check("validity", name, "suite", "fail", engine="great_expectations")
            return [could_not_run(check, first_line(f"{type(error).__name__}: {error}"))]

    def _run(self, found: ReadBack) -> list[Check]:
        gx, target = great_expectations(), self.scope.target
        if self.context is None:
            self.context = gx.get_context(mode="ephemeral")
            self.context.variables.progress_bars = {"globally": False}
        table = target.table(found.entity.target.object)
        wanted = _distinct(expectations(found.entity, table, target.dialect))
        with batch_of(found) as rows:
            suite = Suite(gx, found, asset_over(self.context, found.selection.entity, rows))
            try:
                checks = suite.checks(wanted)
            finally:
                suite.batch.data.execution_engine.close()
        self.results.append((suite.suite, suite.outcome))
        _keep(self.scope, found.selection.entity, suite)
        return checks


def asset_over(context: Any, name: str, rows: Batch) -> Any:
    """Return Great Expectations' batch over `rows`; its engine is handed the connection, so it sees no password."""
    options: dict[str, Any] = {"creator": lambda: rows.connection, "hide_parameters": True}
    if rows.drivername.startswith("sqlite"):
        source = context.data_sources.add_sqlite(name, connection_string="sqlite:///target", kwargs=options)
    else:
        add = (
            context.data_sources.add_postgres
            if rows.drivername.startswith("postgresql")
            else context.data_sources.add_sql
        )
        options["poolclass"] = sa.StaticPool
        source = add(name, connection_string=f"{rows.drivername}://reader@target/target", kwargs=options)
    asset = source.add_query_asset(name, query=rows.query)
    batch = asset.add_batch_definition_whole_table("loaded records").get_batch()
    _spare_rows(batch.data)
    return batch


def _spare_rows(data: Any) -> None:
    """Have the library learn the columns of a query without fetching its rows: it executes the bare query for that."""
    engine = data.execution_engine.engine
    bare = str(data.selectable.compile(dialect=engine.dialect))

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def _limit(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> tuple[str, Any]:
        return f"{statement}\nLIMIT 0" if statement == bare else statement, parameters


class Suite:
    """One entity's suite over one batch."""

    def __init__(self, gx: ModuleType, found: ReadBack, batch: Any) -> None:
        self.gx, self.found, self.batch = gx, found, batch
        self.suite = gx.ExpectationSuite(name=found.selection.entity)
        self.outcome: Any = None

    def checks(self, wanted: list[Expected]) -> list[Check]:
        """Ask for yes or no first, and for details only of what failed."""
        lines: dict[int, Check] = {}
        for place, one in enumerate(wanted):
            try:
                self.suite.add_expectation(self._expectation(one, place))
            except Exception as error:  # noqa: BLE001 - the library raises many kinds for a bad expectation
                lines[place] = could_not_run(self._line(one), first_line(str(error)))
        self.outcome = self.batch.validate(self.suite, result_format=BRIEF)
        self.outcome.results = [self._settled(result) for result in self.outcome.results]
        for result in self.outcome.results:
            place = result.expectation_config.meta["place"]
            lines[place] = self._judged(wanted[place], result)
        return [lines[place] for place in sorted(lines)]

    def _expectation(self, one: Expected, place: int) -> Any:
        configuration = self.gx.expectations.expectation_configuration.ExpectationConfiguration
        return configuration(type=one.type, kwargs=dict(one.kwargs), meta={"place": place}).to_domain_obj()

    def _line(self, one: Expected) -> Check:
        name = self.found.selection.entity
        return Check("validity", name, one.type, "pass", field=one.field, engine="great_expectations")

    def _settled(self, result: Any) -> Any:
        """Return the result in full where the brief one is not a yes, without the rows' values.

        Expectations share statements: one that cannot run takes its neighbours down, so each is repeated alone.
        """
        if result.success:
            return result
        key = self.found.entity.target.id
        alone = self.gx.ExpectationSuite(name=self.suite.name, expectations=[result.expectation_config.to_domain_obj()])
        how = {
            "result_format": "SUMMARY",
            "partial_unexpected_count": KEYS_KEPT,
            "unexpected_index_column_names": [key],
        }
        (full,) = self.batch.validate(alone, result_format=how).results
        listed = full.result.get("partial_unexpected_index_list") or []
        full.result = {name: value for name, value in full.result.items() if name in SHOWN}
        full.result["failing_ids"] = [str(line[key]) for line in listed]
        return full

    def _judged(self, one: Expected, result: Any) -> Check:
        line = self._line(one)
        if result.success:
            return line
        reason = _exception(result.exception_info)
        if reason is not None:
            return could_not_run(line, first_line(reason))
        found = result.result
        failing = int(found.get("unexpected_count") or 0)
        observed = found.get("observed_value")
        of_sample = self.found.selection.scope.phase == "sample" and not one.of_rows
        return replace(
            line,
            status="info" if of_sample else "fail",
            failing=failing,
            failing_keys=self._keys(found["failing_ids"]),
            target_value=None if observed is None else str(observed),
            difference=f"{failing} of {found['element_count']}" if found.get("element_count") else None,
        )

    def _keys(self, ids: list[str]) -> tuple[str, ...]:
        """Return the source keys of the target's records `ids`."""
        if not ids:
            return ()
        selection = self.found.selection
        crosswalk = selection.scope.target.ledger.tables.crosswalk
        mine = crosswalk.c.stream_no.in_(stream_numbers(selection).values())
        chosen = sa.select(crosswalk.c.source_key).where(mine, crosswalk.c.target_id.in_(ids))
        with selection.scope.target.engine.connect() as connection:
            keys = connection.scalars(chosen.where(crosswalk.c.fingerprint.is_not(None))).all()
        return tuple(sorted(map(str, keys)))


def _distinct(wanted: list[Expected]) -> list[Expected]:
    """Return each expectation once: the mapping may repeat what its fields imply."""
    named = {(one.type, json.dumps(one.kwargs, sort_keys=True, default=str)): one for one in reversed(wanted)}
    return list(reversed(named.values()))


def _exception(info: Any) -> str | None:
    """Return what stopped an expectation, from either of the two shapes the library reports it in."""
    listed = [info] if isinstance(info, dict) and "raised_exception" in info else list((info or {}).values())
    for one in listed:
        if isinstance(one, dict) and one.get("raised_exception"):
            return str(one.get("exception_message") or "unknown reason")
    return None


def first_line(reason: str) -> str:
    """Return the first line of a reason; what a database quotes from a row comes after it."""
    return " ".join(reason.strip().split("\n", maxsplit=1)[0].split())[:REASON_LENGTH]


def _keep(scope: Scope, entity: str, suite: Suite) -> None:
    """Write suite and result beside the run's staged tables."""
    filesystem, folder = file_system(scope.folder.table(RUN, "gx"))
    filesystem.makedirs(folder, exist_ok=True)
    content = {"suite": suite.suite.to_json_dict(), "result": suite.outcome.to_json_dict()}
    with filesystem.open(f"{folder}/{scope.phase}-{safe_name(entity)}.json", "w") as handle:
        json.dump(content, handle, indent=1, default=str)
