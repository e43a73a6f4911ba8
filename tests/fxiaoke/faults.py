"""What goes wrong, when it is told to: by number of the call, by chance with a seed, by interface, by record."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

How = Literal["code", "cut", "hang", "truncated", "broken_off", "html", "gateway", "expired_token"]
FORMS: tuple[How, ...] = get_args(How)


@dataclass
class Fault:
    """One fault.

    `how`: an error code instead of the answer; the connection cut; no answer at all; half the JSON, as an answer of
    that length or as one that breaks off; a page of HTML with status 200, or with a gateway's 502; all tokens expire
    before the call, which is answered accordingly.
    `performed` says whether the call is carried out all the same.
    It strikes calls whose path ends with `interface`, whose record has the values of `where`: those numbered in
    `calls` (from 1, counted among the calls that it may strike), or each with a `probability`; at most `times`.
    """

    how: How
    performed: bool = False
    code: int = -1
    message: str = "系统繁忙"
    interface: str = ""
    where: dict[str, Any] = field(default_factory=dict)
    calls: tuple[int, ...] = ()
    probability: float = 0.0
    times: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if self.how not in FORMS:
            raise ValueError(f"unknown fault {self.how!r}")
        self.calls = tuple(self.calls)
        self._random = random.Random(self.seed)
        self._seen = 0
        self.struck = 0

    def strikes(self, path: str, body: dict[str, Any]) -> bool:
        if not path.endswith(self.interface) or not self._meant(body):
            return False
        self._seen += 1
        if self.times is not None and self.struck >= self.times:
            return False
        always = not self.calls and not self.probability
        hit = always or self._seen in self.calls or (self.probability > 0 and self._random.random() < self.probability)
        self.struck += hit
        return hit

    def _meant(self, body: dict[str, Any]) -> bool:
        data = body.get("data")
        record = data.get("object_data") if isinstance(data, dict) else None
        return not self.where or (
            isinstance(record, dict) and all(record.get(name) == value for name, value in self.where.items())
        )


class Faults:
    """All faults that are set, and how often each form has struck."""

    def __init__(self) -> None:
        self.set: list[Fault] = []
        self.struck: Counter[str] = Counter()

    def add(self, *faults: Fault) -> None:
        self.set += faults

    def clear(self) -> None:
        self.set = []

    def strike(self, path: str, body: dict[str, Any], young_token: bool = False) -> Fault | None:
        """Return the first fault that strikes a call; every fault sees every call, so that its numbers hold.

        A young token does not expire by chance: the client gives up, rightly, where the one just granted has expired.
        """
        hit = [fault for fault in self.set if fault.strikes(path, body)]
        if young_token:
            hit = [fault for fault in hit if not (fault.how == "expired_token" and fault.probability)]
        if hit:
            self.struck[hit[0].how] += 1
        return hit[0] if hit else None
