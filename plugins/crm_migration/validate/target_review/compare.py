"""What has changed in a target since the review before, and which changes are beyond the mapping's limits."""

from collections.abc import Iterator

from crm_migration.mapping.model import TargetReview as Limits
from crm_migration.validate.target_review.findings import Change, Reviewed, State, What

SHOWN_SHARE = 0.005
"""Smaller changes of a share are no news."""


def changes(before: tuple[Reviewed, ...], after: tuple[Reviewed, ...], limits: Limits) -> Iterator[Change]:
    """Yield what differs, object by object; objects that the review before did not look at are left out."""
    known = {one.name: one for one in before}
    for one in after:
        if one.name in known:
            yield from _of_object(known[one.name], one, limits)


def _of_object(before: Reviewed, after: Reviewed, limits: Limits) -> Iterator[Change]:
    grown = _change(after, "records", (before.records, after.records), limits.records_share)
    share = (after.records - before.records) / max(before.records, 1)
    if share:
        yield grown.model_copy(update={"share": share, "beyond": abs(share) > limits.records_share})
    yield from _shares(before, after, limits)
    failing = {(one.name, one.field): one.failing for one in before.findings if one.could_not_run is None}
    for one in after.findings:
        was = failing.get((one.name, one.field))
        if was is not None and one.could_not_run is None and one.failing != was:
            made = _change(after, "failing", (was, one.failing), limits.worse_share)
            yield made.model_copy(update={"field": one.field, "value": one.name, "beyond": made.share > made.limit})
    if after.duplicates is not None and after.duplicates.arisen:
        made = _change(after, "duplicates", (0, after.duplicates.arisen), limits.worse_share)
        yield made.model_copy(update={"beyond": made.share > made.limit})


def _shares(before: Reviewed, after: Reviewed, limits: Limits) -> Iterator[Change]:
    for field, count in after.filled.items():
        if field in before.filled:
            yield from _share(
                before, after, ("filled", field, None), (before.filled[field], count, limits.filled_share)
            )
    for field, codes in after.values.items():
        was = before.values.get(field, {})
        for code in sorted({*codes, *was}) if was else ():
            counts = (was.get(code, 0), codes.get(code, 0), limits.value_share)
            yield from _share(before, after, ("value", field, code), counts)


def _share(
    before: Reviewed, after: Reviewed, about: tuple[What, str, str | None], counts: tuple[int, int, float]
) -> Iterator[Change]:
    what, field, value = about
    was, now, limit = counts
    if not before.records or not after.records:
        return
    share = now / after.records - was / before.records
    if abs(share) >= min(SHOWN_SHARE, limit):
        made = _change(after, what, (was, now), limit)
        told = {"field": field, "value": value, "share": share, "beyond": abs(share) > limit}
        yield made.model_copy(update=told)


def _change(after: Reviewed, what: What, counts: tuple[int, int], limit: float) -> Change:
    share = (counts[1] - counts[0]) / max(after.records, 1)
    return Change(
        object=after.name, what=what, before=counts[0], after=counts[1], share=share, limit=limit, beyond=False
    )


def judged(
    objects: tuple[Reviewed, ...], found: tuple[Change, ...], *, compared: bool
) -> tuple[State, tuple[str, ...]]:
    """Return what the review comes to, and why it is not well."""
    stopped = [
        f"{one.name}: {_about(finding.name, finding.field)} could not be checked"
        for one in objects
        for finding in one.findings
        if finding.could_not_run is not None
    ]
    worse = [_reason(change) for change in found if change.beyond]
    state: State = "red" if stopped else "worse" if worse else "same" if compared else "first"
    return state, (*stopped, *worse)


def _about(name: str, field: str | None) -> str:
    return f"{name} of {field}" if field else name


def _reason(change: Change) -> str:
    counts = f"{change.before:,} before, {change.after:,} now"
    told = {
        "records": f"the number of records changed by {change.share:+.1%} ({counts})",
        "filled": f"{change.field}: the share of filled values changed by {change.share:+.1%} ({counts})",
        "value": f"{change.field}: the share of {change.value!r} changed by {change.share:+.1%} ({counts})",
        "failing": f"{_about(str(change.value), change.field)}: more records fail ({counts})",
        "duplicates": f"{change.after:,} new pairs of duplicates",
    }[change.what]
    return f"{change.object}: {told}; the limit is {change.limit:.1%}"
