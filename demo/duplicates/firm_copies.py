"""A second record of a company: another legal form, an abbreviation, a note, an old address.

Always the name stands beside a telephone, an address, a web site or a mailbox of its own.
"""

from dataclasses import replace

from demo.duplicates.chances import Chances, mixed
from demo.duplicates.country_names import CN, Land
from demo.duplicates.firms import ROLES, Firm, FirmName, firm_draft
from demo.duplicates.people_names import traditional
from demo.duplicates.places import Phone, Place, landline, place_in, retold
from demo.duplicates.record import Draft
from demo.duplicates.spelling import bare, digit_slip, mistyped, transcribed

_NOTES = {
    "de": ("Zentrale", "(Vertrieb)", "- Einkauf", "Verwaltung"),
    "zh": ("（总部）", "（采购部）", "-市场部"),
    "": ("(Head Office)", "- Sales", "HQ", "(Accounts)"),
}
_PHONES = mixed({"same": 62, "none": 14, "slip": 6, "other": 18})
_PLACES = mixed({"same": 44, "retold": 34, "none": 10, "moved": 12})
_MAILS = mixed({"same": 60, "none": 15, "other": 25})
_WESTERN = mixed({"same": 62, "mistyped": 10, "abbreviated": 6, "plus": 4, "spoken": 4, "bare": 7, "transcribed": 7})
_CHINESE = mixed({"same": 60, "no city": 14, "city": 11, "brackets": 5, "short": 5, "traditional": 5})
_LONG_TRADE, _CUT = 7, 5


def firm_copy(chances: Chances, firm: Firm, first: Draft) -> Draft:
    """Return another record of the company whose `first` record is given."""
    draft = firm_draft(chances, firm, first.cluster)
    draft.company = renamed(chances, firm)
    kept = _kept(chances, firm, first)
    for name in kept - {"city"}:
        setattr(draft, name, getattr(first, name))
    if "city" in kept:
        draft.place = first.place
    if draft.phone and "phone" not in kept:
        draft.phone = _another_phone(chances, firm, draft.phone)
    if draft.place and "place" not in kept:
        draft.place = _another_place(chances, firm, draft.place, "city" in kept)
    if draft.website and "website" not in kept | firm.common:
        draft.website = _another_site(chances, firm)
    if draft.email and "email" not in kept | firm.common:
        draft.email = _another_mail(chances, firm)
    draft.case = "upper" if chances.chance(0.07) else ""
    return draft


def _kept(chances: Chances, firm: Firm, first: Draft) -> set[str]:
    """Return what both records are known by; a web site or mailbox needs the city too."""
    told = {"phone": first.phone, "website": first.website, "email": first.email, "place": first.place}
    own = [name for name, value in told.items() if value and name not in firm.common]
    anchor = chances.one_of(own) if own else "place"
    return {anchor} if anchor in ("phone", "place") else {anchor, "place" if "place" in firm.common else "city"}


def _another_phone(chances: Chances, firm: Firm, phone: Phone) -> Phone | None:
    match _PHONES.draw(chances):
        case "none":
            return None
        case "slip":
            return replace(phone, rest=digit_slip(chances, phone.rest))
        case "other":
            return landline(chances, firm.place)
        case _:
            return phone


def _another_place(chances: Chances, firm: Firm, place: Place, stays: bool) -> Place | None:
    """Return the address written otherwise; where the company need not stay in its city, none or another one."""
    kind = _PLACES.draw(chances)
    if kind == "retold":
        return retold(chances, place)
    if stays or kind == "same":
        return place
    return place_in(chances, firm.land) if kind == "moved" and not firm.labels else None


def _another_site(chances: Chances, firm: Firm) -> str:
    bare_site = firm.domain
    longer = f"https://www.{bare_site}/", f"http://{bare_site}/index.html", f"WWW.{bare_site}"
    return chances.one_of((firm.site, bare_site, *longer, ""))


def _another_mail(chances: Chances, firm: Firm) -> str:
    kind = _MAILS.draw(chances)
    return "" if kind == "none" else f"{chances.one_of(ROLES)}@{firm.domain}" if kind == "other" else firm.mailbox


def renamed(chances: Chances, firm: Firm) -> str:
    """Return the company's name as somebody else writes it."""
    return _chinese(chances, firm) if firm.land is CN else _western(chances, firm)


def _form(chances: Chances, land: Land, name: FirmName) -> str:
    if chances.chance(0.5):
        return name.form
    return next(chances.one_of(others) for form, _, others in land.forms if form == name.form)


def _western(chances: Chances, firm: Firm) -> str:
    form = _form(chances, firm.land, firm.name)
    base = _western_base(chances, firm)
    text = f"{base}{form}" if form.startswith(",") else f"{base} {form}".strip()
    if firm.exact:
        return text
    if chances.chance(0.05):
        language = "de" if firm.land.code in ("DE", "AT", "CH") else ""
        text = f"{text} {chances.one_of(_NOTES[language])}"
    return f"{text} {firm.place.city}" if chances.chance(0.03) else text


def _western_base(chances: Chances, firm: Firm) -> str:
    name, base, kind = firm.name, firm.name.base, _WESTERN.draw(chances)
    if firm.exact and kind in ("mistyped", "abbreviated"):
        return base
    joiner = f" {firm.land.joiner} "
    spellings = {
        "mistyped": lambda: mistyped(chances, base),
        "abbreviated": lambda: _abbreviated(name),
        "plus": lambda: base.replace(joiner, " + "),
        "spoken": lambda: base.replace(joiner, f" {_spoken(firm.land)} "),
        "bare": lambda: bare(base),
        "transcribed": lambda: transcribed(base),
    }
    return spellings[kind]() if kind in spellings else base


def _spoken(land: Land) -> str:
    if land.joiner != "&":
        return land.joiner
    return "und" if land.code in ("DE", "AT", "CH") else "and"


def _abbreviated(name: FirmName) -> str:
    """Return the name with its trade cut short: Nordtec Masch."""
    return f"{name.core} {name.trade[:_CUT]}." if len(name.trade) > _LONG_TRADE else name.base


def _chinese(chances: Chances, firm: Firm) -> str:
    name, form = firm.name, _form(chances, firm.land, firm.name)
    spellings = {
        "no city": f"{name.base}{form}",
        "city": f"{name.city}市{name.base}{form}",
        "brackets": f"{name.base}（{name.city}）{form or name.form}",
        "short": f"{name.city}{name.base if firm.exact else name.core + name.trade[:2]}",
        "traditional": traditional(f"{name.city}{name.base}{form}"),
    }
    text = spellings.get(_CHINESE.draw(chances), f"{name.city}{name.base}{form}")
    return text + chances.one_of(_NOTES["zh"]) if chances.chance(0.04) and not firm.exact else text
