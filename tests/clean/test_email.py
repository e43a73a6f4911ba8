"""E-mail addresses: what is taken off, what is taken, what is refused."""

import pytest

from crm_migration.clean.email_words import DISPOSABLE, TYPOS
from tests.clean.columns import cleaned, one, spec

GOOD = [
    ("john@example.com", "john@example.com"),
    ("John.Smith@Example.COM", "John.Smith@example.com"),
    ("  john@example.com ", "john@example.com"),
    ("mailto:john@example.com", "john@example.com"),
    ("MAILTO:john@example.com?subject=Hi%20there", "john@example.com"),
    ("<john@example.com>", "john@example.com"),
    ("John Smith <john@Example.com>", "john@example.com"),
    ('"Smith, John" <john@example.com>;', "john@example.com"),
    ("john@example.com;", "john@example.com"),
    ("john@example.com.", "john@example.com"),
    ("'john@example.com'", "john@example.com"),
    ("(john@example.com)", "john@example.com"),
    ("o&#039;brien@example.com", "o'brien@example.com"),
    ("john+tag@sub.example.co.uk", "john+tag@sub.example.co.uk"),
    ("a.b-c_d!#$%&*/=?^`{|}~@example.com", "a.b-c_d!#$%&*/=?^`{|}~@example.com"),
    ("john@Bücher.example", "john@bücher.example"),
    ("用户@例子.广告", "用户@例子.广告"),
    ("john@例子。广告", "john@例子.广告"),
    ("john@xn--bcher-kva.example", "john@xn--bcher-kva.example"),
    ("john@example.xn--p1ai", "john@example.xn--p1ai"),
    ("john@1-2.example.com", "john@1-2.example.com"),
    ("j\u200bohn@exam\u200bple.com", "john@example.com"),
    ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ("a@" + "b" * 63 + ".com", "a@" + "b" * 63 + ".com"),
]
BAD = [
    "n/a", "none", "-", "john", "john@", "@example.com", "john@example", "john@@example.com",
    "a@b@example.com", "john smith@example.com", "john@exa mple.com", ".john@example.com",
    "john.@example.com", "jo..hn@example.com", "john@-example.com", "john@example-.com", "john@example..com",
    "john@example.c", "john@example.123", "john@[192.168.0.1]", '"john smith"@example.com',
    "a@example.com; b@example.com", "a@example.com,b@example.com", "john@exam_ple.com", "john@example.com>x",
    "john<script>@example.com", "👍@example.com", "john@💩.la", "a" * 65 + "@example.com",
    "a@" + "b" * 64 + ".com", "a@" + "bcd." * 63 + "com", "ä" * 40 + "@example.com",
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), GOOD)
def test_good(value: str, expected: str) -> None:
    assert one(spec("email"), value) == expected


@pytest.mark.parametrize("value", BAD)
def test_bad(value: str) -> None:
    assert one(spec("email"), value) == ("email",)


def test_blank_is_no_address() -> None:
    assert one(spec("email"), " ") is None


FORMS = [
    ("john@Bücher.example", "john@xn--bcher-kva.example", "john@bücher.example"),
    ("john@xn--bcher-kva.example", "john@xn--bcher-kva.example", "john@bücher.example"),
    ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v", "用户@例子.广告"),
    ("a@उदाहरण.भारत", "a@xn--p1b6ci4b4b3a.xn--h2brj9c", "a@उदाहरण.भारत"),
    ("john@example.com", "john@example.com", "john@example.com"),
    ("john@ｅxample.ｃom", "john@example.com", "john@example.com"),
]


@pytest.mark.parametrize(("value", "in_ascii", "in_unicode"), FORMS)
def test_an_international_domain_may_get_one_form(value: str, in_ascii: str, in_unicode: str) -> None:
    assert one(spec("email", idn="ascii"), value) == in_ascii
    assert one(spec("email", idn="unicode"), value) == in_unicode


LABELS = [
    "john@xn--a.example",
    "john@xn--99999999.example",
    "john@xn--a-ecp.example",
    "a@" + "ü" * 60 + ".de",
    "a@" + "".join(map(chr, range(0x4E00, 0x9E00))) + ".de",
]


@pytest.mark.parametrize("value", LABELS)
def test_a_label_that_no_name_server_could_hold_is_refused(value: str) -> None:
    assert one(spec("email"), value) == ("email",)


FLAGGED = [
    ("role", ["info@acme.de", "Sales@acme.com", "no-reply@acme.com", "客服@例子.广告"], ["ann.info@acme.de"]),
    ("disposable", ["x@mailinator.com", "x@YOPMAIL.com"], ["x@mailinator.example.com"]),
    ("typo", ["j@gmial.com", "j@hotmial.com", "j@yaho.com", "j@acme.con", "j@qq.con"], ["j@gmail.com", "j@acme.co"]),
    ("mixed_alphabets", ["j@gооgle.com", "j@shop.аpple.com"], ["j@яндекс.com", "j@пример.example"]),
]


@pytest.mark.parametrize(("flag", "flagged", "not_flagged"), FLAGGED)
def test_a_doubtful_address_is_flagged_and_not_changed(flag: str, flagged: list[str], not_flagged: list[str]) -> None:
    result = cleaned(spec("email"), [*flagged, *not_flagged, "not an address", None])
    assert result.flags[flag].to_list() == [True] * len(flagged) + [False] * (len(not_flagged) + 2)
    assert [value.lower() for value in result.values[: len(flagged)]] == [value.lower() for value in flagged]
    assert result.refused.drop_nulls().to_list() == ["email"]


def test_no_known_provider_is_a_typo() -> None:
    assert not set(TYPOS) & (set(TYPOS.values()) | DISPOSABLE)
