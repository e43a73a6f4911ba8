"""Text and names: what is removed, what is decoded, what is left alone."""

from time import process_time

import pytest

from tests.clean.columns import cleaned, one, spec

TEXTS = [
    ("plain", "plain"),
    ("  trimmed \t", "trimmed"),
    ("", None),
    (" \u00a0\u3000\t\r\n", None),
    ("\u200b\ufeff", None),
    (None, None),
    ("NULL", "NULL"),
    ("N/A", "N/A"),
    ("two  blanks", "two blanks"),
    ("a\r\nb\tc", "a b c"),
    ("no\u00a0break\u202fspace\u3000wide", "no break space wide"),
    ("e\u0301te\u0301", "été"),
    ("A\u030angstro\u0308m", "Ångström"),
    ("\u212bngstrom", "Ångstrom"),
    ("e\u200b\u0301", "é"),
    ("\ufeffbyte order mark", "byte order mark"),
    ("zero\u200bwidth\u2060joiner", "zerowidthjoiner"),
    ("soft\u00adhyphen", "softhyphen"),
    ("bell\x07 and \x1b[0m", "bell and [0m"),
    ("c1 \x85 and \x9f", "c1 and"),
    ("\u202egnp.exe\u202c", "gnp.exe"),
    ("Tom &amp; Jerry", "Tom & Jerry"),
    ("Tom &amp;amp;amp; Jerry", "Tom & Jerry"),
    ("O&#039;Brien &#x26; Sons", "O'Brien & Sons"),
    ("caf&eacute; &nbsp;&euro;5", "café €5"),
    ("&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>"),
    ("&#128;", "€"),
    ("&#10;line", "line"),
    ("&#0;", "\ufffd"),
    ("&#xD800; &#x110000;", "\ufffd \ufffd"),
    ("R&D, R&notes, a&copy=1", "R&D, R&notes, a&copy=1"),
    ("&bogus; &;", "&bogus; &;"),
    ("&am\u200bp;", "&"),
    ("&#3&#56;;", "&"),
    ("李小龙　", "李小龙"),
    ("👨\u200d👩\u200d👧 family", "👨\u200d👩\u200d👧 family"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("la\u200dtin\u200c ", "latin"),
    ("é\u200d\u3000\u200d", "é"),
    ("'; DROP TABLE contacts; --", "'; DROP TABLE contacts; --"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ("007", "007"),
]


@pytest.mark.parametrize(("value", "expected"), TEXTS)
def test_text(value: str | None, expected: str | None) -> None:
    assert one(spec("text"), value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\n  indented\n\n  twice  \n", "indented\n\n  twice"),
        ("vertical\x0btab", "vertical\ntab"),
    ],
)
def test_multiline_text_keeps_its_lines(value: str, expected: str) -> None:
    assert one(spec("text", multiline=True), value) == expected


def test_html_can_be_kept() -> None:
    assert one(spec("text", html="keep"), "Tom &amp; Jerry") == "Tom &amp; Jerry"


HTML = [
    ("<p>Dear Ann,<br/>thanks!</p><p>Bob</p>", "Dear Ann,\nthanks!\nBob"),
    ("<div class='x'>one</div>\n<div>two</div>", "one\ntwo"),
    ("<b>bold</b> and <I>italic</I>", "bold and italic"),
    ("first\nsecond <b>line</b>", "first\nsecond line"),
    ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ('see <a href="https://example.com/a?b=1&amp;c=2">the page</a>', "see the page (https://example.com/a?b=1&c=2)"),
    ('<a href="https://example.com">https://example.com</a>', "https://example.com"),
    ('<a href="mailto:ann@example.com">ann@example.com</a>', "ann@example.com"),
    ("<style>p { color: red }</style>text<script>alert('<b>')</script>", "text"),
    ("a<!-- hidden <b> -->b", "ab"),
    ("<!DOCTYPE html><html><head><title>t</title></head><body>text</body></html>", "text"),
    ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
    ("<<b>b>nested", "nested"),
    ("<p style='x:1'>微软<o:p></o:p></p>", "微软"),
    ("if a < b and c > d", "if a < b and c > d"),
    ("a<b and c>d", "a<b and c>d"),
    ("John <john@example.com>", "John <john@example.com>"),
    ("Dear <name>, at <address>", "Dear <name>, at <address>"),
    ("plain", "plain"),
    ("<br>", None),
    ("<label>Name</label> <q>said</q>", "Name said"),
    ("a<!-- no end <b>b", "a<!-- no end b"),
]


@pytest.mark.parametrize(("value", "expected"), HTML)
def test_html_becomes_the_text_it_shows(value: str, expected: str | None) -> None:
    assert one(spec("text", html="text", multiline=True), value) == expected
    in_one_line = expected.replace("\n", " ") if expected else None
    assert one(spec("text", html="text"), value) == in_one_line


ESCAPED = [
    ("&lt;i&gt;", "&lt;i&gt;"),
    ("use &lt;b&gt; for bold", "use &lt;b&gt; for bold"),
    ("&amp;lt;i&amp;gt; &#60;b&#x3E;", "&lt;i&gt; &lt;b&gt;"),
    ("<p>&lt;a href=x&gt;Tom &amp;amp; Jerry&lt;/a&gt;</p>", "&lt;a href=x&gt;Tom & Jerry&lt;/a&gt;"),
    ("a &lt;!-- <b>b</b> --&gt; c", "a &lt;!-- b --&gt; c"),
    ("&lt;script&gt; broke, a &lt; b", "&lt;script&gt; broke, a < b"),
    ("&lt;a href=&lt;b&gt;&gt;", "&lt;a href=&lt;b&gt;&gt;"),
]


@pytest.mark.parametrize(("value", "expected"), ESCAPED)
def test_tags_that_are_escaped_are_text_and_flagged(value: str, expected: str) -> None:
    result = cleaned(spec("text", html="text"), [value, "a &lt; b"])
    assert result.values.to_list() == [expected, "a < b"]
    assert result.flags["escaped_html"].to_list() == [True, False]


def test_html_that_the_source_stores_escaped_is_html() -> None:
    field = spec("text", html="escaped_text")
    result = cleaned(field, ["&lt;p&gt;encoded&lt;/p&gt;", "<p>Tom &amp;amp; Jerry</p>", "a &lt; b"])
    assert result.values.to_list() == ["encoded", "Tom & Jerry", "a < b"]
    assert not result.flags


@pytest.mark.parametrize("length", range(1, 12))
def test_a_text_cut_within_an_escaped_tag_is_clean(length: int) -> None:
    field = spec("text", html="text", max_length=length, on_too_long="truncate")
    once = one(field, "&lt;b&gt; x")
    assert len(once) <= length
    assert one(field, once) == once


def test_hostile_html_takes_no_time() -> None:
    hostile = [
        "<" * 200_000,
        "<b " * 60_000,
        "<a href=" * 30_000,
        "<!--" * 50_000,
        "<!--<b>" * 30_000,
        "<b>" * 60_000,
        "<" * 90 + "b>" * 90,
        "&lt;" * 50_000,
        "&lt;!--&lt;b&gt;" * 20_000,
        "&lt;a href=" * 2_000 + "&lt;b&gt;" + "&gt;" * 2_000,
    ]
    before = process_time()
    assert len(cleaned(spec("text", html="text"), [*hostile, "<" * 90 + "b>" * 90]).values) == len(hostile) + 1
    assert process_time() - before < 20


@pytest.mark.parametrize(("case", "expected"), [("upper", "STRASSE 1"), ("lower", "straße 1"), ("keep", "Straße 1")])
def test_case(case: str, expected: str) -> None:
    assert one(spec("text", case=case), "Straße 1") == expected


def test_a_letter_that_becomes_ascii_loses_its_joiner() -> None:
    assert one(spec("text", case="upper"), "ß\u200d\u0301") == "SŚ"


def test_a_nul_makes_the_value_invalid() -> None:
    assert one(spec("text"), "a\x00b") == ("nul",)


@pytest.mark.parametrize("text", ["abcd", "äöü!", "𝒳𝒳𝒳𝒳", "李小龙李"])
def test_length_counts_characters(text: str) -> None:
    assert one(spec("text", max_length=4), text) == text
    assert one(spec("text", max_length=3), text) == ("length",)


def test_truncated_text_ends_in_no_blank() -> None:
    assert one(spec("text", max_length=4, on_too_long="truncate"), "abc def") == "abc"


def test_several_columns_are_joined_without_the_blank_ones() -> None:
    from crm_migration.clean.fields import clean_field
    from tests.clean.columns import context, table

    frame = table(["Ann", " ", None, None], last=["Lee", "Lee", "Lee", None])
    field = spec("text", **{"from": ["value", "last"], "separator": ", "})
    assert clean_field(frame, field, context()).values.to_list() == ["Ann, Lee", "Lee", "Lee", None]


def test_a_default_fills_blanks_and_is_read_like_a_value() -> None:
    assert cleaned(spec("text", default=" n/a "), [None, "", "x"]).values.to_list() == ["n/a", "n/a", "x"]
