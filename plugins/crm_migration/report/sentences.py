"""The report's sentences in a fixed form: what differs from run to run stands in holes.

Other languages find their own words by the whole sentence, as it is written here. A hole is `{name}` for text,
`{name:,}` for a number, and `{name:row|rows}` for a number with its noun; the text of a hole whose kind is named, such
as `{steps:steps}`, is in a fixed form itself.
"""

from string import Formatter
from typing import Any

SENTENCES: dict[str, str] = {
    "green": "The migration is complete, and every row is accounted for.",
    "red": "The migration needs attention.",
    "rolled_back": "The run was rolled back: what it wrote has been taken back.",
    "planned": "This is a plan. Nothing has been written.",
    "sample_only": "The sample has been loaded. The full load has not started.",
    "with_rejects": (
        "The migration is complete. {rows:row could not be taken over and waits|"
        "rows could not be taken over and wait} for repair."
    ),
    "plan_fails": "The plan needs attention. Nothing has been written.",
    "half_loaded": "{entity}: {rows:row is|rows are} loaded without what the target refused in the second pass.",
    "unaccounted": "{entity}: not every row is accounted for: {faults:sentences}.",
    "missing": "{rows:row|rows} in no state",
    "doubled": "{rows:row|rows} in more than one state",
    "unexpected": "{rows:row|rows} with an outcome, but never extracted",
    "contradicted": "{rows:row|rows} with an outcome that contradicts cleaning",
    "sums_differ": ("{entity}: {extracted:,} rows were extracted, but the outcomes known here add up to {ended:,}."),
    "checks_failed": "Validation of the {phase:phase}: {checks:check|checks} failed ({entities}).",
    "steps_not_reached": "{entity}: not reached: {steps:steps}.",
    "checks_not_reached": "Validation of the {phase:phase} was not reached.",
}


def say(sentence: str, **values: str | int) -> str:
    """Return a sentence in English, by its name, with its holes filled."""
    return _English().vformat(SENTENCES[sentence], (), values)


class _English(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Return what stands in a hole."""
        one, several, many = format_spec.partition("|")
        if several:
            return f"{value:,} {one if value == 1 else many}"
        return f"{value:,}" if format_spec == "," else str(value)
