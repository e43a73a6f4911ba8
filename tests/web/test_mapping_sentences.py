"""What does not fit between a mapping and its source or target has Chinese words."""

from collections.abc import Iterator

import pytest

from crm_migration.mapping.faults import unknown_name
from crm_migration.mapping.fit import described
from crm_migration.mapping.live import TargetColumn
from tests.web.said import CHINESE, PACKAGE, Said, untold

MODULES = ("against_source.py", "against_target.py", "fit.py")
TEXT = TargetColumn(name="q7", type="VARCHAR", length=40)
MONEY = TargetColumn(name="q7", type="NUMERIC", precision=16, scale=2)
COLUMN = described(TEXT)
PUT_IN = {
    "text, found q7": "text, found 'q7' of type q7",
    "expected q7, found none for q7q7": (
        "expected an entry for every value of the source, or 'on_invalid', found none for 'q7', 'q7' and 3 more"
    ),
    "default, q7, found": f"default, because {COLUMN} takes no empty value, found",
    "hold q7, found q7": f"hold {COLUMN}, found {COLUMN}",
    "expected q7, found q7 without one": "expected a column of q7 with a unique index, found 'q7' without one",
    "fits q7, found q7q7": f"fits {COLUMN}, found 'q7'; declare 'kind: choice' to write other values",
    "fit q7, found q7": f"fit {COLUMN}, found 7 characters",
    "for q7,": f"for {COLUMN},",
    "fits q7,": f"fits {COLUMN},",
}
OWN = ("q7", "varchar", "numeric", "on_invalid", "required: true", "max_length", "kind: choice", "kind")


def told() -> Iterator[str]:
    for name in MODULES:
        for said in Said(PACKAGE / "mapping" / name).sentences():
            for short, whole in PUT_IN.items():
                said = said.replace(short, whole)  # noqa: PLW2901 (one after the other)
            yield said


def test_what_does_not_fit_has_chinese_words() -> None:
    texts = set(told())
    assert len(texts) >= 15
    of_a_mapping = {f"legacy.yaml:14:3: entities.q7: {text}" for text in texts}
    assert {text: words for text in of_a_mapping if (words := untold(text, *OWN, "legacy.yaml", "entities"))} == {}


@pytest.mark.parametrize(
    "what", ["a column of the query", "a column of q7", "a table of the target", "a table of the source"]
)
@pytest.mark.parametrize("known", [["q8"], ["zz", "yy"], ["zz"] * 20])
def test_names_that_stand_for_nothing_have_chinese_words(what: str, known: list[str]) -> None:
    fault = unknown_name((), what, "q7", known)
    assert untold(f"q7: {fault.text}", "q7", "q8", "zz", "yy") == []


def test_columns_are_told_with_type_and_size() -> None:
    said = f"a.yaml:1:2: entities.x: expected at most 2 for {described(MONEY)}, found the default of 4"
    assert CHINESE.sentence(said) == (
        "a.yaml:1:2：entities.x：列 q7 (numeric，共 16 位、小数 2 位) 至多 2，默认值却是 4"
    )
    fault = unknown_name((), f"an option of {COLUMN}", "q7", ["zz"])
    assert untold(f"q7: {fault.text}", "q7", "zz", "varchar") == []
