"""Text and names: what is removed, what is decoded, what is left alone."""

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


NAMES = """
JOHN SMITH → John Smith
john smith → John Smith
John Smith → John Smith
O'BRIEN → O'Brien
o’brien → O’Brien
MCDONALD → McDonald
mcdonald's → McDonald's
D'ANGELO → D'Angelo
KELLY'S → Kelly's
JEAN-LUC PICARD → Jean-Luc Picard
mary-ann o'neill-mccarthy → Mary-Ann O'Neill-McCarthy
VAN DER BERG → van der Berg
JAN VAN DER BERG → Jan van der Berg
JUAN DE LA CRUZ → Juan de la Cruz
LA ROCHE → La Roche
Ortega y Gasset → Ortega y Gasset
J.R.R. TOLKIEN → J.R.R. Tolkien
j.r.r. tolkien → J.R.R. Tolkien
JOHN E SMITH → John E Smith
HENRY VIII → Henry VIII
MARTIN LUTHER KING JR. → Martin Luther King Jr.
DR. HANS MÜLLER → Dr. Hans Müller
ANN → Ann
ANN LEE → Ann Lee
Bruce LEE → Bruce LEE
Jean DUPONT → Jean Dupont
NG WEI → Ng Wei
ACME GMBH → Acme GmbH
acme gmbh & co. kg → Acme GmbH & Co. KG
ACME (UK) LTD → Acme (UK) Ltd
acme inc. → Acme Inc.
ACME S.A. → Acme S.A.
IBM → IBM
ibm corp → IBM Corp
IBM Deutschland → IBM Deutschland
BMW AG → BMW AG
KPMG LLP → KPMG LLP
XQZ GROUP → XQZ Group
AT&T → AT&T
H&M → H&M
3M → 3M
B2B PARTNERS → B2B Partners
eBay Inc → eBay Inc
McDonald → McDonald
DeVito → DeVito
amazon.com → amazon.com
BANK OF AMERICA → Bank of America
ST. MARY'S HOSPITAL → St. Mary's Hospital
müller & söhne ohg → Müller & Söhne OHG
İSTANBUL → İstanbul
ПЁТР ИВАНОВ → Пётр Иванов
ΓΕΩΡΓΙΟΣ → Γεωργιος
李小龙 → 李小龙
山田 太郎 → 山田 太郎
محمد علي → محمد علي
x → X
ß → ß
123 → 123
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_name(line: str) -> None:
    value, expected = line.split(" → ")
    assert one(spec("name"), value) == expected


def test_a_name_is_tidied_like_text() -> None:
    assert one(spec("name"), "  JOHN  &amp; JANE\u200b ") == "John & Jane"
