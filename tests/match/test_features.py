"""Features: the same customer, written otherwise, has the same ones; what identifies nobody has none."""

from typing import Any

import polars as pl
import pytest

from crm_migration.mapping.matching import MatchModel, ModelFields
from crm_migration.match.features import FEATURES, featured


def made(kind: str = "person", **row: str | None) -> dict[str, Any]:
    """Return the features of one row, whose fields are called as the parts they play."""
    fields = ModelFields.model_validate({name: name for name in row})
    model = MatchModel.model_construct(kind=kind, fields=fields)
    (found,) = featured(pl.DataFrame([row], schema=dict.fromkeys(row, pl.String)), model).to_dicts()
    assert set(found) == set(FEATURES)
    return found


def company(name: str, **more: str) -> Any:
    return made("company", company=name, **more)["company"]


@pytest.mark.parametrize("whole", ["Anna Maria Lee", "Lee, Anna Maria", "  ANNA  María LEE ", "Dr. Anna Maria Lee"])
def test_a_whole_name_and_its_parts_are_one(whole):
    parts = made(given_name="Anna Maria", family_name="Lee", email=None)
    found = made(full_name=whole, email=None)
    assert [found[name] for name in ("given", "family", "name")] == ["anna maria", "lee", "anna maria lee"]
    assert found == parts


def test_parts_win_over_the_whole_name():
    found = made(given_name="Ann", family_name="Lee", full_name="Tom Ray", email=None)
    assert (found["given"], found["family"]) == ("ann", "lee")


def test_a_name_that_is_nothing_but_a_title_stays():
    assert made(given_name="Dr", family_name="Lee")["given"] == "dr"


@pytest.mark.parametrize(("whole", "family"), [("John Smith Jr.", "smith jr"), ("John Smith, III", "smith iii")])
def test_the_generation_stays_with_the_family_name(whole, family):
    found = made(full_name=whole)
    assert (found["given"], found["family"]) == ("john", family)


def test_given_and_family_name_in_either_order_are_one_name_in_any_order():
    one, other = made(given_name="Ann", family_name="Lee"), made(given_name="Lee", family_name="Ann")
    assert one["name"] != other["name"]
    assert one["name_any_order"] == other["name_any_order"]


def test_short_forms_share_a_form():
    shared = set(made(given_name="Bob")["given_forms"]) & set(made(given_name="Robert J.")["given_forms"])
    assert shared


@pytest.mark.parametrize(
    "row",
    [
        {"full_name": "欧阳娜娜"},
        {"full_name": "欧阳 娜娜"},
        {"full_name": "歐陽娜娜"},
        {"given_name": "娜娜", "family_name": "欧阳"},
        {"given_name": "欧阳娜娜"},
    ],
)
def test_chinese_names_are_told_in_one_script_with_compound_surnames(row):
    found = made(**{"given_name": None, "family_name": None, **row})
    assert (found["family"], found["given"], found["name"], found["cjk"]) == ("欧阳", "娜娜", "欧阳娜娜", True)


def test_characters_that_sound_alike_have_one_sound():
    assert made(full_name="张伟")["sound"] == made(full_name="張瑋")["sound"] == "zhangwei"
    assert made(full_name="张三")["sound"] != made(full_name="张伟")["sound"]


@pytest.mark.parametrize("street", ["12 Main Street", "12 MAIN ST.", "12 main st"])
def test_streets_written_short_are_one(street):
    found = made("company", company=None, street=street)
    assert [found[name] for name in ("address", "house", "street")] == ["12 main st", "12", "main st"]


@pytest.mark.parametrize(("street", "house"), [("Lindenstraße 4", "4"), ("4 5th Avenue", "4"), ("Am Markt", None)])
def test_the_house_number_is_found_before_or_behind_the_street(street, house):
    assert made(street=street, email=None)["house"] == house


def test_a_german_street_is_one_whichever_way_it_ends():
    assert made(street="Lindenstrasse 4")["address"] == made(street="Lindenstr. 4")["address"]


@pytest.mark.parametrize("name", ["深圳市恒威电子有限公司", "深圳恒威电子有限公司", "恒威电子有限公司", "恒威电子公司"])
def test_a_chinese_company_is_one_with_its_city_in_front_or_without(name):
    assert company(name, city="深圳市") == "恒威电子"


def test_another_city_in_front_is_another_company():
    assert company("成都恒威电子有限公司", city="深圳市") == "成都恒威电子"


def test_a_branch_is_told_from_its_company():
    assert company("恒威电子有限公司上海分公司", city="深圳") != company("恒威电子有限公司", city="深圳")


def test_legal_forms_and_order_of_words_make_no_other_company():
    assert company("Meyer Logistik GmbH & Co. KG") == company("MEYER LOGISTIK AG") == "meyer logistik"
    one, other = (made("company", company=name, phone=None) for name in ("Logistik Meyer", "Meyer Logistik"))
    assert one["company_any_order"] == other["company_any_order"]


def test_a_role_s_mailbox_is_no_person_s_and_a_company_s_own():
    assert made(email="info@x.example")["email"] is None
    assert made(email="Sales.2@x.example")["email_user"] is None
    assert made(email="Ann@X.example")["email"] == "ann@x.example"
    assert made("company", company="X", email="Info@x.example")["email"] == "info@x.example"


def test_phones_are_one_with_and_without_the_country_s_code():
    assert made(phone="+49 89 1234567")["phone"] == made(phone="089 1234567")["phone"]


def test_several_fields_of_one_part_are_tried_in_turn():
    model = MatchModel.model_validate({"kind": "person", "fields": {"full_name": "n", "phone": ["mobile", "home"]}})
    rows = pl.DataFrame({"n": ["A B", "A B"], "mobile": [" ", "+49 1511234567"], "home": ["+49 30 7654321", "1"]})
    assert featured(rows, model)["phone"].to_list() == ["307654321"[-9:], "511234567"]


def test_a_blank_is_nothing():
    found = made(given_name=" ", family_name="", email="", street=" ", birth_date="")
    assert {name for name, value in found.items() if value is not None} == {"cjk"}


@pytest.mark.parametrize("user", ["annlee", "ann.lee", "lee_ann", "a.lee", "lee-a", "ann", "lee"])
def test_a_mailbox_called_by_the_name_says_no_more_than_the_name(user):
    assert made(given_name="Ann Maria", family_name="Lee", email=f"{user}@x.example")["email_of_name"] is True


@pytest.mark.parametrize("user", ["annlee7", "sunny", "b.lee", "annle"])
def test_a_mailbox_of_other_letters_says_more(user):
    assert made(given_name="Ann", family_name="Lee", email=f"{user}@x.example")["email_of_name"] is False


def test_a_chinese_name_s_mailbox_is_read_by_its_sound():
    assert made(given_name="伟强", family_name="张", email="weiqiang.zhang@x.example")["email_of_name"] is True
    assert made(given_name="伟强", family_name="张", email="weiqian.zhang@x.example")["email_of_name"] is False


@pytest.mark.parametrize("street", ["Piazza Garibaldi 35", "35 Garibaldi Road", "ul Garibaldi 35", "Garibaldi-Str 35a"])
def test_a_street_s_words_are_those_that_tell_it_from_others(street):
    found = made(street=street)
    assert (found["house"], found["street_words"]) == ("35", ["garibaldi"])
