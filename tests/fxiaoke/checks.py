"""Whether a JSON value is one of its field's type, and what the CRM keeps of it. Nothing is converted silently."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.fxiaoke.schema import Field

WRONG_PARAMETER = 10001
UNKNOWN_PATH = 10006
OFFSET_OUT_OF_RANGE = 10013
BAD_FIELD = 15002
BAD_RECORD = 32000
NO_EMPLOYEE = 30027
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMERAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?")
STRINGS = frozenset(
    {"text", "long_text", "html_rich_text", "phone_number", "email", "url", "record_type", "select_one"}
)
NUMBERS = frozenset({"number", "currency", "percentile"})


class Refusal(Exception):
    """An answer other than 0."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


def wrong(name: str, value: object) -> Refusal:
    return Refusal(BAD_FIELD, f"字段{name}的值{value!r}类型不正确")


class Checker:
    """The checks of one company; `numbers` is `text` or `number` where only one of the two forms is taken."""

    def __init__(self, zone: ZoneInfo, employee_exists: Callable[[str], bool]) -> None:
        self.zone = zone
        self.employee_exists = employee_exists
        self.numbers: str | None = None

    def kept(self, name: str, field: Field, value: Any) -> Any:
        """Return the value as it is kept, or refuse it."""
        if field.type in STRINGS:
            return self._string(name, field, value)
        if field.type in NUMBERS:
            return self._number(name, field, value)
        return self._other(name, field, value)

    def _other(self, name: str, field: Field, value: Any) -> Any:
        match field.type:
            case "date" | "date_time" | "time" if isinstance(value, int) and not isinstance(value, bool):
                return self._midnight(value) if field.type == "date" else value
            case "true_or_false" if isinstance(value, bool):
                return value
            case "object_reference" if isinstance(value, str):
                return value
            case "select_many" if _texts(value):
                return [self._option(name, field, one) for one in value]
            case "employee" | "employee_many" if _texts(value):
                return self._people(name, field, value)
        raise wrong(name, value)

    def _string(self, name: str, field: Field, value: Any) -> str:
        if not isinstance(value, str):
            raise wrong(name, value)
        if field.max_length is not None and len(value) > field.max_length:
            raise Refusal(BAD_FIELD, f"字段{name}的值{value!r}超过最大长度")
        return self._option(name, field, value) if field.type == "select_one" else value

    def _option(self, name: str, field: Field, value: str) -> str:
        if value not in dict(field.options):
            raise Refusal(BAD_RECORD, f"字段{name}的选项{value!r}不存在")
        return value

    def _number(self, name: str, field: Field, value: Any) -> str:
        as_text = isinstance(value, str)
        as_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        if (
            not (as_text or as_number)
            or (self.numbers == "text" and as_number)
            or (self.numbers == "number" and as_text)
        ):
            raise wrong(name, value)
        text = str(value)
        if not NUMERAL.fullmatch(text):
            raise wrong(name, value)
        if field.decimal_places is not None and len(text.partition(".")[2]) > field.decimal_places:
            raise Refusal(BAD_FIELD, f"字段{name}的值{value!r}小数位数过多")
        return text

    def _midnight(self, milliseconds: int) -> int:
        day = (EPOCH + timedelta(milliseconds=milliseconds)).astimezone(self.zone).date()
        return int((datetime.combine(day, time(), self.zone) - EPOCH) / timedelta(milliseconds=1))

    def _people(self, name: str, field: Field, value: list[str]) -> list[str]:
        if field.type == "employee" and len(value) != 1:
            raise wrong(name, value)
        for person in value:
            if not self.employee_exists(person):
                raise Refusal(NO_EMPLOYEE, f"员工{person}不存在")
        return list(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def only(where: str, found: dict[str, Any], known: frozenset[str] | set[str]) -> None:
    """Refuse parameters that the contract does not know."""
    unknown = sorted(set(found) - known)
    if unknown:
        raise Refusal(WRONG_PARAMETER, f"{where}: unknown parameter {', '.join(unknown)}")


def typed(where: str, found: dict[str, Any], name: str, kind: type, default: Any = None) -> Any:
    """Return a parameter of its type, or refuse it; one without a default must be there."""
    value = found.get(name, default)
    right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not right:
        raise Refusal(WRONG_PARAMETER, f"{where}: {name} must be {kind.__name__}")
    return value
