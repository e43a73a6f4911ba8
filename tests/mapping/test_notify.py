"""Whom to tell, and what the review of a target looks for: what a mapping shows to be wrong about it."""

import pytest

from crm_migration.mapping.reader import read_mapping
from tests.mapping.samples import CRM, problems, write

MAIL = "notify:\n  - {events: [sample_waiting, quota], via: smtp, connection: mail, to: [ops@example.com]}\n"
CHAT = "notify:\n  - {events: [deadline], via: webhook, connection: chat}\n"


@pytest.mark.parametrize("text", [MAIL, f"deadline: 90m\n{CHAT}", "target_review: {changed: {contact: changed_at}}\n"])
def test_a_whole_section_is_taken(tmp_path, text: str) -> None:
    assert problems(tmp_path, CRM + text) == []


def test_by_default_nobody_is_told_and_two_years_are_stale(tmp_path) -> None:
    mapping = read_mapping(write(tmp_path, CRM)).mapping
    assert (mapping.notify, mapping.deadline, mapping.target_review.stale_days) == ([], None, 730)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        (MAIL.replace(", to: [ops@example.com]", ""), "notify[0].to", "expected mail addresses"),
        (MAIL.replace("ops@example.com", "ops"), "notify[0].to[0]", "expected a mail address"),
        (MAIL.replace("connection: mail", "connection: smtp://me:x@h"), "notify[0].connection", "an address"),
        (CHAT, "notify[0].events", "expected 'deadline: <time>'"),
        (f"deadline: soon\n{CHAT}", "deadline", "expected"),
        (f"deadline: 1h\n{CHAT}".replace("chat}", "chat, to: [a@b.example]}"), "notify[0].to", "no 'to' beside"),
        (f"deadline: 1h\n{CHAT}".replace("chat}", "chat, from: a@b.example}"), "notify[0].from", "no 'from' beside"),
        ("target_review: {changed: {contct: x}}\n", "target_review.changed.contct", "did you mean 'contact'"),
        (MAIL.replace("events", "on"), "notify[0]", "the boolean that YAML makes of on"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path, text: str, place: str, expected: str) -> None:
    found = problems(tmp_path, CRM + text)
    assert [problem for problem in found if place in problem and expected in problem] != [], found
    assert "me:x" not in str(found)
