"""The benchmark of the validation fails where an error was not found, or a limit is exceeded."""

import pytest

from benchmarks import validation
from benchmarks.validation import LIMIT_MB, LIMIT_RATIO, missed

GOOD = {"found": 100, "planted": 100, "ratio": LIMIT_RATIO, "peak MB": LIMIT_MB}
REVIEW = {"rows": 9, "peak MB": LIMIT_MB}


@pytest.mark.parametrize("figures", [GOOD, REVIEW])
def test_figures_at_their_limits_are_good(figures: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    assert missed(figures) == []
    monkeypatch.setattr(validation, "run", lambda *_: figures)
    assert validation.main([]) == 0


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (GOOD | {"found": 99}, "expected 100 planted errors to be found, found 99"),
        (GOOD | {"ratio": 0.501}, "expected validation within 0.5 of the load's time, found 0.501"),
        (GOOD | {"peak MB": LIMIT_MB + 1}, f"expected at most {LIMIT_MB} MB, found {LIMIT_MB + 1} MB"),
        (REVIEW | {"peak MB": LIMIT_MB + 1}, f"expected at most {LIMIT_MB} MB, found {LIMIT_MB + 1} MB"),
    ],
)
def test_each_figure_beyond_its_limit_is_told_and_fails(
    figures: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(validation, "run", lambda *_: figures)
    assert validation.main([]) == 1
    shown = capsys.readouterr()
    assert told in shown.err
    assert str(figures["peak MB"]) in shown.out
