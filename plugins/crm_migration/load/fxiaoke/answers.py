"""From the bytes of an HTTP answer to what the load room is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crm_migration.errors import MigrationError, OperatorNeeded, QuotaExhausted, TargetUnavailable
from crm_migration.load.fxiaoke.codes import IN_DOUBT, Remedy, described, remedy_of
from crm_migration.load.fxiaoke.masking import named, trace
from crm_migration.load.record_api import RecordRefused

LARGEST = 32 * 1024 * 1024
DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Busy(TargetUnavailable):
    """The call may succeed when it is repeated; `in_doubt`: the server may have carried it out all the same."""

    def __init__(self, message: str, in_doubt: bool = False) -> None:
        """Keep the doubt."""
        self.in_doubt = in_doubt
        super().__init__(message)


class Lost(Exception):
    """A call was sent and no answer came that can be read; the text says what came instead."""


class Refused(RecordRefused):
    """The target refused a record, with its code."""

    def __init__(self, code: int, reason: str) -> None:
        """Keep the code apart."""
        self.code = code
        super().__init__(reason)


@dataclass(frozen=True)
class Answer:
    """The envelope of an answer: its code and everything in it."""

    code: int
    content: Mapping[str, Any]

    @property
    def remedy(self) -> Remedy:
        """Return what to do about it."""
        return remedy_of(self.code)

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the envelope's `data`, empty where there is none."""
        data = self.content.get("data")
        return data if isinstance(data, Mapping) else {}


def answer_of(status: int, body: bytes) -> Answer:
    """Return the envelope in an HTTP answer.

    Raises:
        Lost: the answer is none of this interface: another status, no JSON, JSON that breaks off, no code.
    """
    if status != 200:  # noqa: PLR2004 - the interface answers nothing else, so that a gateway has answered
        raise Lost(f"an answer with HTTP status {status} instead of 200")
    try:
        content = DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, RecursionError):
        raise Lost("an answer that is not JSON, or breaks off") from None
    code = content.get("errorCode") if isinstance(content, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise Lost("an answer without an errorCode")
    return Answer(code, content)


@dataclass(frozen=True)
class Asked:
    """What an answer belongs to: how messages call it, whether it writes, whether a refusal concerns one record.

    `fields` are the API names of what was sent, the only words of the other side's texts that messages repeat.
    """

    place: str
    writes: bool = False
    of_a_record: bool = False
    fields: tuple[str, ...] = ()


def accepted(answer: Answer, asked: Asked, zone: ZoneInfo) -> Answer:
    """Return an answer whose code is 0.

    Raises:
        Busy: the call may be repeated.
        QuotaExhausted: the next day in `zone` brings new calls.
        OperatorNeeded: a person must act.
        Refused: the record that the call is about is at fault.
    """
    if answer.remedy is Remedy.NONE:
        return answer
    raise _fault(answer, asked, zone)


def _fault(answer: Answer, asked: Asked, zone: ZoneInfo) -> MigrationError:
    what = f"{asked.place}: the target answered {described(answer.code)}"
    seen = trace(answer.content.get("traceId"))
    traced = f" [trace {seen}]" if seen else ""
    fields = named(answer.content.get("errorMessage"), asked.fields)
    about = f", about field {', '.join(fields)}" if fields else ""
    match answer.remedy:
        case Remedy.RETRY:
            return Busy(f"{what}; the task will try again", answer.code in IN_DOUBT)
        case Remedy.MIDNIGHT:
            until = next_midnight(datetime.now(zone))
            return QuotaExhausted(f"{what}; it takes calls again from {until:%Y-%m-%d %H:%M %Z}", until)
        case Remedy.NEW_TOKEN:
            return OperatorNeeded(f"{what}, for a token that it had just granted; check the app and its user{traced}")
        case Remedy.ROW | Remedy.UNKNOWN if asked.of_a_record:
            return Refused(answer.code, f"refused with {described(answer.code)}{about}{traced}")
        case _:
            return OperatorNeeded(
                f"{what}{about}; look the code up in the vendor's list of return codes, correct "
                f"the app, its permissions or the mapping, and repeat the task{traced}"
            )


def next_midnight(now: datetime) -> datetime:
    """Return the beginning of the next day in the zone of `now`."""
    return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
