"""Objects of a company's CRM, as its administrators have set them up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

USERS = "PersonnelObj"
LIFE = ("normal", "under_review", "invalid")


@dataclass(frozen=True)
class Field:
    """One field: the contract's traits, and three that descriptions carry beside them (length, decimals, target)."""

    type: str
    required: bool = False
    unique: bool = False
    options: tuple[tuple[str, str], ...] = ()
    define_type: str = "custom"
    label: str = ""
    max_length: int | None = None
    decimal_places: int | None = None
    target: str | None = None

    def described(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "api_name": name,
            "type": self.type,
            "is_required": self.required,
            "is_unique": self.unique,
            "label": self.label or name,
            "define_type": self.define_type,
        }
        if self.options:
            found["options"] = [{"value": value, "label": label} for value, label in self.options]
        if self.type == "date_time":
            found["time_zone"] = "GMT+8"
        more = {
            "max_length": self.max_length,
            "decimal_places": self.decimal_places,
            "target_api_name": self.target,
        }
        return found | {key: value for key, value in more.items() if value is not None}


def system(type_: str, options: Iterable[str] = ()) -> Field:
    return Field(type_, define_type="system", options=tuple((one, one) for one in options))


SYSTEM = {
    "create_time": system("date_time"),
    "created_by": system("employee"),
    "last_modified_time": system("date_time"),
    "last_modified_by": system("employee"),
    "life_status": system("select_one", LIFE),
    "is_deleted": system("true_or_false"),
    "owner": Field("employee", required=True, define_type="package"),
    "record_type": Field("record_type", required=True, define_type="package"),
}
SETTABLE = frozenset({"create_time", "created_by", "owner", "record_type"})
"""Fields of SYSTEM that a new record may bring along."""


@dataclass(frozen=True)
class Obj:
    """One object: its own fields, and those of every object."""

    label: str
    own: dict[str, Field]
    record_types: frozenset[str] = frozenset({"default__c"})
    fields: dict[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {**SYSTEM, **self.own})


def text(**traits: Any) -> Field:
    return Field("text", **traits)


NAME = text(required=True, define_type="package", max_length=100)
KEY = text(unique=True, max_length=100)
LEVELS = (("1", "重点客户"), ("2", "普通客户"), ("3", "非重点客户"))
STAGES = (("open", "进行中"), ("won", "赢单"), ("lost", "输单"))
TAGS = (("a", "甲"), ("b", "乙"), ("c", "丙"))


def objects() -> dict[str, Obj]:
    """A company with the usual objects, one of its own, and a field of every type."""
    return {
        USERS: Obj(
            "人员",
            {
                "name": NAME,
                "user_id": text(unique=True, define_type="package"),
                "email": Field("email", define_type="package"),
                "phone": Field("phone_number", define_type="package"),
                "status": Field("select_one", options=(("0", "启用"), ("1", "停用")), define_type="package"),
            },
        ),
        "AccountObj": Obj(
            "客户",
            {
                "name": NAME,
                "legacy_key__c": KEY,
                "account_level": Field("select_one", options=LEVELS, define_type="package"),
                "tel": Field("phone_number", define_type="package"),
                "email": Field("email", define_type="package"),
                "url": Field("url", define_type="package"),
                "remark": Field("long_text", max_length=2000, define_type="package"),
                "revenue__c": Field("currency", decimal_places=2),
                "employees__c": Field("number", decimal_places=0),
                "share__c": Field("percentile", decimal_places=4),
                "founded__c": Field("date"),
                "seen__c": Field("date_time"),
                "active__c": Field("true_or_false"),
                "tags__c": Field("select_many", options=TAGS),
                "helpers__c": Field("employee_many"),
                "parent_account_id": Field("object_reference", target="AccountObj", define_type="package"),
                "main_contact__c": Field("object_reference", target="ContactObj"),
                "number__c": Field("auto_number"),
            },
        ),
        "ContactObj": Obj(
            "联系人",
            {
                "name": NAME,
                "legacy_key__c": KEY,
                "email": Field("email", define_type="package"),
                "mobile1": Field("phone_number", define_type="package"),
                "account_id": Field("object_reference", target="AccountObj", required=True, define_type="package"),
                "reports_to__c": Field("object_reference", target="ContactObj"),
            },
        ),
        "NewOpportunityObj": Obj(
            "商机2.0",
            {
                "name": NAME,
                "legacy_key__c": KEY,
                "amount": Field("currency", decimal_places=2, define_type="package"),
                "close_date": Field("date", define_type="package"),
                "sales_stage": Field("select_one", options=STAGES, required=True, define_type="package"),
                "account_id": Field("object_reference", target="AccountObj", define_type="package"),
            },
        ),
        "ActiveRecordObj": Obj(
            "销售记录",
            {
                "active_record_content": Field("long_text", required=True, define_type="package"),
                "legacy_key__c": KEY,
                "account_id": Field("object_reference", target="AccountObj", define_type="package"),
            },
        ),
        "vehicle__c": Obj(
            "车辆",
            {
                "name": NAME,
                "legacy_key__c": KEY,
                "plate__c": text(unique=True, max_length=20),
                "customer__c": Field("object_reference", target="AccountObj"),
            },
        ),
    }
