"""Values as customers' systems hold them, for hypothesis: Western and Chinese, tidy and untidy."""

import phonenumbers
from hypothesis import strategies as st

from crm_migration.clean.chinese_surnames import COMPOUND_SURNAMES, SINGLE_SURNAMES
from crm_migration.clean.country_names import COUNTRIES
from crm_migration.clean.currency_names import CURRENCIES
from crm_migration.clean.legal_forms import LEGAL_FORMS
from crm_migration.clean.postal_codes import SHAPES

GIVEN = """
John|Mary|Jean-Luc|José|Siobhán|Ürsula|Łukasz|Nguyễn|Айгуль|Ιωάννης|Al|Van|J.|J.R.R.|Xiaoming|Ann-Marie
""".strip().split("|")  # fmt: skip
FAMILY = """
Smith|Müller|O'Brien|McDonald|MacLeod|van der Berg|de la Cruz|von und zu Guttenberg|al-Bashir|bin Laden|D'Angelo|
Ortega y Gasset|St. John|Straßer|Иванов|Παπαδόπουλος|Li|Ng|Garcia Marquez|Fitz-Gerald|'t Hoff|İnönü|Strauß
""".replace("\n", "").split("|")  # fmt: skip
TITLES = ["", "", "Dr. ", "Prof. Dr. ", "Mr ", "Frau ", "Dipl.-Ing. ", "Dr. med. "]
SUFFIXES = ["", "", " Jr.", ", Jr.", " III", ", PhD", " MBA"]
HAN = "小明伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛超霞平刚桂英文輝麗國"


def last_shouted(text: str) -> str:
    first, blank, last = text.rpartition(" ")
    return first + blank + last.upper()


CASES = [
    str,
    str,
    str.upper,
    str.lower,
    lambda text: text.capitalize(),
    lambda text: f"  {text} ",
    lambda text: text.replace(" ", "\u3000"),
    last_shouted,
]


def cased(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Values as they are, in capitals, in small letters, or between odd blanks."""
    return st.builds(lambda case, text: case(text), st.sampled_from(CASES), texts)


WESTERN = st.builds(
    lambda title, given, family, suffix, last: (
        f"{title}{family}, {given}" if last else f"{title}{given} {family}{suffix}"
    ),
    st.sampled_from(TITLES),
    st.sampled_from(GIVEN),
    st.sampled_from(FAMILY),
    st.sampled_from(SUFFIXES),
    st.booleans(),
)
SURNAMES = st.sampled_from(sorted(SINGLE_SURNAMES)) | st.sampled_from(sorted(COMPOUND_SURNAMES))
CHINESE = st.builds(
    lambda surname, blank, given, title: surname + blank + given + title,
    SURNAMES,
    st.sampled_from(["", "", " ", "，"]),
    st.text(HAN, min_size=1, max_size=2),
    st.sampled_from(["", "", "先生", "女士"]),
)
ELSEWHERE = st.sampled_from(
    ["山田太郎", "やまだ たろう", "김철수", "迈克尔·杰克逊", "محمد علي", "राम कुमार", "สมชาย ใจดี"]
)
NAMES = cased(WESTERN | CHINESE | ELSEWHERE)

FORMS = st.sampled_from(sorted({form for forms in LEGAL_FORMS.values() for form in forms}))
COMPANIES = cased(
    st.builds(
        lambda base, mark, form: f"{base}{mark}{form}",
        st.sampled_from(
            ["Acme", "Müller & Söhne", "3M", "The Body Shop", "AT&T", "Ромашка", "Jones, Day", "A. P. Møller"]
        ),
        st.sampled_from([" ", ", ", " & Co. ", " Holding "]),
        FORMS | FORMS.map(str.upper) | st.sampled_from(["GmbH & Co. KG", "S.A. de C.V.", "Sp. z o.o.", "A/S", "Inc."]),
    )
    | st.builds(
        lambda name, form: name + form,
        st.text(HAN + "华为科技(中国)", min_size=2, max_size=8),
        st.sampled_from(["有限公司", "股份有限公司", "集团有限公司", "", " 株式会社"]),
    )
)

EMAILS = cased(
    st.builds(
        lambda local, domain: f"{local}@{domain}",
        st.sampled_from(["john.smith", "o'brien", "a+b", "info", "张三", "J_S", "用户.一"]),
        st.sampled_from(
            ["example.com", "gmial.com", "Bücher.example", "xn--bcher-kva.example", "例子.广告", "a-b.co.uk"]
        ),
    )
    | st.just("John <john@Example.com>;")
)

PHONES = st.builds(
    lambda number, form, more: phonenumbers.format_number(number, form) + more,
    st.sampled_from(
        [
            number
            for region in sorted(phonenumbers.SUPPORTED_REGIONS)
            if (number := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
        ]
    ),
    st.sampled_from([0, 1, 2, 3]),
    st.sampled_from(["", "", " ext. 12", "转8001", " x5", ";ext=7"]),
)

COUNTRY_NAMES = cased(
    st.sampled_from([name for line in COUNTRIES.strip().splitlines() for name in line.split(" ", 2)[2].split("|")])
)
CURRENCY_NAMES = cased(
    st.sampled_from([name for line in CURRENCIES.strip().splitlines() for name in line.partition(" ")[2].split("|")])
)
CODES = st.from_regex(r"[A-Za-z0-9]{3,5}[ -]?[A-Za-z0-9]{0,4}", fullmatch=True)
POSTAL_COUNTRIES = st.sampled_from(sorted(SHAPES))

URLS = st.builds(
    lambda scheme, host, path: scheme + host + path,
    st.sampled_from(["", "http://", "HTTPS://", "www."]),
    st.sampled_from(["example.com", "Bücher.example", "例子.广告", "a.b.co.uk:8080"]),
    st.sampled_from(["", "/", "/Pfad/ä?q=1#x", "/中文"]),
)
STREETS = cased(
    st.sampled_from(
        ["Hauptstraße 1 a", "12 Main St., Apt #4", "深圳市南山区科技园路１号", "Rue de l'Église 5", "ул. Ленина 1"]
    )
)
HTML_WORDS = [
    "<p>", "</p>", "<br/>", "<b>", "</b>", "<a href='https://x.example/?a=1&amp;b=2'>", "</a>", "<script>", "</script>",
    "<!--", "-->", "&lt;", "&gt;", "&amp;", "<", ">", "b", "/", "中文", "a < b", "John <j@x.example>", "\n", " ",
    "<li>", "</td>",
]  # fmt: skip
HTML = st.lists(st.sampled_from(HTML_WORDS), max_size=10).map("".join)
