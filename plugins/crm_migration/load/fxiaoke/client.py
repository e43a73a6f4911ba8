"""One call of the Open API: paced, with a token, repeated where that is safe, its answer judged by its code alone."""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from crm_migration.load.fxiaoke.answers import LARGEST, Answer, Asked, Busy, Lost, Refused, accepted, answer_of
from crm_migration.load.fxiaoke.codes import Remedy
from crm_migration.load.fxiaoke.pace import Pace
from crm_migration.load.fxiaoke.settings import Settings, Tenant
from crm_migration.load.fxiaoke.tokens import Token, Tokens
from crm_migration.load.record_api import AnswerLost, RefusedInDoubt

HEADERS = {
    "content-type": "application/json",
    "accept": "application/json",
    # A packed answer could unfold to any size.
    "accept-encoding": "identity",
}
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True)
class Call:
    """One call: its interface (a path), its body, and what messages need to know of it."""

    interface: str
    body: Mapping[str, Any]
    asked: Asked


class FxiaokeClient:
    """The HTTP side of one company's Open API; all methods may be called from several threads."""

    def __init__(self, tenant: Tenant, settings: Settings | None = None) -> None:
        """Connect to nothing yet."""
        self.tenant, self.settings = tenant, settings or Settings()
        self.zone = ZoneInfo(tenant.zone)
        limits, patience = self.settings.limits, self.settings.patience
        self._pace = Pace(limits.calls, limits.seconds)
        self._grants = Pace(limits.grants, limits.grant_seconds)
        self._tokens = Tokens(tenant, self._ask_login)
        self._patience = patience
        self._http = httpx.Client(
            base_url=tenant.base_url,
            headers=HEADERS,
            timeout=httpx.Timeout(patience.answer, connect=patience.connect),
            limits=httpx.Limits(max_connections=2 * self.settings.threads + 2),
        )
        # One line a call, at the level that operators read.
        logging.getLogger("httpx").setLevel(logging.WARNING)

    def call(self, call: Call) -> Answer:
        """Return the accepted answer to a call.

        Raises:
            Refused: the record that the call is about was refused.
            AnswerLost: a writing call was sent, and whether it was carried out is not known.
            TargetUnavailable: the bounded repetitions are used up, and nothing was written.
            QuotaExhausted, OperatorNeeded: see `answers.accepted`.
        """
        return self._patiently(call, with_token=True)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask_login(self, interface: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._patiently(Call(interface, body, Asked("login")), with_token=False).content

    def _patiently(self, call: Call, with_token: bool) -> Answer:
        patience = self._patience
        retrying = Retrying(
            stop=stop_after_attempt(patience.attempts),
            wait=wait_exponential(patience.first_wait, patience.longest_wait) + wait_random(0, patience.first_wait),
            retry=retry_if_exception_type(Busy),
            reraise=True,
        )
        attempts = _Attempts(self._authorised if with_token else self._plain)
        try:
            return retrying(attempts, call)
        except Busy as busy:
            if attempts.in_doubt and call.asked.writes:
                raise AnswerLost(f"{busy}; look the record up before it is sent again") from None
            raise

    def _plain(self, call: Call) -> Answer:
        with self._grants.turn("grants"):
            return accepted(self._sent(call, None), call.asked, self.zone)

    def _authorised(self, call: Call) -> Answer:
        token = self._tokens.current()
        answer = self._sent(call, token)
        if answer.remedy is Remedy.NEW_TOKEN:
            answer = self._sent(call, self._tokens.current(refused=token))
        return accepted(answer, call.asked, self.zone)

    def _sent(self, call: Call, token: Token | None) -> Answer:
        """Return the answer to one sending, whatever its code."""
        asked = call.asked
        try:
            with self._pace.turn(call.interface):
                return answer_of(*self._exchanged(call, token))
        except NEVER_SENT as error:
            raise Busy(f"{asked.place}: the target cannot be reached ({type(error).__name__})") from None
        except Lost as lost:
            what = str(lost)
        except httpx.HTTPError as error:
            what = f"no answer ({type(error).__name__})"
        if asked.writes:
            raise AnswerLost(f"{asked.place}: sent, and {what} came back; look the record up before it is sent again")
        raise Busy(f"{asked.place}: {what} came back; the task will try again")

    def _exchanged(self, call: Call, token: Token | None) -> tuple[int, bytes]:
        """Return status and body of the answer, which must come whole in its time and within its size."""
        body = {**call.body, **token.fields} if token else call.body
        deadline = time.monotonic() + self._patience.answer
        request = self._http.stream(
            "POST",
            f"{call.interface}?thirdTraceId={uuid.uuid4()}",
            headers=dict(token.headers) if token else None,
            content=msgspec.json.encode(body),
        )
        with request as response:
            received, late = bytearray(), False
            for part in response.iter_raw():
                received += part
                if late or len(received) > LARGEST:
                    raise Lost("an answer that is too large or too slow")
                # What is late and whole is an answer all the same.
                late = time.monotonic() > deadline
            return response.status_code, bytes(received)


class _Attempts:
    """One attempt after the other, keeping in mind that an earlier one may have been carried out all the same.

    A repetition that is then refused, for its key is taken, say, tells nothing of the record.
    """

    def __init__(self, once: Callable[[Call], Answer]) -> None:
        self._once = once
        self.in_doubt = False

    def __call__(self, call: Call) -> Answer:
        try:
            return self._once(call)
        except Busy as busy:
            self.in_doubt |= busy.in_doubt
            raise
        except Refused as refused:
            if not (self.in_doubt and call.asked.writes):
                raise
            raise RefusedInDoubt(
                f"{call.asked.place}: an attempt failed at the target, and the next was refused; look the record up "
                "before it is sent again",
                refused.reason,
            ) from None
