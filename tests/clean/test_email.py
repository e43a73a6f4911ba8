"""E-mail addresses: what is taken off, what is taken, what is refused."""

import pytest

from tests.clean.columns import one, spec

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
