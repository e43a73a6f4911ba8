"""Postal codes: what each country's look like without blanks and hyphens, and how they are printed.

Countries without a line are not judged: some have no postal codes, of others no rule is known here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """A country's postal code without blanks and hyphens, and how it is printed; `also` are printed as they are."""

    pattern: str
    printed: str = "${0}"
    also: str | None = None


def _alike(pattern: str, countries: str) -> dict[str, Shape]:
    return dict.fromkeys(countries.split(), Shape(pattern))


SHAPES = {
    **_alike(r"^[0-9]{3}$", "FO IS LS MG PG"),
    **_alike(r"^[1-9][0-9]{3}$", "AT BE BG CH CY DK HU LI LU MK"),
    **_alike(r"^[0-9]{4}$", "AF AL AM AU BD CV GE GW NE NO NZ PH SI TN ZA"),
    **_alike(r"^[0-9]{5}$", "BA CU DE DO DZ EE EG ES FI FR GT HR ID IQ IT JO KE KR KW LA LK MA ME MM MX MY NP PE"),
    **_alike(r"^[0-9]{5}$", "PK RS SD SN TH TR UA UY ZM VA"),
    **_alike(r"^[0-9]{6}$", "BY CN CO EC KG MN RO RU SG TJ TM UZ"),
    "AD": Shape("^AD[1-7][0-9]{2}$"),
    "AR": Shape("^(?:[A-HJ-NP-Z][0-9]{4}[A-Z]{3}|[0-9]{4})$"),
    "BR": Shape("^([0-9]{5})([0-9]{3})$", "${1}-${2}"),
    "CA": Shape("^([ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z])([0-9][ABCEGHJ-NPRSTV-Z][0-9])$", "${1} ${2}"),
    "CL": Shape("^[0-9]{7}$"),
    "CZ": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "GB": Shape("^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$", "${1} ${2}"),
    "GR": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "IE": Shape("^([A-Z][0-9][0-9W])([A-Z0-9]{4})$", "${1} ${2}"),
    "IL": Shape("^(?:[0-9]{5}|[0-9]{7})$"),
    "IN": Shape("^[1-9][0-9]{5}$"),
    "IR": Shape("^([0-9]{5})([0-9]{5})$", "${1}-${2}"),
    "JP": Shape("^([0-9]{3})([0-9]{4})$", "${1}-${2}"),
    "KZ": Shape("^(?:[0-9]{6}|[A-Z][0-9]{2}[A-Z][0-9][A-Z][0-9])$"),
    "LT": Shape("^(?:LT)?([0-9]{5})$", "LT-${1}"),
    "LV": Shape("^(?:LV)?([0-9]{4})$", "LV-${1}"),
    "MC": Shape("^980[0-9]{2}$"),
    "MD": Shape("^(?:MD)?([0-9]{4})$", "MD-${1}"),
    "MT": Shape("^([A-Z]{3})([0-9]{4})$", "${1} ${2}"),
    "NL": Shape("^([1-9][0-9]{3})([A-Z]{2})$", "${1} ${2}"),
    "PL": Shape("^([0-9]{2})([0-9]{3})$", "${1}-${2}"),
    "PR": Shape("^(00[679][0-9]{2})([0-9]{4})$", "${1}-${2}", also="^00[679][0-9]{2}$"),
    "PT": Shape("^([0-9]{4})([0-9]{3})$", "${1}-${2}", also="^[0-9]{4}$"),
    "SA": Shape("^([0-9]{5})([0-9]{4})$", "${1}-${2}", also="^[0-9]{5}$"),
    "SE": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "SK": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "SM": Shape("^4789[0-9]$"),
    "TW": Shape("^[0-9]{3}(?:[0-9]{2,3})?$"),
    "US": Shape("^([0-9]{5})([0-9]{4})$", "${1}-${2}", also="^[0-9]{5}$"),
    "VN": Shape("^[0-9]{5,6}$"),
}
"""A code of another shape, or of another country, keeps its form: a wrong code is not a lost address."""
