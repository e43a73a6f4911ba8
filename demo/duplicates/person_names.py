"""How a second record writes a person's name: misspelt, short, changed about, in other letters, in one field."""

from demo.duplicates.chances import Chances, mixed
from demo.duplicates.chinese_names import HOMOPHONES, POLITE
from demo.duplicates.country_names import CN
from demo.duplicates.people_names import FEMALE, reading, short_forms, surname, traditional
from demo.duplicates.persons import Person, own
from demo.duplicates.record import Draft
from demo.duplicates.spelling import bare, mistyped, transcribed

_HOMOPHONES = {sign: group.replace(sign, "") for group in HOMOPHONES for sign in group}
_WESTERN = mixed(
    {"same": 50, "family": 12, "given": 8, "short": 18, "initial": 4, "changed about": 3, "one of two": 3, "married": 2}
)
_CHINESE = mixed(
    {"same": 60, "sound": 5, "traditional": 6, "latin": 2, "polite": 1.5, "changed about": 2.5, "one field": 23}
)
_CASES = mixed({"": 89, "upper": 7, "lower": 4})
_LETTERS = mixed({"same": 88, "transcribed": 7, "bare": 5})
_FORMS = mixed({"same": 89, "title": 5, "one field": 4, "family first": 2})
_TWO = 2

Both = tuple[Draft, Draft]
"""A person's first record and the one that is being written."""


def another_name(chances: Chances, person: Person, both: Both, kept: list[str]) -> None:
    """Change the name in the second of `both`, of a person who is known by something else that was `kept`."""
    if person.land is CN and not person.latin:
        _another_chinese(chances, person, both[1], kept)
        return
    draft, kind = both[1], _WESTERN.draw(chances)
    if kind == "family":
        draft.family = mistyped(chances, draft.family)
    elif kind == "married":
        _married(chances, person, both)
    elif kind == "changed about" and not person.suffix:
        draft.given, draft.family = draft.family, draft.given
    else:
        draft.given = _another_given(chances, person, draft.given, kind)


def _another_given(chances: Chances, person: Person, given: str, kind: str) -> str:
    short = [] if person.latin else short_forms(person.land, given)
    if kind == "given":
        return mistyped(chances, given)
    if kind == "short" and short:
        return chances.one_of(short)
    if kind == "initial":
        return given[:1] + ("." if chances.chance(0.7) else "")
    return given.partition(" ")[0] if kind == "one of two" else given


def _married(chances: Chances, person: Person, both: Both) -> None:
    """Give another surname where the given name and two things of her own stay the same."""
    first, draft = both
    strong = own(person, first)
    if person.sex != FEMALE or person.labels or len(strong) < _TWO or "birth" not in strong:
        return
    draft.email, draft.phone, draft.born, draft.born_text = first.email, first.phone, first.born, ""
    other = surname(chances, person.land)
    draft.family = f"{person.family}-{other}" if chances.chance(0.4) else other


def _another_chinese(chances: Chances, person: Person, draft: Draft, kept: list[str]) -> None:
    whole, by_phone = bool(draft.whole), "phone" in kept
    given, family = person.given, person.family
    match _CHINESE.draw(chances):
        case "sound":
            given = _sound_alike(chances, given)
        case "traditional":
            given, family = traditional(given), traditional(family)
        case "latin" if by_phone:
            given, family, whole = reading(given).capitalize(), reading(family).capitalize(), False
        case "polite" if by_phone and draft.company:
            given, whole = chances.one_of(POLITE), True
        case "changed about" if not whole:
            given, family = family, given
        case "one field":
            whole = not whole
    gap = " " if chances.chance(0.06) else ""
    draft.given, draft.family = ("", "") if whole else (given, family)
    draft.whole = f"{family}{gap}{given}" if whole else ""


def _sound_alike(chances: Chances, given: str) -> str:
    others = _HOMOPHONES.get(given[-1], "")
    return given[:-1] + chances.one_of(others) if others else given


def another_form(chances: Chances, person: Person, draft: Draft) -> None:
    """Write the same name in other capitals, without accents, with a title, in one field."""
    draft.case = _CASES.draw(chances)
    tongue = person.land.tongue
    if tongue is None or draft.whole:
        return
    spelled = {"transcribed": transcribed, "bare": bare}.get(_LETTERS.draw(chances))
    if spelled:
        draft.given, draft.family = spelled(draft.given), spelled(draft.family)
    match _FORMS.draw(chances):
        case "title":
            draft.given = f"{chances.one_of(tongue.titles)} {draft.given}"
        case "one field":
            draft.given, draft.family, draft.whole = "", "", f"{draft.given} {draft.family}"
        case "family first":
            draft.given, draft.family, draft.whole = "", "", f"{draft.family}, {draft.given}"
