"""A saved model is read back as it was, or refused in words that say what to do."""

import json
from copy import deepcopy

import pytest

from crm_migration.errors import MappingInvalid
from crm_migration.match.comparisons import comparisons
from crm_migration.match.model import Model, model_path

PRESENT = comparisons("person")


@pytest.fixture
def model() -> Model:
    made = deepcopy(PRESENT)
    for comparison in made:
        for place, level in enumerate(comparison["comparison_levels"][1:]):
            level |= {"m_probability": 0.9 / (place + 1), "u_probability": 0.001 * (place + 1)}
    return Model("person", made, 700, ["email", "phone"])


@pytest.fixture
def path(tmp_path):
    return model_path(tmp_path / "crm.yaml", "contact")


def refused(path, kind: str = "person", present=PRESENT) -> str:
    with pytest.raises(MappingInvalid) as caught:
        Model.read(path, kind, present)
    assert path.name in str(caught.value), "the message names the file"
    assert "crm-migration train" in str(caught.value), "and the command"
    return str(caught.value)


def test_it_lies_beside_the_mapping_under_the_entity_s_name(path):
    assert path.name == "crm.contact.model.json"


def test_what_is_written_is_read_back(model, path):
    model.write(path)
    assert Model.read(path, "person", PRESENT) == model
    assert [found.name for found in path.parent.iterdir()] == [path.name], "nothing else is left there"
    model.write(path)
    assert Model.read(path, "person", PRESENT).digest == model.digest


def test_a_model_of_fewer_comparisons_than_this_version_makes_is_read(model, path):
    fewer = Model("person", model.comparisons[:3], 700, ["email"])
    fewer.write(path)
    assert Model.read(path, "person", PRESENT) == fewer


@pytest.mark.parametrize("key", ["m_probability", "u_probability", "sql_condition", "label_for_charts"])
def test_what_a_hand_has_changed_is_refused(model, path, key):
    told = json.loads(model.text())
    told["comparisons"][0]["comparison_levels"][1][key] = 0.123
    path.write_text(json.dumps(told), encoding="utf-8")
    assert "changed by hand" in refused(path)


def test_another_kind_is_refused(model, path):
    model.write(path)
    assert "expected a model of kind company, found person" in refused(path, "company", comparisons("company"))


def test_comparisons_of_another_version_are_refused_by_name(model, path):
    model.write(path)
    present = deepcopy(PRESENT)
    present[0]["comparison_levels"][1]["sql_condition"] = "true"
    assert "comparison 'name' is not the one of this version" in refused(path, present=present)
    assert "comparison 'name'" in refused(path, present=PRESENT[1:])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b'{"kind": "person"}'])
def test_what_is_no_model_is_refused(path, content):
    path.write_bytes(content)
    assert "expected a model as" in refused(path)


def test_the_hash_covers_what_decides_a_score_and_nothing_else(model):
    assert Model("person", model.comparisons, 1, []).digest == model.digest
    assert Model("company", model.comparisons, 700, ["email", "phone"]).digest != model.digest


def test_each_weight_leads_to_its_level(model):
    name = model.levels()["name"]
    assert name[9.813781] == "same"
    assert list(name.values()) == [level["label_for_charts"] for level in PRESENT[0]["comparison_levels"][1:]]
