"""An entity whose match is scored in chunks gets the tasks for it, and they tell of themselves by their numbers."""

from types import SimpleNamespace

import pytest

from tests.dags.project import add_migration

KEYS = "        - {name: email, fields: [email]}\n"
MODEL = KEYS + "      model: {kind: person, fields: {family_name: last_name, email: email}, chunks: CHUNKS}\n"


@pytest.fixture
def dag(parse, tmp_path):
    """Return a function that makes the DAG of a mapping that asks for so many chunks."""

    def make(chunks: int):
        add_migration(tmp_path, "small", [(KEYS, MODEL.replace("CHUNKS", str(chunks)))])
        bag = parse(tmp_path / "dags")
        assert bag.import_errors == {}
        return bag.dags["small"]

    return make


def test_chunks_are_mapped_between_preparation_and_match(dag) -> None:
    made = dag(4)
    assert made.task_dict["contact.match_prepare"].upstream_task_ids == {"contact.clean"}
    chunks = made.task_dict["contact.match_chunk"]
    assert chunks.upstream_task_ids == {"contact.match_prepare"}
    assert chunks.is_mapped
    assert chunks.op_kwargs_expand_input.value == {"number": [0, 1, 2, 3]}
    assert chunks.partial_kwargs["op_kwargs"]["entity"] == "contact"
    assert made.task_dict["contact.match"].upstream_task_ids == {"contact.match_chunk"}
    assert made.task_dict["account.match"].upstream_task_ids == {"account.clean"}
    assert {"account.match_prepare", "account.match_chunk"}.isdisjoint(made.task_ids)
    assert chunks.retries == made.task_dict["contact.match"].retries == 3
    assert chunks.retry_policy == made.task_dict["contact.match"].retry_policy


def test_one_chunk_is_scored_by_the_match_itself(dag) -> None:
    assert {"contact.match_prepare", "contact.match_chunk"}.isdisjoint(dag(1).task_ids)


@pytest.mark.parametrize(
    ("index", "name"), [(-1, "contact.match"), (None, "contact.match"), (0, "contact.match_0"), (7, "contact.match_7")]
)
def test_mapped_tasks_leave_their_reasons_beside_each_other(airflow_home, index: int | None, name: str) -> None:
    from crm_migration.orchestration.context import _task_name

    assert _task_name(SimpleNamespace(task_id="contact.match", map_index=index)) == name
