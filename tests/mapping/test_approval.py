"""A person asked to approve a sample: what a mapping may say about it."""

import pytest

from crm_migration.mapping.reader import read_mapping
from tests.mapping.samples import CRM, problems, write

MANUAL = "approval: manual\n"


@pytest.mark.parametrize(
    "text", [MANUAL, f"{MANUAL}approval_timeout: 24h\non_timeout: approve\napproval_examples: true\n"]
)
def test_a_question_may_have_an_end_and_examples(tmp_path, text: str) -> None:
    assert problems(tmp_path, CRM + text) == []


def test_by_default_a_person_is_waited_for_and_sees_no_values(tmp_path) -> None:
    mapping = read_mapping(write(tmp_path, CRM + MANUAL)).mapping
    assert (mapping.approval_timeout, mapping.on_timeout, mapping.approval_examples) == (None, "reject", False)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("approval_timeout: 24h\n", "approval_timeout", "only with 'approval: manual'"),
        ("approval_examples: true\n", "approval_examples", "only with 'approval: manual'"),
        (f"{MANUAL}on_timeout: approve\n", "on_timeout", "expected 'approval_timeout' beside it"),
        (f"{MANUAL}approval_timeout: tomorrow\n", "approval_timeout", "expected"),
        (f"{MANUAL}approval_timeout: 1h\non_timeout: rejct\n", "on_timeout", "did you mean 'reject'"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path, text: str, place: str, expected: str) -> None:
    found = problems(tmp_path, CRM + text)
    assert [problem for problem in found if place in problem and expected in problem] != [], found
