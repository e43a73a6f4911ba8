"""Persons whom only a careless matcher takes for one: households, generations, twins, colleagues, namesakes."""

from collections.abc import Iterator
from datetime import timedelta

from demo.duplicates.chances import Chances, Weighted
from demo.duplicates.country_names import Land
from demo.duplicates.firms import Firm, Register
from demo.duplicates.people_names import MALE, given_name, surname
from demo.duplicates.persons import People, Person
from demo.duplicates.places import landline

_GENERATION = 9_500
_STAFF = Weighted([1, 2, 3, 4, 6, 9, 14, 25, 45], [30, 20, 14, 10, 10, 7, 5, 3, 1])
_REMEMBERED = 500


class Society:
    """Makes persons in the groups in which they live and work; each group is labelled with a number of its own."""

    def __init__(self, chances: Chances, people: People, register: Register) -> None:
        """Draw from `chances`; persons and employers come from `people` and `register`."""
        self._chances = chances
        self._people = people
        self._register = register
        self._groups = 0
        self._met: list[Person] = []

    def groups(self) -> Iterator[list[Person]]:
        """Yield groups without end: the persons of a company, of a household, or one alone."""
        kinds = Weighted(
            [self._office, self._single, self._household, self._generations, self._twins, self._namesake],
            [17, 45, 9, 1, 1.5, 7],
        )
        while True:
            group = kinds.draw(self._chances)()
            self._remember(group)
            yield group

    def _remember(self, group: list[Person]) -> None:
        if len(self._met) < _REMEMBERED:
            self._met += group
        elif self._chances.chance(0.3):
            self._met[int(self._chances.random() * _REMEMBERED)] = group[0]

    def _label(self, kind: str, group: list[Person]) -> None:
        if len(group) == 1:
            return
        self._groups += 1
        for person in group:
            person.labels.append(f"{kind}:{self._groups}")

    def _single(self) -> list[Person]:
        land = self._people.land()
        person = self._people.person(land)
        if self._chances.chance(0.25):
            person.firm = self._register.firm(land)
        return [person]

    def _household(self) -> list[Person]:
        """Return two to four people of one surname, address and telephone; some share their mailbox."""
        first = self._person_with_line()
        group = [first, *(self._member(first) for _ in range(Weighted([1, 2, 3], [60, 25, 15]).draw(self._chances)))]
        group = _of_different_names(group)
        if self._chances.chance(0.25):
            for person in group:
                person.mail = first.mail
                person.common.add("email")
        self._label("household", group)
        return group

    def _person_with_line(self, land: Land | None = None) -> Person:
        person = self._people.person(land or self._people.land())
        person.home_line = landline(self._chances, person.home)
        person.common.add("phone")
        return person

    def _member(self, first: Person) -> Person:
        other = self._people.person(first.land)
        other.home, other.home_line, other.latin = first.home, first.home_line, first.latin
        other.family = first.family
        other.common.add("phone")
        other.mail = self._people.private_mail(other)
        return other

    def _generations(self) -> list[Person]:
        """Return father and son of one name at one address."""
        father = self._person_with_line()
        if father.land.tongue is None:
            return self._household()
        father.given = father.given if father.sex == MALE else given_name(self._chances, father.land, MALE)
        father.sex = MALE
        son = self._member(father)
        son.given, son.sex = father.given, MALE
        son.born = father.born + timedelta(days=_GENERATION)
        father.suffix, son.suffix = father.land.tongue.generations
        for one in (father, son):
            one.mail = self._people.private_mail(one)
        self._label("generations", [father, son])
        return [father, son]

    def _twins(self) -> list[Person]:
        """Return two of one surname, address and birth date."""
        first = self._person_with_line()
        other = self._member(first)
        other.born = first.born
        for one in (first, other):
            one.common.add("birth")
        group = _of_different_names([first, other])
        if len(group) > 1:
            self._label("twins", group)
        return group

    def _namesake(self) -> list[Person]:
        """Return somebody with the full name of a person met before, who lives in another city."""
        known = self._chances.one_of(self._met) if self._met else None
        if known is None or known.suffix:
            return self._single()
        city = known.firm.place.city if known.firm and known.desk else known.home.city
        other = self._people.person(known.land, apart_from=city)
        other.given, other.family, other.sex, other.latin = known.given, known.family, known.sex, known.latin
        other.mail = self._people.private_mail(other)
        self._label("namesake", [known, other])
        return [other]

    def _office(self) -> list[Person]:
        """Return the contacts of one company: same address, switchboard and mail domain, sometimes same surname."""
        firm = self._register.firm(self._people.land())
        group = _of_different_names([self._people.colleague(firm) for _ in range(_STAFF.draw(self._chances))])
        if len(group) == 1:
            return group
        if self._chances.chance(0.12):
            self._family_business(firm, group)
            group = _of_different_names(group)
        self._label("colleagues", group)
        if self._chances.chance(0.08):
            self._one_mailbox(firm, group)
        return group

    def _family_business(self, firm: Firm, group: list[Person]) -> None:
        family = surname(self._chances, group[0].land)
        taken = {group[0].given}
        for person in group[1:3]:
            if person.given not in taken and not (person.latin or group[0].latin):
                taken.add(person.given)
                person.family = group[0].family = family
                person.work_mail = self._people.work_mail(person, firm)
        group[0].work_mail = self._people.work_mail(group[0], firm)

    def _one_mailbox(self, firm: Firm, group: list[Person]) -> None:
        """Let everybody of the office give the role mailbox as theirs."""
        for person in group:
            person.work_mail = firm.mailbox
            person.common.add("email")
        self._label("role_mailbox", group)


def _of_different_names(group: list[Person]) -> list[Person]:
    """Return the group without those whose name another one has already: nobody could tell them apart."""
    found: dict[tuple[str, str], Person] = {}
    for person in group:
        found.setdefault((person.given.split(" ")[0], person.family), person)
    return list(found.values())
