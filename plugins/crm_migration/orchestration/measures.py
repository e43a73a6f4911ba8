"""What a finished run tells other systems: metrics through Airflow's own, and events for the DAGs that wait for it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import Asset, AssetAlias
from airflow.sdk.observability.stats import Stats

from crm_migration.mapping.model import Mapping

if TYPE_CHECKING:
    from crm_migration.report.model import EntityReport, Report

GREEN, FULL = "green", "full"


def asset_of(target: str, target_object: str) -> Asset:
    """Return the asset that stands for an object of a target, whichever sources load it."""
    address = f"crm://{quote(target)}/{quote(target_object)}"
    return Asset(name=address, uri=address)


def loaded_alias(mapping: Mapping) -> AssetAlias:
    """Return the outlet of a migration's last task.

    It stands for the assets of all objects that the mapping writes; which of them get an event is decided when the
    task runs, since a plan, a sample or a red run must start nobody.
    """
    return alias_between(mapping.source.name, mapping.target.name)


def alias_between(source: str, target: str) -> AssetAlias:
    """Return the alias of what a source of this name loads into a target of that name."""
    return AssetAlias(name=f"{source}_into_{target}")


def sources(mapping: Mapping) -> list[Asset]:
    """Return the assets that a migration reads, for lineage."""
    address = f"crm://{quote(mapping.source.name)}"
    return [Asset(name=f"{address}/{quote(name)}", uri=f"{address}/{quote(name)}") for name in mapping.entities]


def announce(mapping: Mapping, report: "Report", context: Any) -> dict[str, dict[str, int]]:
    """Give each object's asset an event after a full load that is green, with counts as its extra.

    Also after one that found nothing new: that the target is up to date is news to whoever waits for it. Returns the
    counts by object, none where the run was another.
    """
    if report.verdict.state != GREEN or report.facts.mode != FULL:
        return {}
    counts: dict[str, dict[str, int]] = {}
    for entity in report.entities:
        of_object = counts.setdefault(entity.object, {"changed": 0})
        for outcome, rows in (entity.identity.counts.as_dict() if entity.identity.counts else {}).items():
            of_object[outcome] = of_object.get(outcome, 0) + rows
            of_object["changed"] += rows if outcome in ("inserted", "updated") else 0
    events = context["outlet_events"][loaded_alias(mapping)]
    for target_object, of_object in counts.items():
        events.add(asset_of(mapping.target.name, target_object), extra=of_object)
    return counts


def measure(report: "Report") -> None:
    """Count rows by outcome, gauge what was rejected, and time each step, labelled by source, target and entity.

    A plan moves no row, and of a run that was rolled back none is left.
    """
    run = {"source": report.facts.source, "target": report.facts.target}
    if report.facts.mode != "dry_run":
        for entity in report.entities:
            labels = run | {"entity": entity.name}
            counts = entity.identity.counts
            for outcome, rows in counts.as_dict().items() if counts and report.verdict.state != "rolled_back" else ():
                Stats.incr(f"crm_migration.rows.{outcome}", rows, tags=labels)
            Stats.gauge("crm_migration.rejected", _rejected(entity), tags=labels)
    for step in report.facts.steps:
        name = "match_chunk" if step.step.startswith("match_chunk_") else step.step
        labels = run | ({"entity": step.entity} if step.entity else {})
        Stats.timing(f"crm_migration.step.{name}", timedelta(seconds=step.seconds), tags=labels)
    Stats.incr(f"crm_migration.runs.{report.verdict.state}", tags=run)


def rejected_rows(report: "Report") -> dict[str, tuple[int, int]]:
    """Return rejected rows by entity, with how many rows were extracted."""
    return {entity.name: (_rejected(entity), entity.identity.extracted or 0) for entity in report.entities}


def _rejected(entity: "EntityReport") -> int:
    if entity.identity.counts is not None:
        return entity.identity.counts.rejected
    return sum(line.rows for line in entity.rejections or ())
