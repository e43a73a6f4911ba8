"""What holds for any text: clean is stable, rows do not influence each other, and none is lost."""

import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clean.columns import cleaned, context, spec
from tests.clean.entities import FIELDS, mapping, run

SPECS = {
    "text": spec("text"),
    "lines": spec("text", multiline=True),
    "capitals": spec("text", case="upper"),
    "small": spec("text", case="lower"),
    "short": spec("text", max_length=7, on_too_long="truncate"),
    "html": spec("text", html="text"),
    "lines of html": spec("text", html="text", multiline=True),
    "escaped html": spec("text", html="escaped_text"),
    "short html": spec("text", html="text", max_length=9, on_too_long="truncate"),
    "name": spec("name"),
    "words": spec("name", case="words"),
    "comma": spec("name", comma="family_first"),
    "title": spec("name", part="title"),
    "suffix": spec("name", part="suffix"),
    "company": spec("company"),
    "base": spec("company", part="base"),
    "legal form": spec("company", part="legal_form"),
    "ascii": spec("email", on_invalid="keep", idn="ascii"),
    "currency": spec("currency", on_invalid="null"),
    "email": spec("email", on_invalid="keep"),
    "phone": spec("phone", on_invalid="keep"),
    "country": spec("country", on_invalid="keep"),
    "language": spec("language", on_invalid="null"),
    "url": spec("url", on_invalid="keep"),
    "street": spec("address", part="street"),
    "postal_code": spec("address", part="postal_code"),
    "reference": spec("reference", to="account"),
}
HOSTILE = st.sampled_from(
    [
        "\x00", "\x07", "\u200b", "\ufeff", "\u200d", "\u200c", "\u00ad", "\u202e", "\u2066", "\u3000",
        "\u2028", "\x85", "\u0301", "\u0345", "\u1100\u1161", "\uac00\u11a8", "\u212b", "\u2126",
        "\uf900", "\U0001d15e", "\U0002f800", "ß", "ŉ", "İ", "ı", "ǆ", "ﬁ", "Σ", "ΑΣ", "👨\u200d👩",
        "🏳️", "&amp;", "&amp", "&#38;", "&#x26;", "&lt;", "&#0;", "&nbsp;", "am", ";", "&", "mailto:",
        "<", ">", "@", "a@b.co", ".", "..", "http:", "//", "www.", "+49", "030", "ext. 5", ";ext=5",
        "O'", "MC", "mc", "-", "VAN DER", "de", "IBM", "GmbH", "J.", " ", "  ", "\t", "\r\n", "'", "’",
        "(", ")", "NULL", "中国", "UK", "اللغة", "१२३", "٣", "1e5",
        "&gt;", "&lt;b&gt;", "&lt;/p&gt;", "&lt;a href=", "<b>", "</p>", "<!--", "-->", "<a href='https://x.example'>",
        ",", "，", "Dr.", "Jr", "III", "AG", "& Co.",
        "有限公司", "株式会社", "王", "先生", "€", "USD", "万",
    ]
)  # fmt: skip
TEXTS = st.lists(HOSTILE | st.text(max_size=3), max_size=8).map("".join)


SOME = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def naughty(shared_data: Path) -> list[str]:
    return json.loads((shared_data / "files/blns/blns.json").read_text(encoding="utf-8"))


def clean_twice(kind: str, values: list[str | None]) -> tuple[list[Any], list[Any]]:
    among = context("DE")
    once = cleaned(SPECS[kind], values, among).values
    return once.to_list(), cleaned(SPECS[kind], once.to_list(), among).values.to_list()


@pytest.mark.parametrize("kind", SPECS)
@SOME
@given(values=st.lists(TEXTS, min_size=1, max_size=20))
def test_clean_values_are_clean(kind: str, values: list[str]) -> None:
    once, twice = clean_twice(kind, values)
    assert once == twice


@pytest.mark.parametrize("kind", SPECS)
def test_naughty_strings_are_clean_once_cleaned(kind: str, naughty: list[str]) -> None:
    once, twice = clean_twice(kind, [*naughty, *(text.upper() for text in naughty), *(text * 3 for text in naughty)])
    assert once == twice


@pytest.mark.parametrize("kind", SPECS)
@SOME
@given(values=st.lists(TEXTS | st.none(), max_size=20), data=st.data())
def test_rows_do_not_influence_each_other(kind: str, values: list[str | None], data: st.DataObject) -> None:
    among = context("DE")
    alone = [cleaned(SPECS[kind], [value], among).values[0] for value in values]
    order = data.draw(st.permutations(range(len(values))))
    together = cleaned(SPECS[kind], [values[i] for i in order], among).values.to_list()
    assert together == [alone[i] for i in order]


@pytest.mark.parametrize("kind", ["date", "datetime", "integer", "money", "boolean", "choice"])
@SOME
@given(values=st.lists(TEXTS | st.none(), max_size=20))
def test_a_value_is_read_or_told(kind: str, values: list[str | None]) -> None:
    field = spec(kind, **({"values": {"a": "b"}} if kind == "choice" else {}))
    result = cleaned(field, values)
    for filled, clean, reason in zip(result.before, result.values, result.found, strict=True):
        assert (clean is None) == (reason is not None or not filled)


def test_text_of_a_megabyte() -> None:
    huge = "ÄÖ &amp;amp; \u200b" * 100_000
    (value,) = cleaned(spec("text"), [huge]).values
    assert len(value) == 100_000 * 5 - 1
    nested = "&#3&#56;;" * 20_000
    assert set(cleaned(spec("text"), [nested]).values[0]) == {"&"}


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from([None, "", " ", "1", "1 ", "2", "3", "a|b", "⟨row 1⟩", "1⟨row 2⟩", "\x00"]) | TEXTS,
            "deleted": st.sampled_from([None, "0", "1"]),
            **{
                column: st.none() | TEXTS
                for column in ("name", "mail", "born", "amount", "land", "phone", "owner", "account")
            },
        }
    ),
    max_size=12,
)


@settings(SOME, max_examples=15)
@given(rows=ROWS, part=st.integers(1, 5))
def test_every_row_comes_out_exactly_once(rows: list[dict[str, str | None]], part: int) -> None:
    with tempfile.TemporaryDirectory() as root:
        found = run(Path(root), rows, part=part)
    assert sorted(found.rows) == list(range(1, len(rows) + 1))
    assert len(set(found.keys)) == len(rows)
    kept = {key: rows[number - 1]["id"] for key, number in found.clean.select("_key", "_row").rows()}
    assert all(source is not None and source.strip() == key.strip() for key, source in kept.items())
    for number, raw in found.rejected.select("_row", "raw").rows():
        assert json.loads(raw) == {column: rows[number - 1][column] for column in json.loads(raw)}
    assert not any(column.null_count() for column in (*found.rejected, *found.filtered))
    texts = found.clean.select(pl.col(pl.String))
    assert not any(texts[column].str.contains("\x00", literal=True).any() for column in texts.columns)


@settings(SOME, max_examples=6)
@given(rows=ROWS)
def test_parts_make_no_difference(rows: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as many:
        whole, parts = run(Path(one), rows, part=100), run(Path(many), rows, part=1)
    for table in ("clean", "rejected", "filtered"):
        assert getattr(whole, table).equals(getattr(parts, table))
    assert whole.staged.facts == parts.staged.facts


def test_naughty_strings_as_rows(tmp_path: Path, naughty: list[str]) -> None:
    columns = ["id", "name", "mail", "born", "amount", "land", "phone", "owner", "account", "deleted"]
    rows = [dict.fromkeys(columns, text) | {"id": f"{text}{n % 50}"} for n, text in enumerate(naughty * 2)]
    lenient = {
        name: {**field, "on_invalid": "null", "required": False} for name, field in FIELDS.items() if "from" in field
    }
    found = run(tmp_path, rows, mapping(fields=lenient, filters=[]), part=100)
    assert sorted(found.rows) == list(range(1, len(rows) + 1))
    assert len(set(found.keys)) == len(rows)
    assert found.clean.height > 0
