"""Rules for what stands above the entities: source, target, schedule, sample."""

import re
from collections.abc import Iterator
from datetime import date

from crm_migration.mapping.countries import is_country
from crm_migration.mapping.cron import cron_fault
from crm_migration.mapping.faults import Fault, quoted, unknown_name
from crm_migration.mapping.model import ON_ARRIVAL, Mapping
from crm_migration.mapping.moments import zone_fault
from crm_migration.mapping.wizard import wizard_faults

CONNECTION_ID = re.compile(r"[\w.\-]{1,200}")
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def settings_faults(mapping: Mapping) -> Iterator[Fault]:
    """Yield the faults of a mapping's general settings."""
    yield from _connections(mapping)
    yield from _target(mapping)
    yield from wizard_faults(mapping)
    yield from _source(mapping)
    yield from _schedule(mapping)
    yield from _notices(mapping)
    for name in mapping.target_review.changed.keys() - mapping.entities.keys():
        yield unknown_name(("target_review", "changed", name), "an entity", name, mapping.entities)
    yield from _approval(mapping)
    if mapping.sample.minimum > mapping.sample.maximum:
        text = f"expected at most the maximum of {mapping.sample.maximum}, found {mapping.sample.minimum}"
        yield Fault(("sample", "minimum"), text, depends=(("sample", "maximum"),))


def _approval(mapping: Mapping) -> Iterator[Fault]:
    """Yield what is said about asking a person where nobody is asked, or about a wait that has no end."""
    for key in ("approval_timeout", "on_timeout", "approval_examples"):
        if key in mapping.model_fields_set and mapping.approval == "automatic":
            text = f"expected {key!r} only with 'approval: manual', found it with {quoted(mapping.approval)}"
            yield Fault((key,), text, at_key=True, depends=(("approval",),))
    if "on_timeout" in mapping.model_fields_set and mapping.approval_timeout is None and mapping.approval == "manual":
        text = "expected 'approval_timeout' beside it, such as 24h, found none: without one nobody's answer is overdue"
        yield Fault(("on_timeout",), text, at_key=True)


def _connections(mapping: Mapping) -> Iterator[Fault]:
    """Refuse addresses in place of ids without repeating them: they may hold a password."""
    named = {
        ("source", "connection"): mapping.source.connection,
        ("target", "connection"): mapping.target.connection,
        ("target", "ledger"): mapping.target.ledger,
    } | {("notify", number, "connection"): notice.connection for number, notice in enumerate(mapping.notify)}
    for place, connection in named.items():
        if connection is not None and not CONNECTION_ID.fullmatch(connection):
            found = "an address" if "://" in connection else "other characters"
            text = f"expected a connection id of letters, digits and . _ -, found {found}"
            yield Fault(place, text)


def _notices(mapping: Mapping) -> Iterator[Fault]:
    """Yield what a notice lacks, or has in vain, because of the way it goes or of what it is to tell."""
    for number, notice in enumerate(mapping.notify):
        place = ("notify", number)
        if notice.via == "smtp" and not notice.to:
            yield Fault((*place, "to"), "expected mail addresses, which 'via: smtp' needs, found none")
        for key in ("to", "from"):
            if notice.via == "webhook" and (notice.to if key == "to" else notice.sender):
                text = f"expected no {key!r} beside 'via: webhook', found one; the connection holds the address"
                yield Fault((*place, key), text, at_key=True, depends=((*place, "via"),))
        for at, address in enumerate(notice.to):
            if not ADDRESS.fullmatch(address):
                yield Fault((*place, "to", at), "expected a mail address, found another text")
        if "deadline" in notice.events and mapping.deadline is None:
            text = "expected 'deadline: <time>' above the entities, which the event 'deadline' needs, found none"
            yield Fault((*place, "events"), text, depends=(("deadline",),))


def _target(mapping: Mapping) -> Iterator[Fault]:
    """Yield what a target lacks, or has in vain, because of its kind."""
    target = mapping.target
    if target.kind == "sql":
        for key in ("ledger", "fxiaoke", "import_files"):
            if key in target.model_fields_set:
                text = f"expected {key!r} only of a target that is no database, found it at kind 'sql'"
                yield Fault(("target", key), text, at_key=True, depends=(("target", "kind"),))
        return
    for key in {"fxiaoke", "import_files"} & target.model_fields_set - {target.kind}:
        text = f"expected {key!r} only of a target of this kind, found it at kind {quoted(target.kind)}"
        yield Fault(("target", key), text, at_key=True, depends=(("target", "kind"),))
    if target.ledger is None:
        text = f"expected 'ledger: <connection id of a database>', which kind {quoted(target.kind)} needs, found none"
        yield Fault(("target", "ledger"), text)
    if target.db_schema is not None:
        text = f"expected no schema of a target of kind {quoted(target.kind)}, found one"
        yield Fault(("target", "schema"), text, at_key=True, depends=(("target", "kind"),))


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
