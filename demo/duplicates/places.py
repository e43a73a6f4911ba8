"""Addresses and telephone numbers, and the ways they are written."""

from dataclasses import dataclass, replace
from functools import lru_cache

from demo.duplicates.chances import Chances, Weighted, mixed, ranked
from demo.duplicates.chinese_names import BUILDINGS
from demo.duplicates.country_names import City, Land
from demo.duplicates.spelling import bare, mistyped, transcribed, wide
from demo.duplicates.western_names import SHORT_STREETS

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_GROUPED = {"FR": 2, "PL": 3, "ES": 3, "CN": 4}
ELSEWHERE = {
    "München": ("Munich", "Muenchen"), "Wien": ("Vienna",), "Köln": ("Cologne", "Koeln"), "Zürich": ("Zurich",),
    "Roma": ("Rome",), "Milano": ("Milan",), "Warszawa": ("Warsaw",), "New York": ("New York City", "NYC"),
    "Frankfurt am Main": ("Frankfurt", "Frankfurt/Main"), "Freiburg im Breisgau": ("Freiburg",), "Genève": ("Genf",),
    "Nürnberg": ("Nuremberg", "Nuernberg"), "San Francisco": ("SF",), "北京": ("北京市",), "上海": ("上海市",),
    "广州": ("广州市", "廣州"), "深圳": ("深圳市",), "杭州": ("杭州市",), "成都": ("成都市",),
}  # fmt: skip

_CHINESE_LOCAL = 8
_RETOLD = mixed({"shortened": 35, "mistyped": 25, "city": 15, "postcode": 10, "accents": 15})


@dataclass(frozen=True, slots=True)
class Place:
    """An address."""

    land: Land
    line: str
    suburb: str
    city: str
    postcode: str
    region: str
    area: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in its parts."""

    land: Land
    area: str
    rest: str


@lru_cache(maxsize=64)
def _cities(land: Land) -> Weighted[City]:
    return Weighted(land.cities, [city.weight for city in land.cities])


@lru_cache(maxsize=64)
def _streets(land: Land) -> Weighted[str]:
    return ranked(land.streets[0], 0.5)


def place_in(chances: Chances, land: Land, apart_from: str = "") -> Place:
    """Return an address of the country, not in the city `apart_from`."""
    city = _cities(land).draw(chances)
    while city.name == apart_from:
        city = _cities(land).draw(chances)
    district = chances.one_of(city.districts) if city.districts else ""
    return Place(
        land, _line(chances, land, district), district, city.name, _postcode(chances, city), city.region, city.area
    )


def at_home(chances: Chances, place: Place) -> Place:
    """Return another address in the same city."""
    return replace(place, line=_line(chances, place.land, place.suburb), postcode=place.postcode)


def _line(chances: Chances, land: Land, district: str) -> str:
    if land.code == "CN":
        road = f"{district}{_streets(land).draw(chances)}{chances.number(1, 999)}号"
        tower = f"{chances.one_of(BUILDINGS)}{chances.number(1, 30)}{chances.one_of('楼座栋')}"
        return f"{road}{tower if chances.chance(0.5) else ''}{chances.number(101, 2820)}室"
    street = _streets(land).draw(chances) + chances.one_of(land.streets[1])
    number = str(chances.number(1, 180)) + (chances.one_of("abc") if chances.chance(0.06) else "")
    if land.code == "US":
        number = str(chances.number(1, 9800))
    flat = f", {chances.one_of(('Apt', 'Unit', 'Suite'))} {chances.number(1, 60)}" if land.code == "US" else ""
    flat = flat if chances.chance(0.3) else ""
    return f"{number} {street}{flat}" if land.number_first else f"{street} {number}"


def _postcode(chances: Chances, city: City) -> str:
    digit = {"#": lambda: chances.digits(1), "@": lambda: chances.one_of(_LETTERS)}
    return "".join(digit[sign]() if sign in digit else sign for sign in city.postal)


def landline(chances: Chances, place: Place) -> Phone:
    """Return a number of the place's exchange."""
    count = _CHINESE_LOCAL if place.land.code == "CN" else place.land.digits - len(place.area)
    first = chances.one_of("37") if place.land.code == "GB" else str(chances.number(2, 9))
    return Phone(place.land, place.area, first + chances.digits(count - 1))


def mobile(chances: Chances, place: Place) -> Phone:
    """Return a mobile number; in North America they look like any other."""
    land = place.land
    if not land.mobiles:
        return landline(chances, place)
    digits = 11 if land.code in ("CN", "DE") else 10 if land.code in ("AT", "GB", "IT", "US") else 9
    first = chances.one_of(land.mobiles)
    return Phone(land, first, chances.digits(digits - len(first)))


def extension(chances: Chances, phone: Phone) -> Phone:
    """Return a number in the same house: the last digits differ."""
    return replace(phone, rest=phone.rest[:-2] + chances.digits(2))


def dialled(chances: Chances, phone: Phone, style: int) -> str:
    """Return a number as somebody writes it; every style tells all its digits."""
    land = phone.land
    size = _GROUPED.get(land.code, 4 if land.code == "US" else 3)
    spaced = _grouped(phone.rest, size)
    trunk = "" if land.code == "CN" and phone.area in land.mobiles else land.trunk
    forms = (
        f"+{land.calling}{phone.area}{phone.rest}",
        f"+{land.calling} {phone.area} {spaced}",
        f"{trunk}{phone.area} {spaced}",
        f"({trunk}{phone.area}) {phone.rest}",
        f"00{land.calling} {phone.area} {phone.rest}",
        f"{trunk}{phone.area}-{phone.rest}",
        f"{trunk}{phone.area}{phone.rest}",
        f"+{land.calling} ({trunk}){phone.area} {spaced}" if trunk else f"+{land.calling}-{phone.area}-{phone.rest}",
    )
    text = forms[style % len(forms)]
    return wide(text) if land.code == "CN" and chances.chance(0.02) else text


def _grouped(digits: str, size: int) -> str:
    if size == len(digits) - 3:
        return f"{digits[:3]} {digits[3:]}"
    return " ".join(digits[at : at + size] for at in range(0, len(digits), size))


def retold(chances: Chances, place: Place) -> Place:
    """Return the address as somebody else wrote it down: shortened, misspelt, without accents."""
    match _RETOLD.draw(chances):
        case "shortened":
            return replace(place, line=_shortened(place.line))
        case "mistyped":
            return replace(place, line=mistyped(chances, place.line))
        case "city":
            return replace(place, city=chances.one_of(ELSEWHERE.get(place.city, (place.city,))))
        case "postcode":
            return replace(place, postcode="")
        case _:
            spelled = transcribed if chances.chance(0.5) else bare
            return replace(place, line=spelled(place.line), city=spelled(place.city))


def _shortened(line: str) -> str:
    for long, short in SHORT_STREETS:
        if long in line:
            return line.replace(long, short, 1)
    return line.replace(",", "")
