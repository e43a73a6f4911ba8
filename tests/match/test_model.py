"""A saved model is read back as it was, or refused in words that say what to do."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest

from crm_migration.errors import MappingInvalid
from crm_migration.match.comparisons import comparisons
from crm_migration.match.frequencies import Frequencies
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
    told["comparisons"][0]["comparison_levels"][1][key] = 0.123 if key.endswith("probability") else "true"
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


def broken(model: Model, change) -> str:
    """Return the model's file after `change`, with the hash that a forger would give it."""
    told = json.loads(model.text())
    change(told)
    told["sha256"] = Model.of(json.dumps(told)).digest if "comparisons" in told else ""
    return json.dumps(told)


def level(told) -> dict:
    return told["comparisons"][0]["comparison_levels"][1]


FORGED = {
    "in comparisons[0] level 1: m_probability": lambda told: level(told).update(m_probability=0),
    "in comparisons[0] level 1: u_probability": lambda told: level(told).update(u_probability="x"),
    "in comparisons[0] level 0: a m_probability": lambda told: told["comparisons"][0]["comparison_levels"][0].update(
        m_probability=0.5
    ),
    "in comparisons[0] other keys": lambda told: told["comparisons"][0].update(comparison_description="x"),
    "two levels of one weight": lambda told: level(told).update(told["comparisons"][0]["comparison_levels"][2]),
    "a comparison twice": lambda told: told["comparisons"].append(told["comparisons"][0]),
    "no comparisons": lambda told: told["comparisons"].clear(),
    "sessions of another kind": lambda told: told["sessions"].append(7),
    "rows of another kind": lambda told: told.update(rows="many"),
    "other keys": lambda told: told.update(more=1),
}


@pytest.mark.parametrize("fault", FORGED)
def test_a_forged_model_is_refused_by_the_place_of_its_fault(model, path, fault):
    path.write_text(broken(model, FORGED[fault]), encoding="utf-8")
    assert fault in refused(path)


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        '{"kind": ' + "9" * 10_000 + "}",
        '{"kind": "person", "comparisons": [{"output_column_name": [], "comparison_levels": {}}], "rows": 1, '
        '"sessions": [], "sha256": ""}',
        '{"kind": "person", "comparisons": [7], "rows": 1, "sessions": [], "sha256": ""}',
        " " * 3_000_000,
    ],
    ids=["deep", "long number", "levels no list", "no comparison", "too big"],
)
def test_a_crafted_file_is_refused_and_takes_no_time(path, content):
    path.write_text(content, encoding="utf-8")
    assert "expected a model as" in refused(path)


def test_a_folder_in_the_model_s_place_is_refused(path):
    path.mkdir()
    assert "no file" in refused(path)


@pytest.mark.parametrize(
    ("column", "kept"),
    [
        ("name", {"filled": 10, "rest": 1.0, "common": "a=5"}),
        ("name", {"filled": 10, "rest": 1.0, "common": "0123456789=50"}),
        ("name", {"filled": 10, "rest": 0.0, "common": ""}),
        ("name", {"filled": 10}),
        ("name", None),
    ],
)
def test_frequencies_that_are_none_are_refused(model, path, column, kept):
    told = json.loads(model.text()) | {"frequencies": {column: kept}}
    path.write_text(json.dumps(told), encoding="utf-8")
    assert "frequencies of 'name' that are none" in refused(path)


def test_frequencies_of_no_feature_are_refused(model, path):
    forged = replace(model, frequencies={"name; DROP TABLE feature": Frequencies(10, 1.0, {})})
    forged.write(path)
    assert "expected frequencies of" in refused(path)


def test_frequencies_are_part_of_the_hash(model, path):
    kept = replace(model, frequencies={"name": Frequencies(700, 1.5, {"0123456789": 40})})
    kept.write(path)
    assert Model.read(path, "person", PRESENT) == kept
    assert kept.digest != model.digest
    path.write_text(kept.text().replace("=40", "=41"), encoding="utf-8")
    assert "changed by hand" in refused(path)
