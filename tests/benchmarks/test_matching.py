"""The scores of the matching benchmark are those of the sets' own evaluation, and its floors are held."""

import importlib.util
import json
import random
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from benchmarks import matching
from benchmarks.matching_scores import Scores, labelled, planted, score, wrong_merges
from benchmarks.matching_sets import COLUMNS, LabelledSet, LayoutError, Outcome, folders, read_set
from benchmarks.measure import Measured

TRUTH = pl.DataFrame({"id": list("abcdef"), "cluster": list("111223")})


def _perfect(**changes: object) -> Scores:
    return Scores(
        **{"precision": 1.0, "recall": 1.0, "f1": 1.0, "wrong_pairs": 0, "predicted_pairs": 1, **changes}, true_pairs=1
    )


def test_pairs_and_b_cubed_counted_by_hand():
    found = score(TRUTH, {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"})
    assert (found.predicted_pairs, found.true_pairs, found.wrong_pairs) == (4, 4, 2)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert found.b3_precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert found.b3_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)


def test_who_is_in_no_cluster_stands_alone():
    assert score(TRUTH, {}).recall == 0
    assert score(TRUTH, {}).precision == 1
    everybody = dict.fromkeys("abcdef", 1)
    assert score(TRUTH, everybody).precision == pytest.approx(4 / 15)


def test_a_complete_list_of_pairs_is_its_connected_components():
    truth = labelled(pl.DataFrame({"left": ["a", "b", "d"], "right": ["b", "c", "e"]}), list("abcdef"))
    assert truth.height == 6
    assert score(truth, dict(TRUTH.iter_rows())).f1 == 1


def test_of_judged_pairs_only_those_count():
    truth = pl.DataFrame({"left": list("abc"), "right": list("bce"), "is_match": ["1", "true", "0"]})
    found = score(truth, {"a": 1, "b": 1, "c": 2, "e": 2, "x": 1})
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_wrong_merges_are_counted_by_planted_kind():
    extra = ["household:1", "household:1;twins:2", "household:1", "twins:2", "american", None]
    labels = planted(pl.DataFrame({"id": list("abcdef"), "extra": extra}))
    truth = pl.DataFrame({"id": list("abcdef"), "cluster": list("112345")})
    assert wrong_merges(truth, labels, dict.fromkeys("abcdef", 1)) == {"household": 2, "twins": 1}
    assert wrong_merges(truth, labels, {"a": 1, "b": 1, "e": 2, "f": 2}) == {"household": 0, "twins": 0}


@pytest.fixture(scope="module")
def evaluate(shared_data: Path) -> ModuleType:
    """The evaluation that the shared sets come with."""
    pytest.importorskip("pandas")
    place = importlib.util.spec_from_file_location("evaluate", shared_data / "dedupe/evaluate.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["febrl2", "fake_1000", "fodors_zagats", "early_childhood_half"])
def test_the_scores_are_those_of_the_sets_own_evaluation(evaluate, shared_data, name):
    import pandas as pd

    truth = read_set(shared_data / "dedupe" / name).truth
    draws = random.Random(name)
    clusters = {one: cluster if draws.random() < 0.8 else draws.randrange(50) for one, cluster in truth.iter_rows()}
    for one in list(clusters)[::9]:
        del clusters[one]
    ours = score(truth, clusters)
    theirs = evaluate.cluster_scores(pd.Series(dict(truth.iter_rows())), pd.Series(clusters))
    assert ours.predicted_pairs == theirs["predicted_pairs"]
    assert ours.true_pairs == theirs["true_pairs"]
    assert ours.predicted_pairs - ours.wrong_pairs == theirs["true_positive_pairs"]
    assert (ours.precision, ours.recall, ours.f1) == tuple(theirs[f"pair_{of}"] for of in ("precision", "recall", "f1"))
    for of in ("b3_precision", "b3_recall", "b3_f1", "clusters_exactly_right"):
        assert getattr(ours, of) == pytest.approx(theirs[of], abs=1e-12)
    assert ours.largest_predicted_cluster == theirs["largest_predicted_cluster"]


@pytest.mark.parametrize(
    ("outcome", "missed"),
    [
        (Outcome("mine", "person", 9, _perfect(), _perfect(f1=0.1)), []),
        (Outcome("febrl3", "person", 9, _perfect(), _perfect(f1=0.989)), ["F1"]),
        (Outcome("mine", "person", 9, _perfect(precision=0.994), _perfect()), ["precision"]),
        (Outcome("mine", "company", 9, _perfect(precision=0.981), _perfect()), []),
        (Outcome("mine", "company", 9, _perfect(precision=0.981), _perfect(), {"sisters": 3}), ["precision"]),
        (Outcome("mine", "person", 9, _perfect(f1=0.96), _perfect(), {"twins": 0}), ["F1"]),
        (Outcome("mine", "person", 9, _perfect(), _perfect(), {"household": 1, "twins": 2}), ["household"]),
        (Outcome("mine", "person", 90_000, _perfect(), _perfect(), {"colleagues": 8, "household": 9}), ["household"]),
    ],
)
def test_a_floor_that_is_missed_is_told(outcome, missed):
    told = outcome.missed()
    assert len(told) == len(missed)
    assert all(word in line for word, line in zip(missed, told, strict=True))


def _write(folder: Path, records: list[dict[str, str]], truth: str) -> Path:
    folder.mkdir(parents=True)
    rows = [{column: record.get(column) for column in COLUMNS} for record in records]
    pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)).write_csv(folder / "records.csv")
    (folder / "truth.csv").write_text(truth)
    return folder


def _two_persons(folder: Path, mail: str = "anna@mail.example") -> Path:
    anna = {"given_name": "Anna", "surname": "Berger", "email": "anna@mail.example"}
    other = anna | {"id": "b", "email": mail, "extra": "namesake:1"}
    return _write(folder, [anna | {"id": "a", "extra": "namesake:1"}, other], "id,cluster\na,1\nb,2\n")


def test_the_kind_is_what_most_records_name(tmp_path):
    assert read_set(_two_persons(tmp_path / "persons")).kind == "person"
    firms = _write(tmp_path / "firms", [{"id": "a", "company": "Nordwerk"}], "id,cluster\na,1\n")
    assert read_set(firms).kind == "company"


def test_a_folder_that_is_no_labelled_set_is_named(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/records.csv").write_text("id,name\n1,x\n")
    (tmp_path / "broken/truth.csv").write_text("id,cluster\n1,1\n")
    with pytest.raises(LayoutError, match=r"broken.records\.csv.*given_name"):
        read_set(tmp_path / "broken")
    with pytest.raises(LayoutError, match="other"):
        list(folders(tmp_path, ["other"]))
    assert matching.main(["--data", str(tmp_path / "nothing")]) == 2


def test_the_command_prints_a_line_a_set_and_says_which_failed(tmp_path, capsys):
    _two_persons(tmp_path / "merged")
    (_two_persons(tmp_path / "broken") / "truth.csv").write_text("id\na\n")
    figures = tmp_path / "figures.json"
    assert matching.main(["--data", str(tmp_path), "--json", str(figures)]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["set", "broken", "merged"]
    assert "FAILED" in printed[1]
    assert "MISSED merge precision 0.0000 < 0.995" in printed[2]
    told = {line["set"]: line for line in json.loads(figures.read_text())}
    assert told["merged"]["wrong"] == {"namesake": 1}
    assert told["merged"]["peak_mb"] > 10


def test_the_exit_code_is_1_for_a_failed_set_and_below_the_floors_when_asked():
    took = Measured("one", 1, 1, 1, 100)
    good = matching.Line(took, Outcome("one", "person", 9, _perfect(), _perfect()))
    below = matching.Line(took, Outcome("one", "person", 9, _perfect(precision=0.5), _perfect()))
    failed = matching.Line(took, None)
    codes = {
        check: [matching.exit_code([good, line], check) for line in (good, below, failed)] for check in (False, True)
    }
    assert codes == {False: [0, 0, 1], True: [0, 1, 1]}


def test_labels_are_only_those_that_name_a_group():
    records = pl.DataFrame({column: ["x"] for column in COLUMNS}, schema=dict.fromkeys(COLUMNS, pl.String))
    assert LabelledSet("one", records, TRUTH).labels.is_empty()
