"""Files that the demo's partner and web site leave behind: some of their customers are in the legacy CRM already.

Written from the legacy CRM and a seed, with the truth beside them: which row is whose, and which cannot be loaded.
"""

import html
import json
import random
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import polars as pl
import sqlalchemy as sa

from demo import record, sinks
from demo.words import given_names, surnames

KNOWN, FRESH = 40, 30
LEADS, CALLS = 20, 15
SHORTEST_MAILBOX = 4
CITIES = (("Hamburg", "DE"), ("Lyon", "FR"), ("Leeds", "GB"), ("München", "DE"), ("Graz", "AT"))
TRUTH = "documents.json"
PARTNERS, WEB = "partners", "web"
WORKBOOK_SOURCE, DROP_SOURCE = "partner_workbook", "web_drop"
_CUSTOMERS = """
    SELECT c.id, c.first_name, c.last_name, m.email_address
    FROM contacts c
    JOIN email_addr_bean_rel r
      ON r.bean_id = c.id AND r.bean_module = 'Contacts' AND r.primary_address = 1 AND r.deleted = 0
    JOIN email_addresses m ON m.id = r.email_address_id AND m.deleted = 0
    WHERE c.deleted = 0 AND c.first_name <> '' AND c.last_name <> ''
    ORDER BY c.id
"""


@dataclass(frozen=True)
class Person:
    """A customer; `legacy_key` is set for one whom the legacy CRM knows."""

    first: str
    last: str
    email: str
    city: str
    country: str
    mobile: str = ""
    legacy_key: str | None = None


@dataclass
class DocumentTruth:
    """What must become of the rows: `same` maps `source.entity:key` to the legacy contact, or to another row."""

    same: dict[str, str] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def write(legacy_url: str, truth_dir: Path, folder: Path, seed: int) -> DocumentTruth:
    """Write the partner's workbook and the web site's files below `folder`, and their truth into `truth_dir`."""
    draw = random.Random(seed)
    known = draw.sample(_known_customers(legacy_url, truth_dir), KNOWN)
    fresh = [_fresh(draw, at) for at in range(FRESH)]
    truth = DocumentTruth()
    for name in (PARTNERS, WEB):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _workbook(folder / PARTNERS / "partners.xlsx", [*known[:25], *fresh[:20]], truth)
    # Some come both by the partner and by the web site, and some of these are in the legacy CRM besides.
    _contacts(folder / WEB / "contacts_2026-01.csv", [*known[15:], *fresh[10:]], truth)
    _leads(folder / WEB / "leads_2026-01.ndjson", draw, truth)
    _calls(folder / WEB / "calls_2026-01.xml", truth)
    (truth_dir / TRUTH).write_text(json.dumps(asdict(truth), indent=1, ensure_ascii=False), encoding="utf-8")
    return truth


def load(truth_dir: Path) -> DocumentTruth:
    """Return the truth that `write` wrote."""
    return DocumentTruth(**json.loads((truth_dir / TRUTH).read_text(encoding="utf-8")))


def keys(truth_dir: Path) -> set[str]:
    """Return the keys of all rows that the documents hold."""
    if not (truth_dir / TRUTH).exists():
        return set()
    truth = load(truth_dir)
    rows = [*truth.same, *(line.split(" ", 1)[0] for line in truth.fresh)]
    others = [f"{letter}{at:05}" for letter, count in (("L", LEADS), ("C", CALLS)) for at in range(count)]
    return {row.split(":", 1)[1] for row in rows} | set(others)


def _known_customers(legacy_url: str, truth_dir: Path) -> list[Person]:
    """Return customers of whom the legacy CRM holds one good row."""
    with sinks.connect(legacy_url).connect() as connection:
        rows = connection.execute(sa.text(_CUSTOMERS)).all()
    doubtful: set[str] = set()
    for name in ("clusters", "hard_clusters", "rejected"):
        doubtful.update(record.table_of(truth_dir, name)["key"])
    traps = record.table_of(truth_dir, "traps")
    doubtful.update(traps["key_a"])
    doubtful.update(traps["key_b"])
    shared = pl.Series([row[3].lower() for row in rows]).value_counts().filter(pl.col("count") > 1)
    twice = set(shared.to_series(0))
    return [
        Person(first, last, email, *CITIES[len(email) % len(CITIES)], legacy_key=key)
        for key, first, last, email in rows
        if key not in doubtful and email.lower() not in twice and _is_plain(first, last, email)
    ]


def _is_plain(first: str, last: str, email: str) -> bool:
    """Leave out names in several parts, codes of HTML and role mailboxes: other tests are about these."""
    mailbox, _, domain = email.partition("@")
    return (
        all(name.isalpha() and len(name) > 1 for name in (first, last))
        and "." in domain
        and len(mailbox) >= SHORTEST_MAILBOX
    )


def _fresh(draw: random.Random, at: int) -> Person:
    first, last = (html.unescape(draw.choice(names).text) for names in (given_names("en", at % 2), surnames("en")))
    mobile = f"+49 151 {70_000_000 + at:08}"
    return Person(first, last, f"{first}.{last}.{at}@shop.example".lower(), *CITIES[at % len(CITIES)], mobile)


def _workbook(path: Path, people: list[Person], truth: DocumentTruth) -> None:
    """Write a workbook as people make them: a title above, dates as dates, an error in a formula, a hidden sheet."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy"})
    contacts, notes = book.add_worksheet("Kontakte"), book.add_worksheet("Notizen")
    notes.hide()
    notes.write_row(0, 0, ["intern"])
    contacts.merge_range("A1:F1", "Partnerliste 2026")
    contacts.write_row(2, 0, ["Nr.", "Vorname", "Nachname", "E-Mail", "Mobil", "Ort", "Land", "Erfasst am"])
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for at, person in enumerate(people):
        key = f"PW-{at:04}"
        cells = [key, person.first.upper(), person.last, person.email, person.mobile, person.city, person.country]
        contacts.write_row(3 + at, 0, cells)
        contacts.write_number(3 + at, 7, 46_000 + at, day)
        _tell(truth, f"{WORKBOOK_SOURCE}.contact:{key}", person)
    contacts.write_row(3 + len(people), 0, ["PW-9001", "", "", "nobody@shop.example"])
    contacts.write_formula(4 + len(people), 0, "=1/0", value="#DIV/0!")
    contacts.write_row(4 + len(people), 1, ["Erna", "Error", "erna@shop.example"])
    truth.rejected[f"{WORKBOOK_SOURCE}.contact"] = 2
    truth.rows[f"{WORKBOOK_SOURCE}.contact"] = len(people) + 2
    book.close()


def _contacts(path: Path, people: list[Person], truth: DocumentTruth) -> None:
    """Write semicolon-separated text in GB18030, with a line that is cut off."""
    lines = ["id;first;last;e-mail;tel;city;country;registered"]
    for at, person in enumerate(people):
        key = f"W{at:05}"
        lines.append(
            f"{key};{person.first};{person.last};{person.email.upper()};{person.mobile};{person.city};"
            f"{person.country};2026-01-{at % 28 + 1:02} 09:30"
        )
        _tell(truth, f"{DROP_SOURCE}.contact:{key}", person)
    lines.append('W99999;"张;伟')
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    truth.rejected[f"{DROP_SOURCE}.contact"] = 1
    truth.rows[f"{DROP_SOURCE}.contact"] = len(people) + 1


def _leads(path: Path, draw: random.Random, truth: DocumentTruth) -> None:
    """Write one lead a line, nested, with a line that is none."""
    lines = []
    for at in range(LEADS):
        lead = {
            "id": f"L{at:05}",
            "person": {"first": draw.choice(given_names("fr", at % 2)).text, "last": draw.choice(surnames("fr")).text},
            "company": f"Société {at}",
            "contact": {"email": f"lead{at}@prospect.example", "phone": f"+33 1 70 18 {at:02} 00"},
            "status": draw.choice(["NEW", "ASSG", "INPR"]),
            "created": f"2026-01-{at + 1:02}T08:00:00Z",
            "interests": ["crm", "etl"][: at % 3],
        }
        lines.append(json.dumps(lead, ensure_ascii=False))
    lines.insert(7, '{"id": "L-broken", "person": ')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    truth.rejected[f"{DROP_SOURCE}.lead"] = 1
    truth.rows[f"{DROP_SOURCE}.lead"] = len(lines)


def _calls(path: Path, truth: DocumentTruth) -> None:
    """Write calls to customers of the web site as XML."""
    calls = [
        f"<call id={quoteattr(f'C{at:05}')} customer={quoteattr(f'W{at:05}')}>"
        f"<subject>{escape(f'Callback <{at}> & more')}</subject><at>2026-02-{at + 1:02}T10:00:00+01:00</at></call>"
        for at in range(CALLS)
    ]
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<log>{"".join(calls)}</log>\n', encoding="utf-8")
    truth.rows[f"{DROP_SOURCE}.activity"] = len(calls)


def _tell(truth: DocumentTruth, row: str, person: Person) -> None:
    """Note whose row it is: the legacy contact's, that of an earlier row with the same address, or nobody's yet."""
    if person.legacy_key is not None:
        truth.same[row] = f"legacy_crm.contact:{person.legacy_key}"
        return
    earlier = next((other for other in truth.fresh if other.endswith(f" {person.email}")), None)
    if earlier is None:
        truth.fresh.append(f"{row} {person.email}")
    else:
        truth.same[row] = earlier.split(" ", 1)[0]


def verify(truth_dir: Path, target_url: str, sources: list[str]) -> list[str]:
    """Return where the target does not hold what the documents of these sources, once loaded, must have made of it."""
    truth, known = load(truth_dir), _crosswalk(target_url)

    def is_loaded(row: str) -> bool:
        return row.split(".", 1)[0] in ("legacy_crm", *sources)

    same = {row: other for row, other in truth.same.items() if is_loaded(row) and is_loaded(other)}
    fresh = [row for row in (line.split(" ", 1)[0] for line in truth.fresh) if is_loaded(row)]
    counts = {
        entity: (rows - truth.rejected.get(entity, 0), sum(row.startswith(f"{entity}:") for row in known))
        for entity, rows in truth.rows.items()
        if is_loaded(entity)
    }
    return [
        *(f"{row}: expected the record of {other}" for row, other in same.items() if _apart(known, row, other)),
        *(f"{row}: expected a record, found none" for row in fresh if row not in known),
        *(
            f"{entity}: expected {expected} rows in the crosswalk, found {found}"
            for entity, (expected, found) in counts.items()
            if expected != found
        ),
    ]


def _apart(known: dict[str, str], row: str, other: str) -> bool:
    return row not in known or known[row] != known.get(other)


def _crosswalk(target_url: str) -> dict[str, str]:
    """Return the target's id of each row, `source.entity:key`."""
    with sinks.connect(target_url).connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT s.source, s.entity, c.source_key, s.object, c.target_id FROM crm_migration.crosswalk c"
                " JOIN crm_migration.stream s ON s.stream_no = c.stream_no"
            )
        ).all()
    return {f"{source}.{entity}:{key}": f"{target} {identity}" for source, entity, key, target, identity in rows}
