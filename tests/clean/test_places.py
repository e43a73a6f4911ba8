"""Countries, languages, addresses and web addresses."""

from typing import Any

import phonenumbers
import pytest

from crm_migration.clean.country_names import COUNTRIES
from crm_migration.clean.fields import clean_field
from crm_migration.mapping.countries import COUNTRIES as CODES
from tests.clean.columns import cleaned, context, one, spec, table

NAMED = """
DE|de|DEU|deu|Germany|GERMANY|Deutschland| deutschland |Bundesrepublik Deutschland|Allemagne|德国 → DE
CN|CHN|China|中国|中國|PR China|P.R. China|People's Republic of China → CN
US|USA|U.S.A.|U.S.|us|United States|United States of America|the united states|Estados Unidos|美国 → US
GB|GBR|UK|U.K.|United Kingdom|Great Britain|England|Scotland → GB
CH|Schweiz|Suisse|Svizzera|Switzerland → CH
CI|Côte d'Ivoire|Cote d’Ivoire|COTE DIVOIRE|Ivory Coast → CI
KR|South Korea|Korea, Republic of|Republic of Korea|대한민국 → KR
NL|The Netherlands|Netherlands|Holland|Nederland → NL
TT|Trinidad & Tobago|Trinidad and Tobago|Trinidad &amp; Tobago → TT
LC|St. Lucia|Saint Lucia|ST LUCIA → LC
AX|Åland Islands|Aland → AX
VN|Viet Nam|Vietnam|Việt Nam → VN
TR|Türkiye|Turkey|Turkiye → TR
XK|Kosovo → XK
CD|Congo, The Democratic Republic of the|DR Congo → CD
"""


SPELLINGS = [
    (name, names.split(" → ")[1]) for names in NAMED.strip().splitlines() for name in names.split(" → ")[0].split("|")
]


@pytest.mark.parametrize(("name", "code"), SPELLINGS)
def test_country(name: str, code: str) -> None:
    assert one(spec("country"), name) == code


@pytest.mark.parametrize("name", ["Atlantis", "XX", "ZZZ", "Yugoslavia", "-", "Berlin", "D"])
def test_not_a_country(name: str) -> None:
    assert one(spec("country"), name) == ("country",)


OF_TWO = [("Congo", "CG"), ("Kongo", "CG"), ("the CONGO", "CG"), ("Korea", "KR"), ("St. Martin", "MF")]


@pytest.mark.parametrize(("name", "code"), OF_TWO)
def test_a_name_of_two_countries_is_flagged(name: str, code: str) -> None:
    found = cleaned(spec("country"), [name, "DR Congo", "South Korea", "CG", None])
    assert found.values.to_list() == [code, "CD", "KR", "CG", None]
    assert found.flags["two_countries"].to_list() == [True, False, False, False, False]
    said = cleaned(spec("country", values={name: "CD"}), [name])
    assert (said.values[0], dict(said.flags)) == ("CD", {})


def test_the_mapping_may_spell_countries() -> None:
    field = spec("country", values={"D": "DE", "Georgia": "US"})
    assert cleaned(field, ["d", "D.", "Georgia", "France"]).values.to_list() == ["DE", "DE", "US", "FR"]


def test_the_table_has_all_of_iso_and_kosovo() -> None:
    lines = [line.split(" ")[:2] for line in COUNTRIES.strip().splitlines()]
    assert {alpha2 for alpha2, _ in lines} == {*CODES, "XK"}
    assert len({alpha3 for _, alpha3 in lines}) == len(lines) == 250
    assert set(phonenumbers.SUPPORTED_REGIONS) - {alpha2 for alpha2, _ in lines} == {"AC", "TA"}


@pytest.mark.parametrize(
    "names",
    [
        "Vereinigte Staaten|États-Unis|Estados Unidos|美国|美國|Stati Uniti|США|アメリカ合衆国|미국 → US",
        "Griechenland|Grèce|Grecia|希腊|希臘|Grécia|Griekenland|Греция|ギリシャ|그리스 → GR",
        "Elfenbeinküste|Côte d’Ivoire|科特迪瓦|象牙海岸 → CI",
        "Nordmazedonien|Macédoine du Nord|北马其顿|北馬其頓 → MK",
        "Neuseeland|Nouvelle-Zélande|Nueva Zelanda|新西兰|紐西蘭 → NZ",
        "Tschechien|Tchéquie|捷克 → CZ",
        "Saudi-Arabien|Arabie saoudite|沙特阿拉伯|沙烏地阿拉伯 → SA",
    ],
)
def test_countries_in_other_languages(names: str) -> None:
    spelled, code = names.split(" → ")
    assert set(cleaned(spec("country"), spelled.split("|")).values) == {code}


def test_every_country_is_known_in_the_languages_promised() -> None:
    babel = pytest.importorskip("babel")
    for language in ("en", "de", "fr", "es", "zh_Hans", "zh_Hant"):
        known = babel.Locale.parse(language).territories
        told = [(code, known[code]) for code in CODES if code in known]
        found = cleaned(spec("country", on_invalid="null"), [name for _, name in told]).values
        assert [(pair, code) for pair, code in zip(told, found, strict=True) if pair[0] != code] == []


def test_every_name_means_one_country() -> None:
    names = [
        (name, line[:2])
        for line in COUNTRIES.strip().splitlines()
        for name in (line[:2], line[3:6], *line[7:].split("|"))
    ]
    result = cleaned(spec("country"), [name for name, _ in names])
    assert [(n, c, v) for (n, c), v in zip(names, result.values, strict=True) if c != v] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("English", "en"),
        ("en_US", "en-US"),
        ("en-us.UTF-8", "en-US"),
        ("zh_hans_cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("deu", "de"),
        ("ger", "de"),
        ("Deutsch", "de"),
        ("中文", "zh"),
        ("简体中文", "zh-Hans"),
        ("Chinese (Traditional)", "zh-Hant"),
        ("fil", "fil"),
        ("français", "fr"),
        ("iw", "he"),
        ("Klingon", ("language",)),
        ("xx", ("language",)),
        ("english please", ("language",)),
        ("12", ("language",)),
        ("", None),
    ],
)
def test_language(value: str, expected: Any) -> None:
    assert one(spec("language"), value) == expected


def test_the_mapping_may_spell_languages() -> None:
    assert one(spec("language", values={"D": "de"}), "d") == "de"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.com/Path?Q=1#F", "https://example.com/Path?Q=1#F"),
        ("HTTP://Example.COM/Path", "http://example.com/Path"),
        ("www.example.com", "https://www.example.com"),
        ("Example.com", "https://example.com"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("http:\\\\example.com", "http://example.com"),
        ("http:/example.com", "http://example.com"),
        ("http//example.com", "http://example.com"),
        ("<https://example.com>", "https://example.com"),
        ("https://bücher.example/ä", "https://bücher.example/ä"),
        ("https://BÜCHER.example", "https://bücher.example"),
        ("https://例子.广告", "https://例子.广告"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://192.168.0.1/", "http://192.168.0.1/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"),
        ("ftp://user:secret@example.com/a", "ftp://user:secret@example.com/a"),
        ("https://example.com/?a=1&amp;amp;b=2", "https://example.com/?a=1&b=2"),
        ("https://example.com/?a=1&copy=2", "https://example.com/?a=1&copy=2"),
        ("https://my_host.example.com", "https://my_host.example.com"),
        ("http://", None),
        ("https://", None),
        ("", None),
    ],
)
def test_url(value: str, expected: str | None) -> None:
    assert one(spec("url"), value) == expected


BAD_URLS = [
    "n/a", "none", "localhost", "example", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd",
    "mailto:john@example.com", "john@example.com", "https://exa mple.com", "https://example.com/a b",
    'https://example.com/"onload=x', "https://example.com/<script>", "https://-example.com",
    "https://example-.com", "https://example..com", "https://.com", "https://example.com:99999",
    "https://999.1.1.1", "https:///path", "//", "https://" + "a" * 64 + ".com",
    "https://" + "abc." * 64 + "com", "\\\\server\\share", "C:\\sites", "https://1.2",
]  # fmt: skip


@pytest.mark.parametrize("value", BAD_URLS)
def test_not_a_url(value: str) -> None:
    assert one(spec("url"), value) == ("url",)


@pytest.mark.parametrize(
    ("country", "value", "expected"),
    [
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "SW1A 1AA", "SW1A 1AA"),
        ("CA", "k1a-0b1", "K1A 0B1"),
        ("NL", "1012ab", "1012 AB"),
        ("US", "123456789", "12345-6789"),
        ("US", "12345", "12345"),
        ("US", "02138", "02138"),
        ("US", "2138", "2138"),
        ("BR", "01310100", "01310-100"),
        ("JP", "1000001", "100-0001"),
        ("PL", "00950", "00-950"),
        ("SE", "11455", "114 55"),
        ("DE", "10 117", "10117"),
        ("DE", "d-10117", "D-10117"),
        ("AR", "c1002aab", "C1002AAB"),
        (None, " 01234 ", "01234"),
        ("GB", "", None),
    ],
)
def test_postal_code(country: str | None, value: str, expected: str | None) -> None:
    assert one(spec("address", part="postal_code"), value, context(country)) == expected


def test_the_rows_country_shapes_the_postal_code() -> None:
    field = spec("address", part="postal_code", country_from="country")
    frame = table(["sw1a1aa", "k1a0b1", "1012ab"], country=["England", "Canada", None])
    assert clean_field(frame, field, context("NL")).values.to_list() == ["SW1A 1AA", "K1A 0B1", "1012 AB"]


NO_SUCH_CODES = [
    ("DE", "1234"), ("DE", "D-10117"), ("US", "2138"), ("GB", "12345"), ("CN", "51800"), ("NL", "12 AB"), ("TW", "1"),
    ("CH", "0123"), ("FR", "7500A"), ("JP", "100-00"), ("CA", "K1A 0O1"), ("IN", "012345"),
    ("DE", "01067 Dresden"), ("CH", "8000 Zürich"),
]  # fmt: skip
CODES_OF_COUNTRIES = [
    ("DE", "10117"), ("US", "02138"), ("US", "12345-6789"), ("GB", "SW1A 1AA"), ("CN", "518000"), ("NL", "1012 AB"),
    ("TW", "106"), ("TW", "10617"), ("CH", "8001"), ("FR", "75001"), ("JP", "100-0001"), ("CA", "K1A 0B1"),
    ("IN", "110001"), ("HK", "ANYTHING"), ("AR", "C1002AAB"), ("LV", "LV-1010"), ("PT", "1000-205"),
    ("BR", "01310-100"),
]  # fmt: skip


@pytest.mark.parametrize(("country", "code"), NO_SUCH_CODES)
def test_a_code_that_its_country_cannot_have_is_flagged_and_kept(country: str, code: str) -> None:
    result = cleaned(spec("address", part="postal_code"), [code, None], context(country))
    assert (result.values[0], result.flags["postal_code"].to_list()) == (code, [True, False])


@pytest.mark.parametrize(("country", "code"), CODES_OF_COUNTRIES)
def test_a_code_that_its_country_has_stays_and_has_no_flag(country: str, code: str) -> None:
    result = cleaned(spec("address", part="postal_code"), [code], context(country))
    assert (result.values[0], dict(result.flags)) == (code, {})


def test_without_a_country_no_code_is_judged() -> None:
    assert not cleaned(spec("address", part="postal_code"), ["x"], context(None)).flags


def test_other_parts_of_an_address_are_text() -> None:
    assert one(spec("address", part="street"), " Main  St &amp; 5th ") == "Main St & 5th"
