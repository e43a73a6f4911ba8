"""The run in words that a person understands, and everything that keeps it from being green."""

from collections.abc import Iterable

from crm_migration.report.model import Checks, EntityReport, Mode, OutcomeCounts, RunFacts, Status, Verdict
from crm_migration.report.words import plural, step_title

HEADLINES: dict[Status, str] = {
    "green": "The migration is complete, and every row is accounted for.",
    "red": "The migration needs attention.",
    "rolled_back": "The run was rolled back: what it wrote has been taken back.",
    "planned": "This is a plan. Nothing has been written.",
    "sample_only": "The sample has been loaded. The full load has not started.",
}
WITH_REJECTS = "The migration is complete. {rows} could not be taken over and {wait} for repair."
PLAN_FAILS = "The plan needs attention. Nothing has been written."
WANTED: dict[Mode, tuple[str, ...]] = {
    "full": ("extract", "clean", "match", "load"),
    "sample_only": ("extract", "clean", "match", "sample"),
    "dry_run": ("extract", "clean", "match", "load"),
}
IDENTITY_FAULTS = {
    "missing": "in no state",
    "doubled": "in more than one state",
    "unexpected": "with an outcome, but never extracted",
    "contradicted": "with an outcome that contradicts cleaning",
}


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
        return PLAN_FAILS
    if state == "green" and totals is not None and totals.rejected:
        wait = "waits" if totals.rejected == 1 else "wait"
        return WITH_REJECTS.format(rows=plural(totals.rejected, "row"), wait=wait)
    return HEADLINES[state]


def _half_loaded(entities: Iterable[EntityReport]) -> Iterable[str]:
    """Name the entities of which rows are loaded but for references that the target refused."""
    for entity in entities:
        lines = [line for line in entity.rejections or () if (line.step, line.reason) == ("link", "refused_by_target")]
        if rows := sum(line.rows for line in lines):
            are = "is" if rows == 1 else "are"
            told = f"{plural(rows, 'row')} {are} loaded without what the target refused in the second pass"
            yield f"{entity.name}: {told}."


def _identity_faults(entities: Iterable[EntityReport]) -> Iterable[str]:
    for entity in entities:
        identity = entity.identity
        counted = [(getattr(identity, name).count, words) for name, words in IDENTITY_FAULTS.items()]
        found = [f"{plural(count, 'row')} {words}" for count, words in counted if count]
        if found:
            yield f"{entity.name}: not every row is accounted for: {'; '.join(found)}."
        elif identity.holds is False and identity.counts is not None:
            yield (
                f"{entity.name}: {identity.extracted:,} rows were extracted, but the outcomes known"
                f" here add up to {identity.counts.total:,}."
            )


def _failed_checks(found: dict[str, Checks | None]) -> Iterable[str]:
    for phase, checks in found.items():
        if checks is not None and checks.failed:
            names = sorted({line.entity for line in checks.lines if line.status == "fail"})
            yield f"Validation of the {phase}: {plural(checks.failed, 'check')} failed ({', '.join(names)})."


def _not_reached(facts: RunFacts, entities: Iterable[EntityReport], found: dict[str, Checks | None]) -> Iterable[str]:
    """Name what a run in this mode should have reached; one that was rolled back names its own problems."""
    if facts.status == "rolled_back":
        return
    for entity in entities:
        names = [step.step for step in entity.steps if not step.reached and step.step in WANTED[facts.mode]]
        if names:
            yield f"{entity.name}: not reached: {', '.join(step_title(name) for name in names)}."
    phase = {"full": "full load", "sample_only": "sample", "dry_run": None}[facts.mode]
    if phase and found[phase] is None:
        yield f"Validation of the {phase} was not reached."


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
