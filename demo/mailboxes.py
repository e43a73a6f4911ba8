"""E-mail addresses and the table that links them to their owners."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from demo import companies, moments, notes
from demo.cast import Cast
from demo.columns import any_of, either, joined, only
from demo.draws import Index, Mask
from demo.firms import PRIVATE_MAIL_DOMAINS, ROLE_MAILBOXES
from demo.layout import Role
from demo.people import GIVEN, SURNAMES, Identity
from demo.plan import CONTACTS_PER_ACCOUNT, Plan
from demo.spoiling import spoiled

_CAPITALS, _TITLE_CASE, _BLANK_BEFORE, _BLANKS_AFTER = range(1, 5)
_FORMER = 2


@dataclass(frozen=True)
class Mail:
    """The e-mail addresses of some owners, one each, null where there is none."""

    module: str
    owners: pl.Series
    address: pl.Series
    number: Index
    """The address row's number in email_addresses."""
    link_number: Index
    """The link's number: the address row's one, except for those who use another owner's row."""
    primary: Mask
    dropped: Mask
    """True where the link is soft-deleted."""

    def tables(self, plan: Plan) -> dict[str, pl.DataFrame]:
        """Return the rows of email_addresses and email_addr_bean_rel."""
        rows = np.flatnonzero(self.address.is_not_null().to_numpy())
        at = pl.Series(rows)
        first = rows[self.number[rows] == self.link_number[rows]]
        links = {
            "id": plan.numbered_keys("email_links", self.link_number[rows], _total(plan)),
            "email_address_id": plan.numbered_keys("emails", self.number[rows], _total(plan)),
            "bean_id": self.owners.gather(at),
            "bean_module": pl.repeat(self.module, len(rows), eager=True),
            "primary_address": self.primary[rows].astype(np.int8),
            "reply_to_address": np.zeros(len(rows), dtype=np.int8),
            **_stamps(plan, "email_links", self.link_number[rows]),
            "deleted": self.dropped[rows].astype(np.int8),
        }
        return {"email_addresses": self._addresses(plan, first), "email_addr_bean_rel": pl.DataFrame(links)}

    def _addresses(self, plan: Plan, rows: Index) -> pl.DataFrame:
        number = self.number[rows]
        address = self.address.gather(pl.Series(rows))
        return pl.DataFrame(
            {
                "id": plan.numbered_keys("emails", number, _total(plan)),
                "email_address": address,
                "email_address_caps": address.str.to_uppercase(),
                "invalid_email": plan.draws.chance("emails.invalid", number, 0.01).astype(np.int8),
                "opt_out": plan.draws.chance("emails.opt_out", number, 0.08).astype(np.int8),
                **_stamps(plan, "emails", number),
                "deleted": np.zeros(len(rows), dtype=np.int8),
            }
        )


def _stamps(plan: Plan, purpose: str, rows: Index) -> dict[str, pl.Series]:
    stamps = moments.stamps(plan.draws, purpose, rows)
    return {"date_created": stamps["date_entered"], "date_modified": stamps["date_modified"]}


def _total(plan: Plan) -> int:
    """Return how many numbers e-mail rows may have: contacts twice, accounts, leads."""
    return 2 * plan.contacts + plan.rows["accounts"] + plan.rows["leads"]


def of_contacts(cast: Cast) -> list[Mail]:
    """Return contacts' primary addresses, and their second or former ones."""
    place = cast.plan.places("contacts", cast.slots)
    shared_row = cast.places.follows(Role.HOUSEHOLD_EMAIL, Role.ROLE_MAILBOX)
    row = cast.plan.places("contacts", np.where(shared_row, cast.places.leader, cast.slots))
    gone = cast.deleted
    always = np.ones_like(gone)
    primary = Mail("Contacts", cast.keys, _primary(cast), row, place, always, gone)
    kind = cast.draws.pick("contacts.extra_mail", cast.slots, (0.83, 0.12, 0.05))
    number = cast.plan.contacts + place
    extra = Mail("Contacts", cast.keys, _extra(cast, kind), number, number, kind == _FORMER, gone | (kind == _FORMER))
    return [primary, extra]


def _has_mail(cast: Cast) -> Mask:
    leads_by_mail = cast.places.has(Role.CLUSTER, Role.HARD, Role.HOUSEHOLD_EMAIL, Role.ROLE_MAILBOX)
    certain = cast.shares_mailbox | (leads_by_mail & ~cast.copied)
    share = cast.draws.share("contacts.mail", cast.slots)
    return certain | (share < np.where(cast.copied, 0.5, 0.88))


def _primary(cast: Cast) -> pl.Series:
    """Return primary addresses: in odd spellings for copies, misspelt for hard duplicates, some broken."""
    hard = cast.places.follows(Role.HARD)
    from_leader = cast.shares_mailbox | hard
    mailbox = np.where(from_leader, cast.places.leader, cast.slots)
    private = cast.draws.chance("contacts.private_mail", mailbox, 0.3) & ~cast.places.has(Role.ROLE_MAILBOX)
    private |= cast.places.has(Role.HOUSEHOLD_EMAIL)
    number = pl.Series(cast.plan.places("contacts", mailbox)).cast(pl.String)
    offset = mailbox - CONTACTS_PER_ACCOUNT * companies.identity(cast.plan, cast.company)
    suffix = either(pl.Series(offset).cast(pl.String), offset > 0, "")
    local = joined(_local(cast, from_leader, hard), either(number, private, suffix))
    home = any_of(cast.draws, "contacts.mail_domain", mailbox, PRIVATE_MAIL_DOMAINS)
    address = joined(local, "@", either(home, private, companies.domains(cast.plan, cast.company)))
    broken = cast.draws.chance("contacts.bad_mail", cast.slots, 0.02) & cast.places.has(Role.SINGLE)
    address = spoiled(cast.draws, address, notes.BAD_EMAILS, (np.flatnonzero(broken), cast.slots))
    return only(_respelled(cast, address), _has_mail(cast))


def _local(cast: Cast, from_leader: Mask, hard: Mask) -> pl.Series:
    """Return the local part of addresses, without the number that makes it unique."""
    given = np.where(from_leader, cast.leader_identity.given, cast.identity.given)
    surname = np.where(from_leader, cast.leader_identity.surname, cast.identity.surname)
    last = SURNAMES.form("ascii", surname)
    misspelt = either(joined(last.str.slice(0, 1), last.str.slice(2)), hard, last)
    personal = joined(GIVEN.form("ascii", given), ".", misspelt)
    family = either(joined("familie.", last), cast.places.has(Role.HOUSEHOLD_EMAIL), personal)
    role = any_of(cast.draws, "contacts.role_mail", cast.places.leader, ROLE_MAILBOXES)
    return either(role, cast.places.has(Role.ROLE_MAILBOX), family)


def _respelled(cast: Cast, address: pl.Series) -> pl.Series:
    """Return addresses; copies write the shared one in other cases, or with blanks around it."""
    style = pl.Series(np.where(cast.copied, cast.draws.below("contacts.mail_style", cast.slots, 6), 0))
    return pl.select(
        pl.when(style == _CAPITALS).then(address.str.to_uppercase())
        .when(style == _TITLE_CASE).then(address.str.to_titlecase())
        .when(style == _BLANK_BEFORE).then(pl.lit(" ") + address)
        .when(style == _BLANKS_AFTER).then(address + pl.lit("  "))
        .otherwise(address)
    ).to_series()  # fmt: skip


def _extra(cast: Cast, kind: Index) -> pl.Series:
    """Return second (kind 1) and former addresses, which nobody else has."""
    number = pl.Series(cast.plan.places("contacts", cast.slots)).cast(pl.String)
    given = GIVEN.form("ascii", cast.identity.given)
    home = any_of(cast.draws, "contacts.extra_domain", cast.slots, PRIVATE_MAIL_DOMAINS)
    return only(joined(given, ".alt", number, "@", home), kind > 0)


def of_accounts(plan: Plan, slots: Index, keys: pl.Series, dropped: Mask) -> Mail:
    """Return the addresses of companies, the same for all copies of a company."""
    offset = slots - companies.identity(plan, slots)
    address = joined("mail@", companies.domains(plan, slots))
    address = only(address, plan.draws.chance("accounts.mail", slots - offset, 0.6))
    place = 2 * plan.contacts + plan.places("accounts", slots)
    return Mail("Accounts", keys, address, place, place, np.ones_like(dropped), dropped)


def of_leads(plan: Plan, slots: Index, keys: pl.Series, who: tuple[Identity, Mask]) -> Mail:
    """Return the addresses of leads, `who` being their names and which of them are soft-deleted."""
    names, dropped = who
    local = joined(GIVEN.form("ascii", names.given), ".", SURNAMES.form("ascii", names.surname), ".")
    home = any_of(plan.draws, "leads.mail_domain", slots, PRIVATE_MAIL_DOMAINS)
    address = joined(local, "lead", pl.Series(slots).cast(pl.String), "@", home)
    address = only(address, plan.draws.chance("leads.mail", slots, 0.8))
    number = 2 * plan.contacts + plan.rows["accounts"] + slots
    return Mail("Leads", keys, address, number, number, np.ones_like(dropped), dropped)
