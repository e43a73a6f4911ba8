"""What is tried after a load: which fields records may be looked up by, and what figures are made of."""

import pytest

from tests.mapping.samples import CRM, problems


def with_usage(text: str) -> str:
    """Return the sample mapping with more keys in its contact."""
    assert "  contact:\n" in CRM
    return CRM.replace("  contact:\n", f"  contact:\n{text}")


def test_fields_and_figures_are_taken(tmp_path) -> None:
    usage = "    search_by: [first_name]\n    totals:\n      - {name: by name, by: [first_name]}\n"
    assert problems(tmp_path, with_usage(usage)) == []


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("    search_by: [first_nam]\n", "search_by[0]", "did you mean 'first_name'"),
        ("    search_by: [account_id]\n", "search_by[0]", "expected a field of text, found a reference"),
        ("    totals: [{name: a, by: [account_id]}]\n", "totals[0].by[0]", "holds the same in source and target"),
        ("    totals: [{name: a, by: [first_name], sum: first_name}]\n", "totals[0].sum", "a field of numbers"),
        ("    totals: [{name: a, by: [first_name], where: {nobody: [x]}}]\n", "totals[0].where.nobody", "a field of"),
        ("    totals: [{name: a, by: [first_name]}, {name: a, by: [first_name]}]\n", "totals[1].name", "again"),
        ("    totals: [{name: a, by: []}]\n", "totals[0].by", "expected"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path, text: str, place: str, expected: str) -> None:
    found = problems(tmp_path, with_usage(text))
    assert [problem for problem in found if place in problem and expected in problem] != [], found
