"""Persons: who they are, where they live and work, and what a first record of one says."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from demo.duplicates.chances import Chances, Weighted, mixed
from demo.duplicates.country_names import CN, Land
from demo.duplicates.firms import Firm
from demo.duplicates.people_names import FEMALE, MALE, given_name, reading, surname
from demo.duplicates.places import Phone, Place, extension, landline, mobile, place_in
from demo.duplicates.record import SOURCES, Draft
from demo.duplicates.spelling import slug

_WORK_MAIL = mixed({"work": 80, "own": 12, "": 8})
_WORK_PHONE = mixed({"direct": 40, "cell": 25, "switchboard": 25, "": 10})
_OLDEST, _DAYS = date(1938, 1, 1), 68 * 365


@dataclass(slots=True)
class Person:
    """A person.

    Attributes:
        desk: whether records are a business contact's: company, its address, a telephone at work.
        home_line: the telephone at home; None for most.
        suffix: what tells father and son apart; it stays in every record.
        common: which of `email`, `phone`, `birth` others have too, so that they identify nobody.
    """

    land: Land
    sex: int
    given: str
    family: str
    home: Place
    cell: Phone
    born: date
    mail: str
    home_line: Phone | None = None
    firm: Firm | None = None
    desk: bool = False
    direct: Phone | None = None
    work_mail: str = ""
    suffix: str = ""
    latin: bool = False
    labels: list[str] = field(default_factory=list)
    common: set[str] = field(default_factory=set)


class People:
    """Makes persons; no two of them have one address for mail, unless they share it on purpose."""

    def __init__(self, chances: Chances, lands: Weighted[Land]) -> None:
        """Begin with nobody."""
        self._chances = chances
        self._lands = lands
        self._mails: set[str] = set()

    def land(self) -> Land:
        """Return a country, as often as its share says."""
        return self._lands.draw(self._chances)

    def person(self, land: Land, apart_from: str = "") -> Person:
        """Return a private person of the country, who does not live in the city `apart_from`."""
        chances = self._chances
        sex = FEMALE if chances.chance(0.5) else MALE
        latin = land is not CN and self._lands_have_china() and chances.chance(0.06)
        origin = CN if latin else land
        given, family = given_name(chances, origin, sex), surname(chances, origin)
        if latin:
            given, family = reading(given).capitalize(), reading(family).capitalize()
        home = place_in(chances, land, apart_from)
        person = Person(
            land, sex, given, family, home, mobile(chances, home),
            _OLDEST + timedelta(days=int(chances.random() * _DAYS)), "", latin=latin,
        )  # fmt: skip
        if chances.chance(0.4):
            person.home_line = landline(chances, home)
        person.mail = self.private_mail(person)
        return person

    def _lands_have_china(self) -> bool:
        return CN in self._lands.items

    def colleague(self, firm: Firm) -> Person:
        """Return a person who works for the company and is a business contact."""
        person = self.person(firm.land)
        person.firm, person.desk = firm, True
        person.direct = extension(self._chances, firm.phone)
        person.work_mail = self.work_mail(person, firm)
        return person

    def work_mail(self, person: Person, firm: Firm) -> str:
        """Return an address of the person's own with the company."""
        return self._unique(_work_local(self._chances, person), firm.domain)

    def private_mail(self, person: Person) -> str:
        """Return an address of the person's own with some provider."""
        chances = self._chances
        provider = chances.one_of(person.land.providers)
        if person.land is CN and provider in ("qq.com", "foxmail.com") and chances.chance(0.7):
            return self._unique(str(chances.number(10**7, 10**10)), provider)
        given, family = _parts(person)
        year = str(person.born.year)
        shapes = (
            f"{given}.{family}", f"{given}.{family}", f"{given}{family}", f"{given[:1]}.{family}", f"{family}.{given}",
            f"{given}{year[2:]}", f"{family}{year}", f"{given}.{family}{year[2:]}", f"{given}_{family}",
        )  # fmt: skip
        return self._unique(chances.one_of(shapes), provider)

    def _unique(self, local: str, domain: str) -> str:
        address = f"{local}@{domain}"
        while address in self._mails:
            address = f"{local}{self._chances.number(1, 9999)}@{domain}"
        self._mails.add(address)
        return address


def _parts(person: Person) -> tuple[str, str]:
    if person.land is CN:
        return reading(person.given), reading(person.family)
    return slug(person.given.split(" ")[0]), slug(person.family)


def _work_local(chances: Chances, person: Person) -> str:
    given, family = _parts(person)
    return chances.one_of(
        (f"{given}.{family}", f"{given}.{family}", f"{given[:1]}.{family}", f"{given[:1]}{family}", family)
    )


def person_draft(chances: Chances, person: Person, cluster: int) -> Draft:
    """Return what one record says of a person; something to know them by is always there."""
    draft = Draft(cluster, person.labels, chances.one_of(SOURCES), given=person.given, family=named(person))
    (_at_work if person.desk else _at_home)(chances, person, draft)
    if chances.chance(0.12 if person.desk else 0.55):
        draft.born = person.born
    if not draft.email and not draft.phone:
        draft.phone = person.cell
    if person.land is CN and not person.latin and chances.chance(0.25):
        draft.given, draft.family, draft.whole = "", "", draft.family + draft.given
    return draft


def named(person: Person) -> str:
    """Return the family name with what tells the generations apart."""
    return f"{person.family} {person.suffix}".strip()


def _at_work(chances: Chances, person: Person, draft: Draft) -> None:
    firm = person.firm
    if firm is None:
        return
    draft.company = firm.name.full
    draft.place = firm.place if chances.chance(0.9) else None
    draft.email = {"work": person.work_mail, "own": person.mail}.get(_WORK_MAIL.draw(chances), "")
    phones = {"direct": person.direct, "cell": person.cell, "switchboard": firm.phone}
    draft.phone = phones.get(_WORK_PHONE.draw(chances))
    if chances.chance(0.2):
        draft.website = firm.site


def _at_home(chances: Chances, person: Person, draft: Draft) -> None:
    if person.firm and chances.chance(0.6):
        draft.company = person.firm.name.full
    draft.place = person.home if chances.chance(0.88) else None
    if chances.chance(0.85):
        draft.email = person.mail
    if chances.chance(0.9):
        draft.phone = person.home_line if person.home_line and chances.chance(0.35) else person.cell


def own(person: Person, draft: Draft) -> list[str]:
    """Return by what the draft tells this person from everybody else: `email`, `phone`, `birth`."""
    found = []
    if draft.email and draft.email in (person.mail, person.work_mail) and "email" not in person.common:
        found.append("email")
    if draft.phone and draft.phone in (person.cell, person.direct):
        found.append("phone")
    if draft.phone and draft.phone == person.home_line and "phone" not in person.common:
        found.append("phone")
    if draft.born and "birth" not in person.common:
        found.append("birth")
    return found
