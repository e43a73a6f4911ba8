"""Companies that only a careless matcher takes for one: of one name, of one group, of one house, of one agency."""

from collections.abc import Iterator
from dataclasses import replace

from demo.duplicates.chances import Chances, Weighted
from demo.duplicates.country_names import CN, Land
from demo.duplicates.firms import Firm, Register, trades
from demo.duplicates.places import landline, place_in
from demo.duplicates.spelling import slug

_SIZES = Weighted([2, 3, 4], [60, 30, 10])
_MOST_TRIES = 20


class Market:
    """Makes companies alone and in groups; each group is labelled with a number of its own."""

    def __init__(self, chances: Chances, register: Register, lands: Weighted[Land]) -> None:
        """Draw from `chances`; companies come from the register, of countries as often as their share says."""
        self._chances = chances
        self._register = register
        self._lands = lands
        self._groups = 0

    def groups(self) -> Iterator[list[Firm]]:
        """Yield groups without end; most companies are alone."""
        kinds = Weighted(
            [
                self._alone,
                self._same_name,
                self._branches,
                self._sisters,
                self._one_house,
                self._one_site,
                self._one_agent,
            ],
            [80, 3, 3, 2, 3, 2, 1],
        )
        while True:
            yield kinds.draw(self._chances)()

    def _label(self, kind: str, group: list[Firm]) -> list[Firm]:
        if len(group) == 1:
            return group
        self._groups += 1
        for firm in group:
            firm.labels.append(f"{kind}:{self._groups}")
        return group

    def _alone(self) -> list[Firm]:
        return [self._register.firm(self._lands.draw(self._chances))]

    def _several(self) -> list[Firm]:
        land = self._lands.draw(self._chances)
        return [self._register.firm(land) for _ in range(_SIZES.draw(self._chances))]

    def _of_the_name(self) -> list[Firm]:
        """Return companies of one name in different cities."""
        first = self._alone()[0]
        group = {first.place.city: first}
        for _ in range(_SIZES.draw(self._chances) - 1):
            place = place_in(self._chances, first.land, apart_from=first.place.city)
            name = replace(first.name, city=place.city if first.name.city else "")
            if place.city not in group:
                other = self._register.firm(first.land, name, apart_from=first.place.city)
                other.place, other.phone = place, landline(self._chances, place)
                group[place.city] = other
        return list(group.values())

    def _same_name(self) -> list[Firm]:
        """Return strangers of one name: another city, telephone, web site."""
        return self._label("same_name", self._of_the_name())

    def _branches(self) -> list[Firm]:
        """Return the branches of one company that are customers of their own: one web site and mailbox."""
        group = self._of_the_name()
        first = group[0]
        for firm in group:
            firm.domain, firm.site, firm.mailbox = first.domain, first.site, first.mailbox
            firm.name = first.name
            firm.common |= {"website", "email"}
        return self._label("branches", group)

    def _sisters(self) -> list[Firm]:
        """Return companies of one owner: same first word, address, telephone and web site, another trade."""
        first = self._alone()[0]
        group = {first.name.trade: first}
        for _ in range(_MOST_TRIES):
            trade = trades(first.land).draw(self._chances)
            if trade not in group and first.name.trade:
                name = replace(first.name, trade=trade)
                group[trade] = replace(first, number=0, name=name, labels=[], common=set())
            if len(group) > 1:
                break
        for firm in group.values():
            firm.exact = True
        return self._label("sisters", list(group.values()))

    def _one_house(self) -> list[Firm]:
        """Return companies at one address."""
        group = self._several()
        for firm in group:
            firm.place, firm.common = group[0].place, {"place"}
            firm.phone = landline(self._chances, firm.place)
            if firm.land is CN:
                firm.name = replace(firm.name, city=firm.place.city)
        return self._label("building", group)

    def _one_site(self) -> list[Firm]:
        """Return companies that an agency gave pages on its own web site."""
        group = self._several()
        site = f"www.{slug(group[0].name.core) or group[0].name.reading}-web.{group[0].land.top}"
        for firm in group:
            firm.site = site
            firm.common.add("website")
        return self._label("agency_site", group)

    def _one_agent(self) -> list[Firm]:
        """Return companies that one accountant answers for: telephone and mailbox are his."""
        group = self._several()
        for firm in group:
            firm.phone, firm.mailbox = group[0].phone, group[0].mailbox
            firm.common |= {"phone", "email"}
        return self._label("agent", group)
