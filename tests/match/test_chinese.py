import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.match.chinese import simplified


def _simplified(*texts):
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(simplified(pl.col("text")))["text"].to_list()


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("張偉華", "张伟华"),
        ("歐陽麗", "欧阳丽"),
        ("臺北", "台北"),
        ("鴻海精密工業股份有限公司", "鸿海精密工业股份有限公司"),
        ("廣州寶潔（中國）有限責任公司", "广州宝洁（中国）有限责任公司"),
        ("葉問 Ip Man", "叶问 Ip Man"),
    ],
)
def test_traditional_and_simplified_spellings_become_one(traditional, simple):
    assert _simplified(traditional, simple) == [simple, simple]


def test_what_is_not_chinese_stays_as_it_is():
    texts = ["Müller & Söhne", "さくら カタカナ", "김철수", "Иван", "", None, "𝒜 12-３４"]
    assert _simplified(*texts) == texts


def test_two_names_stay_two():
    assert len(set(_simplified("张伟", "张维", "章伟", "张卫", "張瑋"))) == 5


_HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=8)


@given(_HAN, _HAN)
def test_a_name_folds_the_same_wherever_it_stands_and_however_often(surname, given_name):
    alone, beside, whole = _simplified(surname, given_name, surname + given_name)
    assert whole == alone + beside
    assert _simplified(whole) == [whole]
