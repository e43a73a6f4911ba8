"""An entity that is extracted and cleaned in parts gets the tasks for it."""

import pytest

from tests.dags.project import add_migration
from tests.end_to_end.small import MAPPING

AT = "    key: id\n"


@pytest.fixture
def made(parse, tmp_path):
    """The DAG of a mapping that asks for three parts of its contacts."""
    start = MAPPING.index("  contact:")
    contact = MAPPING[start:]
    add_migration(tmp_path, "small", [(contact, contact.replace(AT, f"{AT}    parts: 3\n", 1))])
    bag = parse(tmp_path / "dags")
    assert bag.import_errors == {}
    return bag.dags["small"]


def test_parts_are_mapped_between_what_divides_and_what_puts_together(made) -> None:
    line = ["preflight", *(f"contact.{step}" for step in ("extract_prepare", "extract_part", "extract", "clean_part"))]
    for before, after in zip(line, [*line[1:], "contact.clean"], strict=True):
        assert made.task_dict[after].upstream_task_ids == {before}
    for step in ("extract_part", "clean_part"):
        mapped = made.task_dict[f"contact.{step}"]
        assert mapped.is_mapped
        assert mapped.op_kwargs_expand_input.value == {"number": [0, 1, 2]}
        assert mapped.partial_kwargs["op_kwargs"]["entity"] == "contact"
        assert mapped.retries == made.task_dict["contact.clean"].retries == 3
        assert mapped.retry_policy == made.task_dict["contact.clean"].retry_policy


def test_an_entity_in_one_piece_has_no_such_tasks(made) -> None:
    assert {f"account.{step}" for step in ("extract_prepare", "extract_part", "clean_part")}.isdisjoint(made.task_ids)
    assert made.task_dict["account.extract"].upstream_task_ids == {"preflight"}
