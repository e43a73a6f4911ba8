"""Short and foreign forms of given names: whom they belong to, and whom they do not."""

import polars as pl
import pytest

from crm_migration.match.folding import unaccented
from crm_migration.match.nicknames import NAMES_OF_FORM, same_given_name
from crm_migration.match.persons import given_names_agree


@pytest.mark.parametrize(
    "forms",
    [
        "penny penelope", "bob robert", "bill william", "dick richard", "peggy margaret", "jack john", "liz elizabeth",
        "ted theodore", "chuck charles", "maisie margaret", "nell eleanor", "harry henry", "tony anthony",
        "susi susanne", "grete margarete", "matze matthias", "sepp josef", "resi theresia", "basti sebastian",
        "uschi ursula", "hannes johannes", "heinz heinrich", "kathi katharina", "lutz ludwig", "bine sabine",
        "jurgen juergen", "gunter guenther", "vroni veronika", "poldi leopold", "traudl gertraud", "uli ulrich",
        "nacho ignacio", "pepe jose", "paco francisco", "lola dolores", "chelo consuelo", "quique enrique",
        "beppe giuseppe", "gigi luigi", "sandro alessandro", "enzo vincenzo", "pippo filippo", "totò salvatore",
        "ze jose", "chico francisco", "nando fernando", "cida aparecida", "manu emmanuel", "gege gerard",
        "wim willem", "kees cornelis", "henk hendrik", "jaap jacob", "truus geertruida", "lasse lars", "micke mikael",
        "kalle karl", "jussi juhani", "heikki henrik", "olle olof", "pelle per",
        "kasia katarzyna", "gosia malgorzata", "wojtek wojciech", "krzysiek krzysztof", "kuba jakub", "honza jan",
        "franta frantisek", "pista istvan", "feri ferenc", "laci laszlo", "ionut ion", "stipe stjepan",
        "sasha aleksandr", "dima dmitry", "vova vladimir", "katya ekaterina", "serhiy sergey", "giannis ioannis",
        "thanasis athanasios", "vangelis evangelos", "саша александр", "катя екатерина", "микола николаи",
        "johannes giovanni", "joseph giuseppe", "george georg", "stephen stefan", "peter piotr", "andrew andrzej",
    ],
)  # fmt: skip
def test_forms_of_one_name(forms):
    left, right = pl.select(unaccented(pl.lit(forms))).item().split()
    assert same_given_name(left, right) is True
    assert same_given_name(right, left) is True


@pytest.mark.parametrize(
    "couple",
    [
        "marie manon", "michael michelle", "michael michele", "maria mario", "alexander alexandra", "andreas andrea",
        "martin martina",
        "simon simone", "john jean", "john joan", "jan jana", "francis frances", "daniel daniela", "gabriel gabriela",
        "paul paula", "julian julia", "robert roberta", "antonio antonia", "claudio claudia", "victor victoria",
        "patrick patricia", "joseph josephine", "luis luisa", "francesco francesca", "erik erika", "denis denise",
        "rene renee", "noel noelle", "pascal pascale", "angelo angela", "stefano stefania", "paolo paola", "leo leonie",
        "nicholas nicole", "dominic dominique", "philip philippa", "charles charlotte", "max maxine", "pavel pavla",
        "stanislav stanislava", "valentin valentina", "evgeny evgenia", "aleksandr aleksandra", "fabian fabienne",
    ],
)  # fmt: skip
def test_husband_and_wife_are_two(couple):
    left, right = couple.split()
    assert same_given_name(left, right) is False
    assert not given_names_agree(left, right)


@pytest.mark.parametrize(
    "siblings",
    [
        "anna hanna", "anna anita", "lisa luisa", "emma emily", "laura lauren", "lukas luis", "tim tom", "anne marie",
        "karl heinz", "sabine sabrina", "marie mareike", "karin katrin", "elisabeth isabella", "jan jens", "ralf rolf",
        "mark martin", "markus martin", "jean jane", "ellen ella", "ursula ulrike", "ingrid ingeborg", "luca gianni",
        "sofia sonja", "melanie melissa", "harald gerald", "olga oleg", "julia juliette", "nathan jonathan",
    ],
)  # fmt: skip
def test_brothers_and_sisters_are_two(siblings):
    assert same_given_name(*siblings.split()) is False


def test_a_short_form_of_two_names_does_not_make_them_one():
    assert same_given_name("alex", "alexander")
    assert same_given_name("alex", "alexandra")
    assert same_given_name("sam", "samuel")
    assert same_given_name("sam", "samantha")
    assert same_given_name("samuel", "samantha") is False


@pytest.mark.parametrize(("left", "right"), [("伟", "伟强"), ("小明", "明"), ("wei", "xiaowei"), ("robert", "zyx")])
def test_of_names_that_are_not_known_nothing_is_said(left, right):
    assert same_given_name(left, right) is None


def test_every_form_is_written_as_folding_leaves_it():
    forms = pl.Series("form", list(NAMES_OF_FORM))
    assert forms.to_frame().select(unaccented(pl.col("form"))).to_series().to_list() == forms.to_list()


def test_chinese_names_have_no_short_forms():
    assert not [form for form in NAMES_OF_FORM if any(letter >= "\u2e80" for letter in form)]
