"""The command that trains, as a person types it, over rows that a run has staged."""

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from crm_migration.cli import app
from crm_migration.match.comparisons import comparisons
from crm_migration.match.model import Model, model_path
from crm_migration.report.model_console import print_model
from crm_migration.staging import RunFolder, TableWriter
from tests.match.people import mapping, people


@dataclass(frozen=True)
class Scene:
    """A mapping file whose contacts are matched by a model, and the staging beside it."""

    root: Path

    @property
    def mapping(self) -> Path:
        return self.root / "people.yaml"

    @property
    def saved(self) -> Path:
        return model_path(self.mapping, "contact")

    def describe(self) -> "Scene":
        told = mapping().model_dump(mode="json", by_alias=True, exclude_unset=True)
        told["entities"]["contact"]["target"]["external_id"] = "email"
        self.mapping.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
        return self

    def stage(self, run_id: str, rows: pl.DataFrame) -> None:
        with TableWriter(RunFolder(str(self.root / "staging"), "crm", run_id), "contact", "clean") as writer:
            writer.write(rows)

    def train(self, *options: str, code: int = 0) -> str:
        known = {"CRM_MIGRATION_STAGING": str(self.root / "staging"), "COLUMNS": "160"}
        done = CliRunner().invoke(app, ["train", str(self.mapping), *options], env={**os.environ, **known})
        assert done.exit_code == code, done.output
        return done.output


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path).describe()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, str]:
    """Return a scene whose model was trained once, and what the command said."""
    scene = Scene(tmp_path_factory.mktemp("train")).describe()
    scene.stage("one", people())
    return scene, scene.train()


def test_the_model_is_shown_and_saved_beside_the_mapping(trained: tuple[Scene, str]) -> None:
    scene, told = trained
    model = Model.read(scene.saved, "person", comparisons("person"))
    assert f"contact: a model of kind person, from {people().height} rows of run one" in told
    assert "learned from pairs that share: given + family; email; phone" in told
    for words in ("comparison", "short form", "one customer", model.digest[:12]):
        assert words in told
    assert "compared" not in told, "there was none before"


def test_the_last_run_teaches_and_what_changes_is_shown_before_anything_is_written(
    trained: tuple[Scene, str],
) -> None:
    scene, _ = trained
    before = scene.saved.read_text(encoding="utf-8")
    scene.stage("two", people(700, seed=2))
    (told,) = json.loads(scene.train("--dry-run", "--json"))["models"]
    assert (told["run_id"], told["written"]) == ("two", False)
    assert (told["before"], told["sha256"] != told["before"]) == (json.loads(before)["sha256"], True)
    sizes = [abs((change["after"] or 0) - (change["before"] or 0)) for change in told["changes"]]
    assert sizes
    assert sizes == sorted(sizes, reverse=True)
    assert scene.saved.read_text(encoding="utf-8") == before


def test_a_saved_model_that_nobody_can_use_is_told_and_replaced(scene: Scene) -> None:
    scene.stage("one", people())
    scene.stage("two", people(60))
    scene.saved.write_text("{}", encoding="utf-8")
    told = scene.train("--run-id", "one", "--entity", "contact")
    assert "could not be compared: people.contact.model.json: expected a model" in told
    assert Model.read(scene.saved, "person", comparisons("person")).rows == people().height


def test_rows_that_cannot_teach_end_the_command_with_what_is_missing(scene: Scene) -> None:
    columns = ["given_name", "family_name", "email", "phone"]
    bare = people().head(40).with_columns(pl.lit(None, pl.String).alias(name) for name in columns)
    scene.stage("one", bare)
    told = scene.train(code=1)
    assert "contact: no model can be learned from run one: expected at least 500 rows, found 40" in told
    assert "expected 2 comparisons with filled and varied fields, found: area" in told
    answer = json.loads(scene.train("--json", code=1))
    assert (answer["ok"], len(answer["problems"])) == (False, 2)
    assert not scene.saved.exists()


def test_without_staged_rows_the_command_says_how_to_stage_them(scene: Scene) -> None:
    assert "crm-migration plan people.yaml" in scene.train(code=1)
    assert "other: contact: no finished 'clean' table" in scene.train("--run-id", "other", code=1)


def test_rows_of_another_mapping_are_refused(scene: Scene) -> None:
    scene.stage("one", people().drop("city"))
    assert "expected the staged rows of run one to hold city" in scene.train(code=2)


def test_an_entity_without_a_model_is_refused(scene: Scene) -> None:
    told = scene.train("--entity", "nobody", code=2)
    assert "expected one with match.model (contact), found nobody" in told


@pytest.mark.parametrize(("width", "drawn"), [(80, False), (160, True)])
def test_every_level_is_named_on_a_narrow_terminal_and_drawn_on_a_wide_one(
    trained: tuple[Scene, str], width: int, drawn: bool
) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    print_model(Model.read(trained[0].saved, "person", comparisons("person")), console)
    told = console.export_text()
    assert all(level in told for level in ("short form", "one digit", "differs"))
    assert ("█" in told) == drawn
