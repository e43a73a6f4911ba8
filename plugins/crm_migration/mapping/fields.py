"""The fields of a mapping: one class per kind of value, with what that kind may be told."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crm_migration.mapping.boolean_words import FALSE_WORDS, TRUE_WORDS

OnInvalid = Literal["reject", "null", "keep", "fail"]
OnMissingParent = Literal["reject", "null", "wait"]
FUNCTION = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"


class Strict(BaseModel):
    """Frozen, strict, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class FieldBase(Strict):
    """What every kind of field shares."""

    source: str | list[str] = Field(alias="from", description="Source column, or several that are joined.")
    required: bool = Field(False, description="A row without a value here is rejected.")
    default: str | None = Field(None, description="Value where the source has none; read like a source value.")
    on_invalid: OnInvalid = Field("reject", description="What to do with a value that cannot be read.")
    function: str | None = Field(
        None,
        pattern=FUNCTION,
        description="Python function, `package.module:name`, from a pandas Series of the source's text to another one; "
        "what it returns is read like a source value.",
    )

    @property
    def columns(self) -> list[str]:
        """Return the source columns this field reads."""
        return [self.source] if isinstance(self.source, str) else list(self.source)


class TextBase(FieldBase):
    """Text-like fields: a length that the target can hold."""

    max_length: int | None = Field(None, gt=0, description="Longer values are invalid.")
    on_too_long: Literal["invalid", "truncate"] = "invalid"


class Text(TextBase):
    """Free text: NFC, HTML entities decoded or HTML turned into text, control characters removed, blanks trimmed."""

    kind: Literal["text"]
    separator: str = " "
    multiline: bool = Field(False, description="Keep line breaks; otherwise white space collapses to one blank.")
    html: Literal["entities", "keep", "text", "escaped_text"] = "entities"
    case: Literal["keep", "upper", "lower"] = "keep"


Case = Literal["whole", "words", "keep"]
CASE = """\
What is re-cased: a name that is all in capitals or all in small letters but for titles and legal forms, each word
that is, or nothing."""


class Name(TextBase):
    """A name as text, re-cased where it is all in capitals or small letters; of a person's, one part by choice.

    Chinese names are parted by a list of surnames, compound ones included; names with kana or Hangul are left alone.
    A name that cannot be parted is taken for a family name and flagged as `unsplit`.
    """

    kind: Literal["name"]
    separator: str = " "
    case: Case = Field("whole", description=CASE)
    part: Literal["whole", "bare", "title", "given", "family", "suffix"] = Field(
        "whole", description="Part of a person's whole name to take; `bare` is the name without title and suffix."
    )
    order: Literal["given_first", "family_first"] = Field(
        "given_first", description="Order of names that no comma parts; Chinese ones begin with the family name."
    )
    comma: Literal["keep", "family_first"] = Field(
        "keep", description="What a comma in a whole name means: nothing, or `Family, Given`, written `Given Family`."
    )


class Company(TextBase):
    """A company's name, re-cased like a person's; its legal form kept apart by choice.

    Knows the legal forms of more than 30 countries, Chinese and Japanese ones among them.
    """

    kind: Literal["company"]
    separator: str = Field(" ", description="What is put between several source columns.")
    case: Case = Field("whole", description=CASE)
    part: Literal["whole", "base", "legal_form"] = Field(
        "whole", description="`base` is the name without its legal form; a name that is nothing else stays."
    )


class Email(TextBase):
    """An e-mail address: trimmed, `mailto:` removed, domain lower-cased, syntax checked.

    Flagged, and never changed: mailboxes of a role (info@), throw-away domains, domains that are probably misspelt
    (gmial.com), domains that mix alphabets.
    """

    kind: Literal["email"]
    idn: Literal["keep", "ascii", "unicode"] = Field(
        "keep",
        description="Form of international domains: as given, `xn--bcher-kva.example` or `bücher.example`.",
    )


class Phone(TextBase):
    """A telephone number in E.164, with `;ext=` where the source gives an extension."""

    kind: Literal["phone"]
    country_from: str | None = Field(None, description="Source column that holds the row's country.")


PIVOT = "Last two-digit year (`%y`) of the years 20..; those above are years 19.. ."


class Date(FieldBase):
    """A calendar date in one of the declared formats; day and month are never guessed."""

    kind: Literal["date"]
    formats: list[str] = Field(default_factory=lambda: ["%Y-%m-%d"], min_length=1)
    pivot: int = Field(68, ge=0, le=99, description=PIVOT)
    zero_dates: OnInvalid = "null"


class DateTime(FieldBase):
    """A moment, stored in UTC."""

    kind: Literal["datetime"]
    formats: list[str] = Field(default_factory=lambda: ["iso"], min_length=1)
    pivot: int = Field(68, ge=0, le=99, description=PIVOT)
    timezone: str | None = Field(None, description="Zone of values that carry none; default: the source's.")
    repeated_times: Literal["first", "second", "invalid"] = Field(
        "first", description="Local times that happen twice when the clocks go back: which one is meant."
    )
    skipped_times: Literal["shift", "invalid"] = Field(
        "shift", description="Local times that the clocks skip when they go forward: `shift` reads 02:30 as 03:30."
    )
    zero_dates: OnInvalid = "null"


class Integer(FieldBase):
    """A whole number."""

    kind: Literal["integer"]
    minimum: int | None = None
    maximum: int | None = None
    thousands: str = ""


class Number(FieldBase):
    """An exact decimal number."""

    precision: int = Field(14, ge=1, le=38)
    scale: int = Field(2, ge=0, le=20)
    decimal_mark: Literal[".", ","] = "."
    thousands: str = ""
    rounding: Literal["refuse", "half_even"] = "refuse"


class DecimalNumber(Number):
    """An exact decimal number."""

    kind: Literal["decimal"]


class Money(Number):
    """An amount; currency signs, codes and names around it are removed. 1.5万 and 2亿 are read too.

    A sign that no `currency` answers for is flagged as `currency_sign`: the number does not keep it.
    """

    kind: Literal["money"]
    currency: str | None = Field(
        None, pattern=r"^[A-Z]{3}$", description="ISO 4217 code of the amounts; a sign of another one is invalid."
    )


class Currency(TextBase):
    """A currency as ISO 4217, from a code, a sign or a name, alone or beside an amount.

    What several currencies share, such as ¥, $ or kr, means the one of the row's country, and is invalid where that
    has none of them.
    """

    kind: Literal["currency"]
    country_from: str | None = Field(None, description="Source column that holds the row's country.")
    values: dict[str, Annotated[str, Field(pattern=r"^[A-Z]{3}$")]] = Field(
        default_factory=dict, description="Spellings beyond the built-in ones, such as `$` where it means one currency."
    )


class Boolean(FieldBase):
    """True or false."""

    kind: Literal["boolean"]
    true: list[str] = Field(default_factory=lambda: list(TRUE_WORDS))
    false: list[str] = Field(default_factory=lambda: list(FALSE_WORDS))


class Choice(TextBase):
    """A code that the value map translates; a value without an entry is invalid."""

    kind: Literal["choice"]
    values: dict[str, str] = Field(min_length=1)
    ignore_case: bool = True


class Country(TextBase):
    """A country, as ISO 3166-1 alpha-2."""

    kind: Literal["country"]
    values: dict[str, str] = Field(default_factory=dict, description="Spellings beyond the built-in ones.")


class Language(TextBase):
    """A language, as BCP 47."""

    kind: Literal["language"]
    values: dict[str, str] = Field(default_factory=dict)


class Url(TextBase):
    """A web address with its scheme; the host lower-cased."""

    kind: Literal["url"]


class Address(TextBase):
    """One part of a postal address; a postal code in the form of its country, or flagged where it has none such."""

    kind: Literal["address"]
    part: Literal["street", "city", "state", "postal_code"]
    country_from: str | None = None


class Reference(FieldBase):
    """The key of another entity's row; resolved through the crosswalk when the record is loaded."""

    kind: Literal["reference"]
    to: str | None = Field(None, description="Entity that the key belongs to.")
    type_from: str | None = Field(None, description="Source column that names the parent's type.")
    types: dict[str, str] = Field(
        default_factory=dict,
        description="Type value to entity; a type without entry means no reference here.",
    )
    on_missing_parent: OnMissingParent = "reject"
    null_together: list[str] = Field(
        default_factory=list, description="Fields emptied with this one when the parent is missing."
    )

    @model_validator(mode="after")
    def _one_target(self) -> "Reference":
        if (self.to is None) == (self.type_from is None) or (self.type_from is not None and not self.types):
            raise ValueError("expected either 'to', or 'type_from' with 'types'")
        return self

    @property
    def entities(self) -> list[str]:
        """Return the entities this field may refer to."""
        return [self.to] if self.to else sorted(set(self.types.values()))


MOST_BYTES = 25 * 1024 * 1024


class File(FieldBase):
    """The content of a file, for a column of bytes: from a file that a path leads to, or from a column of bytes.

    A file is staged once by its SHA-256; texts of the line name it as `sha256:<hash>:<bytes>`. One that is missing, too
    large, unreadable or outside of its folder is invalid.
    """

    kind: Literal["file"]
    of: Literal["path", "bytes"] = Field(
        description="`path`: the column holds paths of files below a folder; `bytes`: it holds the content, of a "
        "database only."
    )
    connection: str | None = Field(
        None,
        description="Of paths: connection id of the folder, or the folder itself as an absolute path or a URL; "
        "default: that of a source of files.",
    )
    separator: str = Field("/", description="What is put between several source columns that make a path.")
    max_bytes: int = Field(MOST_BYTES, ge=1, le=32 * 1024 * 1024, description="A larger file is invalid.")
    on_invalid: Literal["reject", "null", "fail"] = Field(
        "reject", description="What to do with a row whose file is invalid."
    )


class Owner(FieldBase):
    """A user of the target, found by a natural key such as the e-mail address or user name."""

    kind: Literal["owner"]
    object: str = Field(description="Target table that holds the users.")
    by: str = Field(description="Its column that is compared, without regard to case.")
    id: str = Field("id", description="Its column whose value is stored.")


class Constant(Strict):
    """The same value in every record."""

    kind: Literal["constant"]
    value: str

    @property
    def columns(self) -> list[str]:
        """Return no columns: a constant reads none."""
        return []


FieldSpec = Annotated[
    Text
    | Name
    | Company
    | Email
    | Phone
    | Date
    | DateTime
    | Integer
    | DecimalNumber
    | Money
    | Currency
    | Boolean
    | Choice
    | Country
    | Language
    | Url
    | Address
    | Reference
    | File
    | Owner
    | Constant,
    Field(discriminator="kind"),
]
