"""The run in words that a person understands, and everything that keeps it from being green."""

from collections.abc import Iterable

from crm_migration.report.model import Checks, EntityReport, Mode, OutcomeCounts, RunFacts, Status, Verdict
from crm_migration.report.sentences import say
from crm_migration.report.words import plural, step_title

WANTED: dict[Mode, tuple[str, ...]] = {
    "full": ("extract", "clean", "match", "load"),
    "sample_only": ("extract", "clean", "match", "sample"),
    "dry_run": ("extract", "clean", "match", "load"),
}
IDENTITY_FAULTS = ("missing", "doubled", "unexpected", "contradicted")


def verdict(
    facts: RunFacts,
    entities: tuple[EntityReport, ...],
    found: dict[str, Checks | None],
    totals: OutcomeCounts | None,
) -> Verdict:
    """Return the verdict. What the staged tables show outranks a status of green.

    A run that was rolled back stays so: its reasons say why it was.
    """
    faults = [*_identity_faults(entities), *_half_loaded(entities), *_failed_checks(found)]
    faults += _not_reached(facts, entities, found)
    reasons = list(dict.fromkeys([*facts.problems, *faults]))
    state: Status = facts.status if facts.status == "rolled_back" or not reasons else "red"
    headline = _headline(facts, state, totals)
    return Verdict(state=state, headline=headline, summary=_summary(facts, entities, totals), reasons=tuple(reasons))


def _headline(facts: RunFacts, state: Status, totals: OutcomeCounts | None) -> str:
    if state == "red" and facts.mode == "dry_run":
        return say("plan_fails")
    if state == "green" and totals is not None and totals.rejected:
        return say("with_rejects", rows=totals.rejected)
    return say(state)


def _half_loaded(entities: Iterable[EntityReport]) -> Iterable[str]:
    """Name the entities of which rows are loaded but for references that the target refused."""
    for entity in entities:
        lines = [line for line in entity.rejections or () if (line.step, line.reason) == ("link", "refused_by_target")]
        if rows := sum(line.rows for line in lines):
            yield say("half_loaded", entity=entity.name, rows=rows)


def _identity_faults(entities: Iterable[EntityReport]) -> Iterable[str]:
    for entity in entities:
        identity = entity.identity
        counted = {name: getattr(identity, name).count for name in IDENTITY_FAULTS}
        found = [say(name, rows=count) for name, count in counted.items() if count]
        if found:
            yield say("unaccounted", entity=entity.name, faults="; ".join(found))
        elif identity.holds is False and identity.counts is not None:
            extracted = identity.extracted or 0
            yield say("sums_differ", entity=entity.name, extracted=extracted, ended=identity.counts.total)


def _failed_checks(found: dict[str, Checks | None]) -> Iterable[str]:
    for phase, checks in found.items():
        if checks is not None and checks.failed:
            names = sorted({line.entity for line in checks.lines if line.status == "fail"})
            yield say("checks_failed", phase=phase, checks=checks.failed, entities=", ".join(names))


def _not_reached(facts: RunFacts, entities: Iterable[EntityReport], found: dict[str, Checks | None]) -> Iterable[str]:
    """Name what a run in this mode should have reached; one that was rolled back names its own problems."""
    if facts.status == "rolled_back":
        return
    for entity in entities:
        names = [step.step for step in entity.steps if not step.reached and step.step in WANTED[facts.mode]]
        if names:
            yield say("steps_not_reached", entity=entity.name, steps=", ".join(map(step_title, names)))
    phase = {"full": "full load", "sample_only": "sample", "dry_run": None}[facts.mode]
    if phase and found[phase] is None:
        yield say("checks_not_reached", phase=phase)


def _summary(facts: RunFacts, entities: tuple[EntityReport, ...], totals: OutcomeCounts | None) -> str:
    extracted = sum(entity.identity.extracted or 0 for entity in entities)
    verb = "was" if extracted == 1 else "were"
    named = plural(len(entities), "entity", "entities")
    read = f"{plural(extracted, 'row')} of {named} {verb} read from {facts.source}"
    if totals is None and facts.status == "sample_only":
        chosen = sum(entity.sample.records for entity in entities if entity.sample)
        return f"{read}; a sample of {plural(chosen, 'record')} was loaded into {facts.target}."
    if totals is None:
        return f"{read}; the full load into {facts.target} was not reached."
    ended = [f"{rows:,} {outcome}" for outcome, rows in totals.as_dict().items() if rows]
    if facts.mode == "dry_run" and ended:
        ended[0] = ended[0].replace(" ", " would be ", 1)
    return f"{read} for {facts.target}: {', '.join(ended) or 'there was none'}."
