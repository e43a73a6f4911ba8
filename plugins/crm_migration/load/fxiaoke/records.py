"""The verbs of the Open API on records: create, update, get, query, invalid, delete, recover; and its metadata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crm_migration.errors import TargetUnavailable
from crm_migration.load.fxiaoke.answers import Answer, Asked
from crm_migration.load.fxiaoke.client import Call, FxiaokeClient
from crm_migration.load.record_api import AnswerLost

PAGE = 100
"""The most records that one query returns."""
ID = "_id"
Json = Mapping[str, Any]
Filter = dict[str, Any]


def is_custom(target_object: str) -> bool:
    """Say whether a company made the object itself."""
    return target_object.endswith("__c")


def where(field: str, operator: str, values: Sequence[str]) -> Filter:
    """Return a condition of a query; all conditions of a query must hold."""
    return {"field_name": field, "operator": operator, "field_values": list(values)}


def among(field: str, values: Sequence[str]) -> Filter:
    """Return the condition that a field has one of some values."""
    return where(field, "EQ" if len(values) == 1 else "IN", values)


class FxiaokeRecords:
    """Records as the Open API takes and gives them; for what each method raises see `FxiaokeClient.call`."""

    def __init__(self, client: FxiaokeClient) -> None:
        """Use a client."""
        self._client = client

    def create(self, target_object: str, values: Json, fields: Iterable[str] = ()) -> str:
        """Create a record and return its id; `fields` are names that a refusal may tell, beside those of `values`."""
        settings = self._client.settings
        body = {
            **self._flows(),
            "hasSpecifyTime": "create_time" in values,
            "hasSpecifyCreatedBy": "created_by" in values,
            "includeDetailIds": False,
            "data": {
                "object_data": {"dataObjectApiName": target_object, "record_type": settings.record_type, **values},
                "details": {},
                "optionInfo": self._options(),
            },
        }
        answer = self._written(target_object, "create", body, (*values, *fields))
        identity = answer.content.get("dataId")
        if not isinstance(identity, str) or not identity:
            raise AnswerLost(f"{target_object}: created, and the answer names no dataId; look the record up")
        return identity

    def update(self, target_object: str, identity: str, values: Json, fields: Iterable[str] = ()) -> None:
        """Change fields of a record, all but its owner; `fields` as in `create`."""
        data = {"dataObjectApiName": target_object, ID: identity, **values}
        body = {**self._flows(), "data": {"object_data": data, "details": {}, "optionInfo": self._options()}}
        self._written(target_object, "update", body, (*values, *fields))

    def change_owner(self, target_object: str, identity: str, owner: Sequence[str]) -> None:
        """Give a record to another user."""
        changed = [{"objectDataId": identity, "ownerId": list(owner)}]
        body = {"data": {"dataObjectApiName": target_object, "Data": changed}}
        self._written(target_object, "changeOwner", body, ("owner",))

    def invalidate(self, target_object: str, identity: str) -> None:
        """Put a record into the recycle bin."""
        body = {"data": {"dataObjectApiName": target_object, "object_data_id": identity}}
        self._written(target_object, "invalid", body)

    def delete(self, target_object: str, identities: Sequence[str]) -> None:
        """Delete records from the recycle bin for ever."""
        self._written(target_object, "delete", _listed(target_object, identities))

    def recover(self, target_object: str, identities: Sequence[str]) -> None:
        """Bring records back from the recycle bin."""
        self._written(target_object, "recover", _listed(target_object, identities))

    def get(self, target_object: str, identity: str) -> Json:
        """Return one record, of the recycle bin too; fields without a value may be missing.

        Raises:
            Refused: there is no such record.
        """
        body = {"data": {"dataObjectApiName": target_object, "objectDataId": identity}}
        asked = Asked(f"{target_object}: get", of_a_record=True)
        return self._asked(_interface(target_object, "get"), body, asked).data

    def count(self, target_object: str) -> int:
        """Return the number of records outside the recycle bin.

        Raises:
            TargetUnavailable: the answer holds no number.
        """
        search = {"limit": 1, "offset": 0, "filters": [], "orders": []}
        total = self._queried(target_object, search, explicit_total=True).data.get("total")
        if not isinstance(total, int):
            raise TargetUnavailable(f"{target_object}: expected a total in the answer to a query, found none")
        return total

    def pages(self, target_object: str, fields: Sequence[str], filters: Sequence[Filter] = ()) -> Iterator[list[Json]]:
        """Yield the records that fulfil all filters, in the order of their ids, at most a hundred at a time.

        An offset ends at 10,000; the id of the last record read does not.

        Raises:
            TargetUnavailable: a page is none, or does not go on where the last one ended.
        """
        last = ""
        while True:
            after = [where(ID, "GT", [last])] if last else []
            search = {
                "limit": PAGE,
                "offset": 0,
                "filters": [*filters, *after],
                "orders": [{"fieldName": ID, "isAsc": True}],
                "fieldProjection": list(dict.fromkeys([ID, *fields])),
            }
            page = _page(target_object, self._queried(target_object, search), last)
            if page:
                yield page
                last = page[-1][ID]
            if len(page) < PAGE:
                return

    def objects(self) -> list[str]:
        """Return the API names of the company's active objects."""
        answer = self._asked("/cgi/crm/v2/object/list", {}, Asked("object list"))
        found = answer.data.get("objects")
        listed = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
        names = (one.get("describeApiName") for one in listed if one.get("isActive", True))
        return sorted({name for name in names if isinstance(name, str)})

    def describe(self, target_object: str) -> Json:
        """Return the description of an object's fields, by their API names.

        Raises:
            TargetUnavailable: the answer describes no fields.
        """
        body = {"data": {"apiName": target_object, "includeDetail": False}}
        asked = Asked(f"{target_object}: describe")
        described = self._asked("/cgi/crm/v2/object/describe", body, asked).data.get("describe")
        fields = described.get("fields") if isinstance(described, Mapping) else None
        if not isinstance(fields, Mapping):
            raise TargetUnavailable(f"{target_object}: expected its fields in the answer to describe, found none")
        return fields

    def _flows(self) -> dict[str, bool]:
        settings = self._client.settings
        return {"triggerApprovalFlow": settings.approvals, "triggerWorkFlow": settings.workflows}

    def _options(self) -> dict[str, bool]:
        settings = self._client.settings
        return {
            "isDuplicateSearch": settings.duplicate_search,
            "useValidationRule": settings.validation_rules,
            "skipFuncValidate": settings.skip_functions,
        }

    def _written(self, target_object: str, verb: str, body: Json, fields: tuple[str, ...] = ()) -> Answer:
        asked = Asked(f"{target_object}: {verb}", writes=True, of_a_record=True, fields=fields)
        return self._asked(_interface(target_object, verb), body, asked)

    def _queried(self, target_object: str, search: Json, explicit_total: bool = False) -> Answer:
        data = {
            "dataObjectApiName": target_object,
            "find_explicit_total_num": explicit_total,
            "search_query_info": search,
        }
        return self._asked(_interface(target_object, "query"), {"data": data}, Asked(f"{target_object}: query"))

    def _asked(self, interface: str, body: Json, asked: Asked) -> Answer:
        return self._client.call(Call(interface, body, asked))


def _interface(target_object: str, verb: str) -> str:
    return f"/cgi/crm/{'custom/' if is_custom(target_object) else ''}v2/data/{verb}"


def _listed(target_object: str, identities: Sequence[str]) -> Json:
    return {"data": {"dataObjectApiName": target_object, "idList": list(identities)}}


def _page(target_object: str, answer: Answer, last: str) -> list[Json]:
    page = answer.data.get("dataList")
    if not isinstance(page, list) or not all(isinstance(one, Mapping) for one in page):
        raise TargetUnavailable(f"{target_object}: expected a dataList of records in the answer to a query, found none")
    before = last
    for record in page:
        identity = record.get(ID)
        if not isinstance(identity, str) or identity <= before:
            # A page that does not advance would be asked for without end.
            raise TargetUnavailable(f"{target_object}: expected records in the order of their {ID}, found another")
        before = identity
    return page
