"""A record as it will stand in a file: what is known of its entity, before it is written down."""

from dataclasses import dataclass
from datetime import date

from demo.duplicates.chances import Chances
from demo.duplicates.places import Phone, Place, dialled

COLUMNS = (
    "id", "source", "given_name", "surname", "full_name", "company", "email", "phone", "website", "address", "suburb",
    "city", "postcode", "region", "country", "dob", "national_id", "extra",
)  # fmt: skip
SOURCES = ("crm", "shop", "sheet")
_STYLES = {"crm": (0, 1, 1, 7), "shop": (2, 6, 6, 3, 1), "sheet": (2, 4, 5, 3, 6)}
_WRITTEN_OUT = {"crm": 0.1, "shop": 0.0, "sheet": 0.35}


@dataclass(slots=True)
class Draft:
    """What one record says; an empty text is nothing said."""

    cluster: int
    labels: list[str]
    source: str
    given: str = ""
    family: str = ""
    whole: str = ""
    company: str = ""
    email: str = ""
    phone: Phone | None = None
    website: str = ""
    place: Place | None = None
    born: date | None = None
    born_text: str = ""
    case: str = ""

    def row(self, chances: Chances) -> list[str]:
        """Return the record as a row of COLUMNS without its id."""
        place = self.place
        phone = dialled(chances, self.phone, chances.one_of(_STYLES[self.source])) if self.phone else ""
        given, family, whole, company = (
            self._cased(text) for text in (self.given, self.family, self.whole, self.company)
        )
        where = [place.line, place.suburb, self._cased(place.city), place.postcode, place.region] if place else [""] * 5
        return [
            self.source, given, family, whole, company, self.email, phone, self.website, *where,
            self._country(chances), self._birth(), "", ";".join(self.labels),
        ]  # fmt: skip

    def _cased(self, text: str) -> str:
        return text.upper() if self.case == "upper" else text.lower() if self.case == "lower" else text

    def _birth(self) -> str:
        if self.born_text or not self.born:
            return self.born_text
        return self.born.strftime("%Y%m%d") if self.source == "sheet" else self.born.isoformat()

    def _country(self, chances: Chances) -> str:
        land = self.place.land if self.place else self.phone.land if self.phone else None
        if land is None or chances.chance(0.06):
            return ""
        return chances.one_of(land.spellings) if chances.chance(_WRITTEN_OUT[self.source]) else land.code
