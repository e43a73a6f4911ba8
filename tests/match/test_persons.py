import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.match.nicknames import same_given_name
from crm_migration.match.persons import (
    given_names_agree,
    given_names_agree_weakly,
    given_names_differ,
    names_swapped,
    persons_agree,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("robert", "bob"),
        ("william", "bill"),
        ("elizabeth", "liz"),
        ("johannes", "hans"),
        ("giuseppe", "joseph"),
        ("r", "robert"),
        ("r j", "robert john"),
        ("anna", "anna maria"),
        ("karl heinz", "karlheinz"),
        ("heinz", "karl heinz"),
        ("stephen", "steven"),
        ("micheal", "michael"),
        ("dr robert", "robert"),
        ("dott ssa angela", "angela"),
        ("madame marie", "marie"),
        ("mgr inz andrzej", "andrzej"),
        ("伟强", "伟强"),
    ],
)
def test_given_names_of_one_person(left, right):
    assert given_names_agree(left, right)
    assert given_names_agree(right, left)
    assert not given_names_differ(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("mary", "john"),
        ("alexander", "alexandra"),
        ("michael", "michelle"),
        ("martin", "martina"),
        ("anna maria", "anna luisa"),
        ("aaron a", "josh a"),
        ("robert", "w"),
        ("tim", "tom"),
        ("伟", "建国"),
        ("伟", "伟强"),
        ("さくらこ", "さくらみ"),
        ("иван", "петр"),
    ],
)
def test_given_names_of_two_persons(left, right):
    assert given_names_differ(left, right)
    assert given_names_differ(right, left)


@pytest.mark.parametrize(
    ("left", "right", "weakly"),
    [
        ("j", "jessica", True),
        ("dr j", "jessica", True),
        ("heinz", "karl heinz", True),
        ("hans", "holger johannes", True),
        ("karlheinz", "karl heinz", False),
        ("anna", "anna maria", False),
        ("bob", "robert", False),
        ("micheal", "michael", False),
        ("j", "j", False),
        ("mary", "john", False),
        ("伟强", "伟强", False),
        ("", "john", False),
    ],
)
def test_an_initial_or_a_later_name_agrees_weakly(left, right, weakly):
    assert given_names_agree_weakly(left, right) is weakly
    assert given_names_agree_weakly(right, left) is weakly


def test_swapped_names_may_be_mistyped():
    assert names_swapped(("adler", "anneliese"), ("annelise", "adler"))
    assert not names_swapped(("adler", "anneliese"), ("anneliese", "huber"))
    assert not names_swapped(("adler", ""), ("", "adler"))


def test_two_scripts_neither_agree_nor_differ():
    assert not given_names_agree("wei", "伟")
    assert not given_names_differ("wei", "伟")


def test_a_short_form_does_not_join_two_full_names():
    assert same_given_name("alex", "alexander")
    assert same_given_name("alex", "alexandra")
    assert same_given_name("francis", "frances") is False
    assert same_given_name("francis", "franzis") is None


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (("john", "smith"), ("john", "smith"), True),
        (("bob", "smith"), ("robert", "smyth"), True),
        (("j", "smith"), ("john", "smith"), True),
        (("smith", "john"), ("john", "smith"), True),
        (("ana", "garcia lopez"), ("ana", "garcia"), True),
        (("john", "smith"), ("mary", "smith"), False),
        (("john", "smith"), ("john", "walker"), False),
        (("john", "smith jr"), ("john", "smith sr"), False),
        (("john", "smith jr"), ("john", "smith"), True),
        (("", "smith"), ("john", "smith"), False),
        (("", "john smith"), ("john", "smith"), True),
        (("", "smith"), ("", "smith"), True),
        (("", ""), ("", ""), False),
        (("伟", "张"), ("", "张伟"), True),
        (("张", "伟"), ("伟", "张"), True),
        (("伟", "张"), ("伟强", "张"), False),
        (("wei", "zhang"), ("伟", "张"), False),
        (("john", ""), ("", "john"), True),
        (("mary", ""), ("", "walker"), False),
    ],
)
def test_whole_names(left, right, same):
    assert persons_agree(left, right, 0.85) is same
    assert persons_agree(right, left, 0.85) is same


NAMES = st.lists(
    st.sampled_from(["john", "jon", "j", "mary", "maria", "smith", "smyth", "jr", "dr", "伟", "a", "b"]), max_size=8
)


@settings(deadline=None)
@given(NAMES, NAMES, NAMES, NAMES)
def test_agreement_has_no_direction(a, b, c, d):
    left, right = (" ".join(a), " ".join(b)), (" ".join(c), " ".join(d))
    assert persons_agree(left, right, 0.85) is persons_agree(right, left, 0.85)
    if a and c:
        assert given_names_agree(left[0], right[0]) is given_names_agree(right[0], left[0])


def test_a_name_of_many_words_costs_no_time():
    left, right = " ".join(["a"] * 40), " ".join([*["a"] * 39, "b"])
    assert given_names_agree(left, right)
    assert not given_names_agree(" ".join(["a"] * 40), " ".join(["b"] * 40))
