"""Companies: their names, addresses, web sites and mailboxes, and what a first record of one says."""

from dataclasses import dataclass, field
from functools import lru_cache

from demo.duplicates import chinese_names
from demo.duplicates.chances import Chances, Weighted, mixed, ranked
from demo.duplicates.country_names import Forms, Land
from demo.duplicates.people_names import surname
from demo.duplicates.places import Phone, Place, landline, place_in
from demo.duplicates.record import SOURCES, Draft
from demo.duplicates.spelling import slug

_BRANDS = (
    "Nor Al Vi Tri Om Del Sol Ter Qua Lum Ar Ki Zen Vel Cor Mar Pro Eco Bio Geo Inno Inter Uni Euro Trans Opti Syn Pan"
    " Max Alpen Rhein Donau Nord West Star Blue Gold Silver Metro Poly Thermo Hydro Ligna Ferro Agri Cosmo Ultra Prima"
)
_ENDS = "tec line data med flex form plan trade net soft via tron gen con pact lux mix vera nova tis dex lab port mont"
BRANDS, ENDS = _BRANDS.split(), _ENDS.split()
ROLES = ("info", "office", "contact", "kontakt", "sales", "mail")
_FIRST, _SECOND = ranked(list(chinese_names.FIRST)), ranked(list(chinese_names.SECOND))
_CORES = mixed({"owner": 34, "partners": 10, "brand": 40, "letters": 9, "city": 7})
_CAPITALS = "ABCDEFGHIKLMNOPRSTUVWZ"


@dataclass(frozen=True, slots=True)
class FirmName:
    """A company's name in its parts: `core` is what stands before the trade, `city` stands in front in Chinese."""

    core: str
    trade: str
    form: str
    city: str = ""
    reading: str = ""

    @property
    def base(self) -> str:
        """Return the name without city and legal form."""
        between = "" if self.city or not self.trade else " "
        return f"{self.core}{between}{self.trade}"

    @property
    def full(self) -> str:
        """Return the name as registered."""
        return f"{self.city}{self.base}{'' if self.city else ' '}{self.form}"


@dataclass(slots=True)
class Firm:
    """A company, and what its records may not be told apart or held together by.

    Attributes:
        common: which of `phone`, `place`, `website` and `email` others have too, so that they identify nobody.
        exact: whether copies keep every word of the name, because a neighbour differs in one.
    """

    number: int
    land: Land
    name: FirmName
    place: Place
    phone: Phone
    domain: str
    mailbox: str
    site: str
    labels: list[str] = field(default_factory=list)
    common: set[str] = field(default_factory=set)
    exact: bool = False


MOST_TRIES = 1_000


class Register:
    """Makes companies, no two of one name in one city, no two of one domain."""

    def __init__(self, chances: Chances) -> None:
        """Begin with no company."""
        self._chances = chances
        self._names: set[tuple[str, str]] = set()
        self._domains: set[str] = set()
        self._count = 0

    def firm(self, land: Land, name: FirmName | None = None, apart_from: str = "") -> Firm:
        """Return a new company of the country, of the name if one is given, not in the city `apart_from`.

        A name that is given may be taken in every other city: then a second one of it is in one of them.
        """
        chances = self._chances
        for _ in range(MOST_TRIES):
            place = place_in(chances, land, apart_from)
            called = name or firm_name(chances, land, place.city)
            if (called.base, place.city) not in self._names:
                break
        self._names.add((called.base, place.city))
        self._count += 1
        domain = self._domain(land, called)
        site = f"{chances.one_of(('www.', 'https://www.', 'https://', 'http://www.', 'www.'))}{domain}"
        mailbox = f"{chances.one_of(ROLES)}@{domain}"
        return Firm(self._count, land, called, place, landline(chances, place), domain, mailbox, site)

    def _domain(self, land: Land, name: FirmName) -> str:
        chances = self._chances
        joiner = chances.one_of(("", "-", "-"))
        core = name.reading or joiner.join(slug(word) for word in name.core.split() if slug(word))
        trade = joiner + slug(name.trade) if slug(name.trade) and chances.chance(0.6) else ""
        top = land.top if chances.chance(0.8) else "com"
        domain = f"{core}{trade}.{top}"
        most = 999
        while domain in self._domains:
            domain = f"{core}{trade}{chances.number(2, most)}.{top}"
            most *= 2
        self._domains.add(domain)
        return domain


def firm_name(chances: Chances, land: Land, city: str) -> FirmName:
    """Return a company's name."""
    form = legal_forms(land.forms).draw(chances)
    trade = trades(land).draw(chances)
    if land.code == "CN":
        first, second = _FIRST.draw(chances), _SECOND.draw(chances)
        return FirmName(first + second, trade, form, city, chinese_names.FIRST[first] + chinese_names.SECOND[second])
    return FirmName(*_western_core(chances, land, trade, city), form)


def _western_core(chances: Chances, land: Land, trade: str, city: str) -> tuple[str, str]:
    match _CORES.draw(chances):
        case "owner":
            return surname(chances, land), trade
        case "partners":
            return f"{surname(chances, land)} {land.joiner} {surname(chances, land)}", trade if chances.chance(
                0.6
            ) else ""
        case "brand":
            return chances.one_of(BRANDS) + chances.one_of(ENDS), trade
        case "letters":
            return "".join(chances.one_of(_CAPITALS) for _ in range(3)), trade
        case _:
            return trade, city


@lru_cache(maxsize=64)
def legal_forms(forms: Forms) -> Weighted[str]:
    """Return a country's legal forms."""
    return Weighted([form for form, _, _ in forms], [share for _, share, _ in forms])


@lru_cache(maxsize=64)
def trades(land: Land) -> Weighted[str]:
    """Return what companies of a country do."""
    return ranked(land.trades, 0.4)


def firm_draft(chances: Chances, firm: Firm, cluster: int) -> Draft:
    """Return what one record says of a company."""
    draft = Draft(cluster, firm.labels, chances.one_of(SOURCES), company=firm.name.full, place=firm.place)
    if chances.chance(0.9):
        draft.phone = firm.phone
    if chances.chance(0.65):
        draft.website = firm.site
    if chances.chance(0.6):
        draft.email = firm.mailbox
    return draft
