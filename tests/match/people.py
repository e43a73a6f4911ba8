"""Some hundred people of whom a fifth stand there twice, misspelt: enough for a model to learn from."""

from random import Random

import polars as pl

from crm_migration.mapping.model import Mapping

FIELDS = ("given_name", "family_name", "email", "phone", "city")
GIVEN = (
    "anna", "bert", "carl", "dora", "emil", "fritz", "gerda", "hugo", "ida", "jan", "karl", "lena", "max",
    "nora", "otto", "paul", "rita", "sven", "tina", "uwe", "vera",
)  # fmt: skip
FAMILY = (
    "adler", "bauer", "conrad", "dietz", "ebert", "franke", "graf", "huber", "jung", "kessler", "lorenz",
    "maurer", "neumann", "ostermann", "peters", "quandt", "richter", "schreiber", "thoma", "ullrich", "vogel",
    "wagner", "zimmermann", "albers", "brandt", "cramer", "dorn", "engel", "fuchs", "goebel", "hahn",
)  # fmt: skip
CITIES = (
    "Aachen", "Bonn", "Celle", "Dresden", "Essen", "Fulda", "Gotha", "Halle", "Ilmenau", "Jena", "Kiel",
    "Leipzig",
)  # fmt: skip


def mapping(**model: object) -> Mapping:
    """Return a mapping that matches by a model alone; `model` goes into its section."""
    asked = {"kind": "person", "fields": {"given_name": "given_name", "family_name": "family_name", "email": "email",
                                          "phone": "phone", "city": "city"}}  # fmt: skip
    contact = {
        "table": "people",
        "key": "id",
        "target": {"object": "contact", "external_id": "legacy_id"},
        "fields": {name: {"from": name, "kind": "text"} for name in FIELDS},
        "match": {"model": asked | model},
    }
    named = {"name": "crm", "connection": "crm"}
    return Mapping.model_validate({"version": "1", "source": named, "target": named, "entities": {"contact": contact}})


def people(count: int = 600, seed: int = 1) -> pl.DataFrame:
    """Return `_key` and `FIELDS` of `count` people and of the second rows of every fifth."""
    draw = Random(seed)
    rows = []
    for number in range(count):
        given, family = draw.choice(GIVEN), draw.choice(FAMILY)
        email = f"{given}.{family}{draw.randrange(99)}@{draw.choice(['x', 'y', 'z'])}.example"
        person = [given, family, email, f"0{draw.randrange(10**8, 10**9)}", draw.choice(CITIES)]
        rows.append([f"p{number:04}", *person])
        if number % 5 == 0:
            rows.append([f"q{number:04}", *_misspelt(person, draw)])
    draw.shuffle(rows)
    return pl.DataFrame(rows, schema=["_key", *FIELDS], orient="row")


def _misspelt(person: list[str], draw: Random) -> list[str | None]:
    copy: list[str | None] = list(person)
    for place in draw.sample(range(len(copy)), 2):
        text = person[place]
        at = draw.randrange(1, len(text) - 1)
        copy[place] = draw.choice([None, text[:at] + text[at + 1] + text[at] + text[at + 2 :]])
    return copy
