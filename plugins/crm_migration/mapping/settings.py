"""Rules for what stands above the entities: source, target, schedule, sample."""

import re
from collections.abc import Iterator
from datetime import date

from crm_migration.mapping.countries import is_country
from crm_migration.mapping.cron import cron_fault
from crm_migration.mapping.faults import Fault, quoted
from crm_migration.mapping.model import ON_ARRIVAL, Mapping
from crm_migration.mapping.moments import zone_fault

CONNECTION_ID = re.compile(r"[\w.\-]{1,200}")


def settings_faults(mapping: Mapping) -> Iterator[Fault]:
    """Yield the faults of a mapping's general settings."""
    yield from _connections(mapping)
    yield from _source(mapping)
    yield from _schedule(mapping)
    if mapping.sample.minimum > mapping.sample.maximum:
        text = f"expected at most the maximum of {mapping.sample.maximum}, found {mapping.sample.minimum}"
        yield Fault(("sample", "minimum"), text, depends=(("sample", "maximum"),))


def _connections(mapping: Mapping) -> Iterator[Fault]:
    """Refuse addresses in place of ids without repeating them: they may hold a password."""
    for section, connection in (("source", mapping.source.connection), ("target", mapping.target.connection)):
        if not CONNECTION_ID.fullmatch(connection):
            found = "an address" if "://" in connection else "other characters"
            text = f"expected a connection id of letters, digits and . _ -, found {found}"
            yield Fault((section, "connection"), text)


def _source(mapping: Mapping) -> Iterator[Fault]:
    if text := zone_fault(mapping.source.timezone):
        yield Fault(("source", "timezone"), text)
    country = mapping.source.country
    if country is not None and not is_country(country):
        hint = " (did you mean 'GB'?)" if country == "UK" else ""
        yield Fault(("source", "country"), f"expected an ISO 3166 country, found {quoted(country)}{hint}")


def _schedule(mapping: Mapping) -> Iterator[Fault]:
    if mapping.schedule == ON_ARRIVAL:
        if mapping.source.kind != "files":
            text = f"expected a cron expression for a source of kind {mapping.source.kind}, found {quoted(ON_ARRIVAL)}"
            yield Fault(("schedule",), text, depends=(("source", "kind"),))
    elif mapping.schedule is not None and (wrong := cron_fault(mapping.schedule)):
        found = "" if ", found" in wrong else f", found {quoted(mapping.schedule)}"
        yield Fault(("schedule",), f"{wrong}{found}")
    try:
        date.fromisoformat(mapping.start_date)
    except ValueError:
        yield Fault(("start_date",), f"expected a day of the calendar, found {quoted(mapping.start_date)}")
