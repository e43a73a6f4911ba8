"""Which column of a wizard's result file says what, and what its words mean.

Salesforce: Bulk API 2.0 (`sf__Id`, `sf__Created`, `sf__Error` beside the columns sent) and Data Loader (`ID`, `STATUS`,
`ERROR`). HubSpot: `Error code`, `Object type`, `Reason` before the columns sent. Zoho: the columns sent and a reason.
Fxiaoke: the template and a column 错误原因 or 失败原因. Other headers are settings.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm_migration.load.import_files.layout import Layout

_ID = ("sf__id", "salesforce id", "record id", "zoho id", "id", "_id", "数据id", "唯一性id")
_OUTCOME = ("sf__created", "created", "status", "success", "import status", "导入结果", "导入状态", "状态")
_REASON = (
    "sf__error", "error", "errors", "error code", "error message", "error description", "reason", "reason for skipping",
    "skipped reason", "failure reason", "错误原因", "失败原因", "错误信息", "导入失败原因", "未导入原因",
)  # fmt: skip
_MARKS = re.compile(r"[*＊]|[（(](?:必填|required)[）)]", re.IGNORECASE)
CREATED = frozenset({"item created", "created", "inserted", "added", "新建", "新增"})
UPDATED = frozenset({"item updated", "updated", "更新"})
LOADED = frozenset({"success", "successful", "ok", "imported", "成功", "导入成功"})
REFUSED = frozenset({"failed", "failure", "error", "skipped", "失败", "导入失败", "跳过"})


@dataclass(frozen=True)
class ResultColumns:
    """The columns of a result file by what they say; `sent` are those of the import file, by header here."""

    key: str
    target_id: str | None
    outcome: str | None
    reasons: list[str]
    sent: dict[str, str]

    @property
    def says_something(self) -> bool:
        """Say whether the file tells anything beyond what was sent."""
        return bool(self.target_id or self.outcome or self.reasons)


def result_columns(columns: list[str], layout: Layout) -> ResultColumns | None:
    """Return which column of a result file says what; None where none holds the external id.

    A column that was sent says nothing, whatever it is called.
    """
    by_name = {_plain(column): column for column in reversed(columns)}
    sent = {by_name[_plain(label)]: label for label in layout.labels if _plain(label) in by_name}
    key = next((column for column, label in sent.items() if label == layout.key_label), None)
    if key is None:
        return None
    others = {name: column for name, column in by_name.items() if column not in sent}
    own = layout.settings.results
    identities, outcomes = _found(others, own.id, _ID), _found(others, own.outcome, _OUTCOME)
    return ResultColumns(
        key=key,
        target_id=identities[0] if identities else None,
        outcome=outcomes[0] if outcomes else None,
        reasons=_found(others, own.reason, _REASON),
        sent=sent,
    )


def outcome_of(word: str, column: str) -> str | None:
    """Return created, updated, loaded or refused; None for a word that is not known."""
    plain = word.strip().lower()
    if plain in ("true", "false"):
        yes, no = ("created", "updated") if "created" in _plain(column) else ("loaded", "refused")
        return yes if plain == "true" else no
    known = {"created": CREATED, "updated": UPDATED, "loaded": LOADED, "refused": REFUSED}
    return next((outcome for outcome, words in known.items() if plain in words), None)


def _found(others: dict[str, str], own: list[str], known: Iterable[str]) -> list[str]:
    return [others[name] for name in (*map(_plain, own), *known) if name in others]


def _plain(header: str) -> str:
    return " ".join(_MARKS.sub("", header).split()).lower()
