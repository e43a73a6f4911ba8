"""The report as one HTML page that needs nothing but itself: no scripts, no network, opens from a disk."""

import json
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crm_migration.report import formats, views, words
from crm_migration.report.model import OUTCOMES, Report
from crm_migration.report.pairs import SideBySide
from crm_migration.report.sample_question import Question
from crm_migration.validate.target_review.findings import TargetReview

FORMATS = ("number", "amount", "duration", "moment", "safe_link")
WORDS = (
    "reason_title",
    "reason_advice",
    "review_title",
    "check_title",
    "step_title",
    "spaced",
    "merged_by",
    "model_used",
)


def render_html(report: Report, pairs: tuple[SideBySide, ...] = ()) -> str:
    """Return the page, with `pairs` side by side; every text is escaped, and invisible characters are written out."""
    return _environment().get_template("report.html.j2").render(report=report, pairs=pairs)


def render_target_review(review: TargetReview) -> str:
    """Return the page of a review of a target; every text is escaped."""
    return _environment().get_template("target_review.html.j2").render(review=review)


def render_question(asked: Question) -> str:
    """Return the page that shows a sample to who is to approve it; every text is escaped."""
    return _environment().get_template("question.html.j2").render(asked=asked)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crm_migration.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(formats, name) for name in FORMATS}
    environment.filters |= {name: getattr(words, name) for name in WORDS}
    environment.filters["json"] = _json
    environment.filters["missing_entries"] = views.missing_entries
    environment.globals |= {
        name: getattr(formats, name) for name in ("share", "width", "rate", "window", "figure", "at_most", "span")
    }
    environment.globals |= {"views": views, "words": words, "plural": words.plural, "outcomes": OUTCOMES}
    return environment


def _finalize(value: object) -> object:
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return formats.visible(value)
    return "" if value is None else value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
