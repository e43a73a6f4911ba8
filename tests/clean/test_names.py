"""Names of persons and of companies: re-casing, and the parts they are made of."""

import polars as pl
import pytest

from crm_migration.clean.chinese_surnames import COMPOUND_SURNAMES, SINGLE_SURNAMES
from crm_migration.clean.company import base_and_form
from crm_migration.clean.legal_forms import LEGAL_FORMS
from crm_migration.match.companies import base_name
from tests.clean.columns import cleaned, context, one, spec

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
OSAMA BIN LADEN → Osama bin Laden
OMAR AL-BASHIR → Omar al-Bashir
VINCENT VAN 'T HOFF → Vincent van 't Hoff
LUDWIG VON UND ZU GUTTENBERG → Ludwig von und zu Guttenberg
TEN BRINK → ten Brink
RONALD MACDONALD → Ronald MacDonald
ANTONIO MACHADO → Antonio Machado
DELL'ACQUA → Dell'Acqua
DIPL.-ING. KARL HUBER → Dipl.-Ing. Karl Huber
PROF. DR. H.C. ANNA HUBER → Prof. Dr. h.c. Anna Huber
john smith, md, mba → John Smith, MD, MBA
JOHN SMITH, PH.D. → John Smith, Ph.D.
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
Jean DUPONT → Jean DUPONT
Dr. HANS MÜLLER → Dr. Hans Müller
SMITH GmbH → Smith GmbH
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


WORDS = ["Jean DUPONT → Jean Dupont", "Bruce LEE → Bruce LEE", "IBM Deutschland → IBM Deutschland"]


@pytest.mark.parametrize("line", WORDS)
def test_each_word_may_be_judged_by_itself(line: str) -> None:
    value, expected = line.split(" → ")
    assert one(spec("name", case="words"), value) == expected


def test_nothing_need_be_re_cased() -> None:
    assert cleaned(spec("name", case="keep"), ["JOHN", "smith"]).values.to_list() == ["JOHN", "smith"]


PARTED = """
John Smith → |John|Smith|
Smith, John → |John|Smith|
SMITH, JOHN → |John|Smith|
Dr. John Smith → Dr.|John|Smith|
Smith, Dr. John Jr. → Dr.|John|Smith|Jr.
Smith, John, Jr. → |John|Smith|Jr.
Smith Jr., John → |John|Smith|Jr.
John Smith III → |John|Smith|III
John Smith, MD, PhD → |John|Smith|MD PhD
Ing. Jan Novák, CSc. → Ing.|Jan|Novák|CSc.
John Smith, Ph. D. → |John|Smith|Ph. D.
DR. RER. NAT. HANS GROß → Dr. rer. nat.|Hans|Groß|
Frau Dr. med. Anna Huber → Frau Dr. med.|Anna|Huber|
Dipl.-Ing. Karl Huber → Dipl.-Ing.|Karl|Huber|
Jan van der Berg → |Jan|van der Berg|
van der Berg → ||van der Berg|
Van Morrison → |Van|Morrison|
Robert De Niro → |Robert|De Niro|
Maria de los Ángeles de la Cruz → |Maria de los Ángeles|de la Cruz|
Ludwig von und zu Guttenberg → |Ludwig|von und zu Guttenberg|
José Ortega y Gasset → |José|Ortega y Gasset|
García Márquez, Gabriel → |Gabriel|García Márquez|
Osama bin Laden → |Osama|bin Laden|
Omar al-Bashir → |Omar|al-Bashir|
Flann O'Brien → |Flann|O'Brien|
Heather MacLeod → |Heather|MacLeod|
Amartya Sen → |Amartya|Sen|
Jack Ma → |Jack|Ma|
Madonna → ||Madonna|
Dr. → Dr.|||
PhD Jr. → |||PhD Jr.
Dr. john smith iii → Dr.|John|Smith|III
欧阳娜娜 → |娜娜|欧阳|
司马相如 → |相如|司马|
諸葛亮 → |亮|諸葛|
王小明 → |小明|王|
王 小明 → |小明|王|
王，小明 → |小明|王|
王伟 → |伟|王|
李明先生 → 先生|明|李|
王总 → 总||王|
欧阳总 → 总||欧阳|
欧阳 → ||欧阳|
"""


@pytest.mark.parametrize("line", PARTED.strip().splitlines())
def test_the_parts_of_a_name(line: str) -> None:
    value, expected = line.split(" → ")
    parts = [one(spec("name", part=part), value) or "" for part in ("title", "given", "family", "suffix")]
    assert "|".join(parts) == expected


LEFT_ALONE = [
    "山田太郎",
    "山田 太郎",
    "やまだ たろう",
    "マイケル・ジャクソン",
    "김철수",
    "김 철수",
    "迈克尔·杰克逊",
    "Acme, Inc.",
    "Ann, Bob, Cat",
    "Mr. & Mrs. Smith",
    "Mr. and Mrs. Smith",
    "Herr und Frau Schmidt",
    "John Smith (deceased)",
    "John Smith – work",
]


@pytest.mark.parametrize("value", LEFT_ALONE)
def test_what_nobody_could_part_is_left_alone_and_flagged(value: str) -> None:
    family, given = (cleaned(spec("name", part=part), [value, "Ann Lee"]) for part in ("family", "given"))
    assert (family.values.to_list(), given.values.to_list()) == ([value, "Lee"], [None, "Ann"])
    assert family.flags["unsplit"].to_list() == [True, False]


@pytest.mark.parametrize(("twice", "once"), [("AG AG", "AG AG"), ("ag ag", "AG AG"), ("Co. LTD", "Co. Ltd")])
def test_what_is_nothing_but_legal_forms_is_written_as_such(twice: str, once: str) -> None:
    for part in ("whole", "base", "legal_form"):
        assert one(spec("company", part=part), twice) == once


DOUBLED = ["Muster AG AG", "Muster AG, AG", "MUSTER A.G. AG", "Muster AG (AG)", "Muster GmbH AG", "Muster AG - AG"]


@pytest.mark.parametrize("name", DOUBLED)
def test_a_legal_form_that_stands_twice_is_told_apart_from_one_base_name(name: str) -> None:
    assert one(spec("company", part="base"), name) == "Muster"
    assert pl.select(base_name(pl.lit(name))).item() == "muster"


@pytest.mark.parametrize("country", ["JP", "KR"])
def test_a_source_in_japan_or_korea_has_no_chinese_names(country: str) -> None:
    assert one(spec("name", part="family"), "林太郎", context(country)) == "林太郎"
    assert one(spec("name", part="family"), "林太郎", context("CN")) == "林"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Smith, John", "John Smith"),
        ("Smith, Dr. John, Jr.", "Dr. John Smith Jr."),
        ("van der Berg, Jan", "Jan van der Berg"),
        ("John Smith, Jr.", "John Smith, Jr."),
        ("Acme, Inc.", "Acme, Inc."),
        ("王，小明", "王小明"),
        ("John Smith", "John Smith"),
        ("Ann, Bob, Cat", "Ann, Bob, Cat"),
    ],
)
def test_a_comma_may_mean_that_the_family_name_comes_first(value: str, expected: str) -> None:
    assert one(spec("name", comma="family_first"), value) == expected
    assert one(spec("name"), value) == value


def test_a_name_in_its_natural_order_is_re_cased_like_any_other() -> None:
    values = cleaned(spec("name", comma="family_first"), ["A/S, USD", "12, de"]).values.to_list()
    assert cleaned(spec("name", comma="family_first"), values).values.to_list() == values


def test_names_may_be_written_family_name_first() -> None:
    field = {"order": "family_first"}
    assert one(spec("name", part="family", **field), "Nagy János") == "Nagy"
    assert one(spec("name", part="given", **field), "van der Berg Jan") == "Jan"
    assert one(spec("name", part="bare", **field), "Dr. Nagy János") == "Nagy János"


def test_a_bare_name_has_no_title_and_no_suffix() -> None:
    values = ["Dr. John Smith Jr.", "Smith, John", "李明先生", "John Smith"]
    assert cleaned(spec("name", part="bare"), values).values.to_list() == [
        "John Smith",
        "John Smith",
        "李明",
        "John Smith",
    ]


def test_the_surnames_are_hundreds() -> None:
    assert len(SINGLE_SURNAMES) > 450
    assert len(COMPOUND_SURNAMES) > 60
    assert all(len(name) >= 2 for name in COMPOUND_SURNAMES)


COMPANIES = """
Müller & Söhne GmbH & Co. KG → Müller & Söhne|GmbH & Co. KG
ACME GMBH → Acme|GmbH
Acme, Inc. → Acme|Inc.
Acme S.A. → Acme|S.A.
Acme S. A. de C. V. → Acme|S. A. de C. V.
Telenor ASA → Telenor|ASA
Maersk A/S → Maersk|A/S
Nokia Oyj → Nokia|Oyj
Foo Sp. z o.o. → Foo|Sp. z o.o.
Foo s.r.o. → Foo|s.r.o.
Foo d.o.o. → Foo|d.o.o.
Foo Kft. → Foo|Kft.
Foo UG (haftungsbeschränkt) → Foo|UG (haftungsbeschränkt)
Foo B.V. → Foo|B.V.
Foo S.r.l. → Foo|S.r.l.
Foo SARL → Foo|SARL
Foo Ltda. → Foo|Ltda.
Foo Pty Ltd → Foo|Pty Ltd
Foo Pvt. Ltd. → Foo|Pvt. Ltd.
Foo Sdn. Bhd. → Foo|Sdn. Bhd.
Foo Pte. Ltd. → Foo|Pte. Ltd.
PT Astra Tbk → Astra|PT Tbk
ООО Ромашка → Ромашка|ООО
Foo A.Ş. → Foo|A.Ş.
Foo S.à r.l. → Foo|S.à r.l.
Foo sp.z o.o. → Foo|sp.z o.o.
Foo NV/SA → Foo|NV/SA
Foo L.L.C. → Foo|L.L.C.
FOO INC. → Foo|Inc.
Foo Co. , Ltd . → Foo|Co. , Ltd .
Foo A & B → Foo A & B|
TCL集团 → TCL|集团
华为技术有限公司 Co., Ltd. → 华为技术|有限公司 Co., Ltd.
华为技术 (Huawei Co., Ltd.) → 华为技术 (Huawei Co., Ltd.)|
Ford Motor Company → Ford Motor|Company
Simon & Co → Simon|& Co
华为技术有限公司 → 华为技术|有限公司
中信集团股份有限公司 → 中信|集团股份有限公司
阿里巴巴(中国)有限公司 → 阿里巴巴(中国)|有限公司
台灣積體電路製造股份有限公司 → 台灣積體電路製造|股份有限公司
株式会社トヨタ → トヨタ|株式会社
トヨタ自動車株式会社 → トヨタ自動車|株式会社
삼성전자 주식회사 → 삼성전자|주식회사
The Body Shop → The Body Shop|
Johnson & Johnson → Johnson & Johnson|
GmbH → GmbH|GmbH
"""


@pytest.mark.parametrize("line", COMPANIES.strip().splitlines())
def test_a_legal_form_is_kept_apart_from_the_base_name(line: str) -> None:
    value, expected = line.split(" → ")
    parts = [one(spec("company", part=part), value) or "" for part in ("base", "legal_form")]
    assert "|".join(parts) == expected


@pytest.mark.parametrize("country", sorted(LEGAL_FORMS))
def test_every_legal_form_of_every_country_is_told_apart(country: str) -> None:
    assert [form for form in LEGAL_FORMS[country] if base_and_form(f"Zyx {form}") != ("Zyx", form)] == []
    assert len(LEGAL_FORMS) >= 15


@pytest.mark.parametrize("value", ["Co " * 20_000 + "x", "有限公司 " * 5_000 + "x", "株" + ", " * 20_000 + "x"])
def test_what_is_too_long_for_a_name_has_no_form(value: str) -> None:
    assert base_and_form(value) == (value, "")


def test_a_whole_company_name_is_only_re_cased() -> None:
    values = ["ACME GMBH & CO. KG", "Siemens Energy AG", "acme gmbh"]
    expected = ["Acme GmbH & Co. KG", "Siemens Energy AG", "Acme GmbH"]
    assert cleaned(spec("company"), values).values.to_list() == expected
