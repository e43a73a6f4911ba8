"""A second record of a person: other words, other contact points.

There is always something that a careful person knows them by: a mail address, a telephone or a birth date of their
own beside a name that is alike, or the same name at the same address.
"""

from dataclasses import replace

from demo.duplicates.chances import Chances, mixed
from demo.duplicates.firm_copies import renamed
from demo.duplicates.firms import Register
from demo.duplicates.person_names import another_form, another_name
from demo.duplicates.persons import People, Person, own, person_draft
from demo.duplicates.places import Phone, at_home, mobile, place_in, retold
from demo.duplicates.record import Draft
from demo.duplicates.spelling import digit_slip, mistyped

_FIELDS = {"email": "email", "phone": "phone", "birth": "born", "place": "place", "company": "company"}
_MAILS = mixed({"same": 68, "none": 14, "mistyped": 5, "other": 13})
_PHONES = mixed({"same": 66, "none": 12, "slip": 4, "other": 18})
_PLACES = mixed({"same": 48, "none": 12, "retold": 23, "moved": 17})
_BIRTHS = mixed({"same": 67, "none": 25, "changed about": 4, "slip": 4})


class Copyist:
    """Writes further records of persons."""

    def __init__(self, chances: Chances, people: People, register: Register) -> None:
        """Draw from `chances`; new mail addresses and employers come from `people` and the register."""
        self._chances = chances
        self._people = people
        self._register = register

    def copy(self, person: Person, first: Draft) -> Draft:
        """Return another record of the person whose `first` record is given."""
        draft = person_draft(self._chances, person, first.cluster)
        draft.given, draft.family, draft.whole = first.given, first.family, first.whole
        strong = own(person, first)
        kept = self._kept(strong, first)
        for name in kept:
            setattr(draft, _FIELDS[name], getattr(first, _FIELDS[name]))
        self._elsewhere(person, draft, kept)
        if set(strong) & set(kept):
            another_name(self._chances, person, (first, draft), kept)
        another_form(self._chances, person, draft)
        return draft

    def _kept(self, strong: list[str], first: Draft) -> list[str]:
        """Return what both records are known by: a thing of their own, or their name at the same address.

        Without either, name, company, switchboard and the shared mailbox must do.
        """
        if not strong:
            return ["place", "company", "phone", "email"]
        if first.place and self._chances.chance(0.12):
            return ["place", "company"]
        kept = [self._chances.one_of(strong)]
        if self._chances.chance(0.15):
            return [*kept, "place", "company"]
        return [*kept, "place"] if "birth" in kept else kept

    def _elsewhere(self, person: Person, draft: Draft, kept: list[str]) -> None:
        """Change contact points that nobody needs to know the person by."""
        if draft.email and "email" not in kept:
            draft.email = self._another_mail(person, draft.email)
        if draft.phone and "phone" not in kept:
            draft.phone = self._another_phone(person, draft.phone)
        if draft.place and "place" not in kept:
            self._another_place(person, draft)
        if draft.company and "company" not in kept and person.firm:
            self._another_company(person, draft)
        if draft.born and "birth" not in kept:
            self._another_birth(draft)

    def _another_mail(self, person: Person, mail: str) -> str:
        local, _, domain = mail.partition("@")
        match _MAILS.draw(self._chances):
            case "none":
                return ""
            case "mistyped":
                return f"{mistyped(self._chances, local)}@{domain}"
            case "other":
                return self._people.private_mail(person)
            case _:
                return mail

    def _another_phone(self, person: Person, phone: Phone) -> Phone | None:
        match _PHONES.draw(self._chances):
            case "none":
                return None
            case "slip":
                return replace(phone, rest=digit_slip(self._chances, phone.rest))
            case "other":
                return mobile(self._chances, person.home)
            case _:
                return phone

    def _another_place(self, person: Person, draft: Draft) -> None:
        chances, kind = self._chances, _PLACES.draw(self._chances)
        if kind == "none":
            draft.place = None
        elif kind == "retold" and draft.place:
            draft.place = retold(chances, draft.place)
        elif kind == "moved" and person.desk:
            self._another_employer(person, draft)
        elif kind == "moved" and draft.place:
            draft.place = at_home(chances, draft.place) if chances.chance(0.6) else place_in(chances, person.land)

    def _another_employer(self, person: Person, draft: Draft) -> None:
        """Give the person a new employer, where mail and telephone do not belong to the old one."""
        if person.firm and draft.email != person.work_mail and draft.phone not in (person.direct, person.firm.phone):
            firm = self._register.firm(person.land)
            draft.company, draft.place, draft.website = firm.name.full, firm.place, ""

    def _another_company(self, person: Person, draft: Draft) -> None:
        if person.firm and draft.company == person.firm.name.full and self._chances.chance(0.4):
            draft.company = renamed(self._chances, person.firm)
        if self._chances.chance(0.1):
            draft.company = ""

    def _another_birth(self, draft: Draft) -> None:
        text = draft.born.isoformat() if draft.born else ""
        kind = _BIRTHS.draw(self._chances)
        if kind == "none":
            draft.born = None
        elif kind == "changed about":
            draft.born_text = f"{text[:4]}-{text[8:]}-{text[5:7]}"
        elif kind == "slip":
            draft.born_text = f"{text[:3]}{self._chances.digits(1)}{text[4:]}"
