"""What the CRM holds, and the verbs of its Open API on it. One thread at a time; the server sees to that."""

import json
import random
import time
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from tests.fxiaoke.checks import BAD_FIELD, BAD_RECORD, WRONG_PARAMETER, Checker, Refusal, only, typed
from tests.fxiaoke.schema import SETTABLE, SYSTEM, USERS, Field, Obj, objects
from tests.fxiaoke.searching import Query

Record = dict[str, Any]
STAMPS = frozenset({"last_modified_time", "last_modified_by"})
FLAGS = frozenset({"triggerApprovalFlow", "triggerWorkFlow"})
CREATE = FLAGS | {"hasSpecifyTime", "hasSpecifyCreatedBy", "includeDetailIds", "data"}
UPDATE = FLAGS | {"data"}
WRITTEN = frozenset({"object_data", "details", "optionInfo"})
OPTIONS = frozenset({"isDuplicateSearch", "useValidationRule", "skipFuncValidate"})


class Crm:
    """The records of one company, by object and id."""

    def __init__(self, zone: str = "Asia/Shanghai", seed: int = 1) -> None:
        self.objects: dict[str, Obj] = objects()
        self.records: dict[str, dict[str, Record]] = {}
        self._ids: dict[str, list[str]] = {}
        self._unique: dict[tuple[str, str], dict[Any, str]] = {}
        self._random = random.Random(seed)
        self._number = 0
        self.flows = 0
        self.total_by_default = False
        self.checker = Checker(ZoneInfo(zone), self.has_employee)
        for user, name in (("1000", "管理员"), ("1001", "蒋小川"), ("1002", "王芳")):
            self.add_employee(user, name)

    # What tests ask and do without the interface.

    def dump(self, stamps: bool = True) -> str:
        """Return all records as canonical JSON; without `stamps`, without what every change leaves its mark on."""
        left_out = frozenset() if stamps else STAMPS
        state = {
            name: {
                identity: {key: value for key, value in record.items() if key not in left_out}
                for identity, record in sorted(records.items())
            }
            for name, records in sorted(self.records.items())
            if records
        }
        return json.dumps(state, ensure_ascii=False, sort_keys=True)

    def live(self, name: str) -> list[Record]:
        """Return the records of an object outside the recycle bin, in the order of their ids."""
        return [one for _, one in sorted(self.records.get(name, {}).items()) if not one["is_deleted"]]

    def add_employee(self, user: str, name: str, email: str = "") -> None:
        data = {"name": name, "user_id": user, "email": email or f"{user}@example.com", "status": "0"}
        record = self._new(USERS, data | {"owner": [user]}, user)
        self._keep(USERS, record)

    def has_employee(self, user: str) -> bool:
        return user in self._unique.get((USERS, "user_id"), {})

    def edit(self, name: str, identity: str, /, user: str = "1001", **values: Any) -> None:
        """Change a record as a person does in the CRM's own pages."""
        self._changed(name, self.records[name][identity], values, user)

    def seed(self, name: str, data: Record, user: str = "1000") -> str:
        """Create a record as a person does; return its id."""
        record = self._new(name, {"owner": [user]} | data, user)
        self._keep(name, record)
        return str(record["_id"])

    def bin(self, name: str, identity: str, user: str = "1000") -> None:
        """Put a record into the recycle bin as a person does."""
        self.invalid({"data": {"dataObjectApiName": name, "object_data_id": identity}}, user)

    # The verbs.

    def create(self, body: Record, user: str) -> Record:
        only("create", body, CREATE)
        name, data = self._written(body)
        if typed("create", body, "triggerApprovalFlow", bool, True) or typed(
            "create", body, "triggerWorkFlow", bool, True
        ):
            self.flows += 1
        for flag, taken in (("hasSpecifyTime", "create_time"), ("hasSpecifyCreatedBy", "created_by")):
            if not typed("create", body, flag, bool, False):
                data.pop(taken, None)
        typed("create", body, "includeDetailIds", bool, False)
        record = self._new(name, data, user)
        self._keep(name, record)
        return {"dataId": record["_id"]}

    def update(self, body: Record, user: str) -> Record:
        only("update", body, UPDATE)
        name, data = self._written(body)
        if typed("update", body, "triggerApprovalFlow", bool, True) or typed(
            "update", body, "triggerWorkFlow", bool, True
        ):
            self.flows += 1
        record = self._live(name, typed("object_data", data, "_id", str))
        values = {key: value for key, value in data.items() if key != "_id"}
        for key in values:
            if key in SYSTEM:
                raise Refusal(BAD_FIELD, f"字段{key}不允许修改")
        self._changed(name, record, values, user)
        return {}

    def get(self, body: Record, user: str) -> Record:
        only("get", body, {"data", "includeNull"})
        data = typed("get", body, "data", dict)
        only("data", data, {"dataObjectApiName", "objectDataId"})
        record = self._record(self._name(data), typed("data", data, "objectDataId", str))
        return {"data": {key: value for key, value in record.items() if value is not None}}

    def query(self, body: Record, user: str) -> Record:
        only("query", body, {"data", "includeNull"})
        data = typed("query", body, "data", dict)
        only("data", data, {"dataObjectApiName", "find_explicit_total_num", "search_query_info"})
        name = self._name(data)
        wants_total = typed("data", data, "find_explicit_total_num", bool, self.total_by_default)
        query = Query(self.objects[name], typed("data", data, "search_query_info", dict))
        ids, records = self._candidates(name, query), self.records.get(name, {})
        total = query.total(ids, records) if wants_total else 0
        page = query.page(ids, records)
        return {"data": {"dataList": page, "total": total, "limit": query.limit, "offset": query.offset}}

    def _candidates(self, name: str, query: Query) -> list[str]:
        """Return the ids to look at, in their order: by the index of a unique field, where the query has one."""
        for one in query.filters:
            taken = self._unique.get((name, one.name))
            if taken is not None and one.operator in ("EQ", "IN") and not query.of_the_bin():
                return sorted(taken[value] for value in set(one.values) if value in taken)
        return self._ids.get(name, [])

    def invalid(self, body: Record, user: str) -> Record:
        data = typed("invalid", body, "data", dict)
        only("data", data, {"dataObjectApiName", "object_data_id"})
        name = self._name(data)
        record = self._live(name, typed("data", data, "object_data_id", str))
        for key, value in self._uniques(name, record):
            self._unique[name, key].pop(value)
        self._stamped(record | {"life_status": "invalid", "is_deleted": True}, name, user)
        return {}

    def delete(self, body: Record, user: str) -> Record:
        name, found = self._listed("delete", body)
        for record in found:
            del self.records[name][record["_id"]]
            ids = self._ids[name]
            del ids[bisect_left(ids, record["_id"])]
        return {}

    def recover(self, body: Record, user: str) -> Record:
        name, found = self._listed("recover", body)
        for record in found:
            self._check_unique(name, record, record)
        for record in found:
            for key, value in self._uniques(name, record):
                self._unique[name, key][value] = record["_id"]
            self._stamped(record | {"life_status": "normal", "is_deleted": False}, name, user)
        return {}

    def change_owner(self, body: Record, user: str) -> Record:
        data = typed("changeOwner", body, "data", dict)
        only("data", data, {"dataObjectApiName", "Data"})
        name = self._name(data)
        changes = []
        for one in typed("data", data, "Data", list):
            only("Data", one, {"objectDataId", "ownerId"})
            record = self._live(name, typed("Data", one, "objectDataId", str))
            changes.append((record, self.checker.kept("owner", SYSTEM["owner"], one.get("ownerId"))))
        for record, owner in changes:
            self._stamped(record | {"owner": owner}, name, user)
        return {}

    def object_list(self, body: Record, user: str) -> Record:
        only("list", body, {"includeNull"})
        listed = [
            {
                "describeApiName": name,
                "describeDisplayName": obj.label,
                "defineType": "custom" if name.endswith("__c") else "package",
                "isActive": True,
            }
            for name, obj in self.objects.items()
        ]
        return {"data": {"objects": listed}}

    def describe(self, body: Record, user: str) -> Record:
        only("describe", body, {"data", "includeDetail", "includeNull"})
        data = typed("describe", body, "data", dict)
        only("data", data, {"apiName", "includeDetail"})
        if not isinstance(data.get("includeDetail", body.get("includeDetail")), bool):
            raise Refusal(WRONG_PARAMETER, "includeDetail")
        name = typed("data", data, "apiName", str)
        if name not in self.objects:
            raise Refusal(BAD_RECORD, f"对象{name}不存在")
        fields = {key: field.described(key) for key, field in self.objects[name].fields.items()}
        return {"data": {"describe": {"api_name": name, "fields": fields}}}

    # What the verbs share.

    def _name(self, data: Record) -> str:
        name = typed("data", data, "dataObjectApiName", str)
        if name not in self.objects:
            raise Refusal(BAD_RECORD, f"对象{name}不存在")
        return name

    def _written(self, body: Record) -> tuple[str, Record]:
        data = typed("body", body, "data", dict)
        only("data", data, WRITTEN)
        if typed("data", data, "details", dict, {}):
            raise Refusal(WRONG_PARAMETER, "details: this server keeps none")
        options = typed("data", data, "optionInfo", dict, {})
        only("optionInfo", options, OPTIONS)
        for option in options:
            typed("optionInfo", options, option, bool)
        values = dict(typed("data", data, "object_data", dict))
        name = self._name(values)
        del values["dataObjectApiName"]
        return name, values

    def _listed(self, verb: str, body: Record) -> tuple[str, list[Record]]:
        """Return the records of a list, all of which must be in the recycle bin."""
        only(verb, body, {"data"})
        data = typed(verb, body, "data", dict)
        only("data", data, {"dataObjectApiName", "idList"})
        name = self._name(data)
        found = [self._record(name, identity) for identity in typed("data", data, "idList", list)]
        if not found or not all(record["is_deleted"] for record in found):
            raise Refusal(BAD_RECORD, "数据未作废")
        return name, found

    def _record(self, name: str, identity: str) -> Record:
        record = self.records.get(name, {}).get(identity)
        if record is None:
            raise Refusal(BAD_RECORD, "数据不存在或已删除")
        return record

    def _live(self, name: str, identity: str) -> Record:
        record = self._record(name, identity)
        if record["is_deleted"]:
            raise Refusal(BAD_RECORD, "数据已作废")
        return record

    def _new(self, name: str, data: Record, user: str) -> Record:
        obj, now = self.objects[name], int(time.time() * 1000)
        for key in data:
            if key in SYSTEM and key not in SETTABLE:
                raise Refusal(BAD_FIELD, f"字段{key}不允许填写")
        record: Record = {
            "_id": self._next_id(),
            "create_time": now,
            "created_by": [user],
            "last_modified_time": now,
            "last_modified_by": [user],
            "life_status": "normal",
            "is_deleted": False,
            "record_type": "default__c",
            **(self._values(name, data) if name != USERS else data),
        }
        if record["record_type"] not in obj.record_types:
            raise Refusal(BAD_RECORD, f"业务类型{record['record_type']}不存在")
        for key, field in obj.fields.items():
            if field.type == "auto_number":
                record[key] = f"N{self._number:08d}"
        self._check_required(obj, record)
        self._check_unique(name, record, record)
        return record

    def _values(self, name: str, data: Record) -> Record:
        fields = self.objects[name].fields
        kept = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is None or field.type == "auto_number":
                raise Refusal(BAD_FIELD, f"字段{key}不存在或不允许填写")
            kept[key] = None if value is None else self.checker.kept(key, field, value)
            self._check_reference(key, field, kept[key])
        return kept

    def _check_reference(self, key: str, field: Field, value: Any) -> None:
        if field.type != "object_reference" or value is None:
            return
        target = self.records.get(str(field.target), {}).get(value)
        if target is None or target["is_deleted"]:
            raise Refusal(BAD_RECORD, f"字段{key}关联的数据{value}不存在")

    def _check_required(self, obj: Obj, record: Record) -> None:
        for key, field in obj.fields.items():
            if field.required and record.get(key) in (None, "", []):
                raise Refusal(BAD_RECORD, f"字段{key}必填")

    def _check_unique(self, name: str, record: Record, before: Record) -> None:
        for key, value in self._uniques(name, record):
            if self._unique.get((name, key), {}).get(value, before["_id"]) != before["_id"]:
                raise Refusal(BAD_RECORD, f"字段{key}的值{value}已存在")

    def _uniques(self, name: str, record: Record) -> Iterator[tuple[str, Any]]:
        for key, field in self.objects[name].fields.items():
            if field.unique and record.get(key) is not None:
                yield key, record[key]

    def _changed(self, name: str, record: Record, values: Record, user: str) -> None:
        changed = record | self._values(name, values)
        self._check_required(self.objects[name], changed)
        self._check_unique(name, changed, record)
        for key, value in list(self._uniques(name, record)):
            self._unique[name, key].pop(value)
        for key, value in self._uniques(name, changed):
            self._unique.setdefault((name, key), {})[value] = record["_id"]
        self._stamped(changed, name, user)

    def _stamped(self, record: Record, name: str, user: str) -> None:
        stamps = {"last_modified_time": int(time.time() * 1000), "last_modified_by": [user]}
        self.records[name][record["_id"]] = {
            key: value for key, value in (record | stamps).items() if value is not None
        }

    def _keep(self, name: str, record: Record) -> None:
        for key, value in self._uniques(name, record):
            self._unique.setdefault((name, key), {})[value] = record["_id"]
        kept = {key: value for key, value in record.items() if value is not None}
        self.records.setdefault(name, {})[record["_id"]] = kept
        self._ids.setdefault(name, []).append(record["_id"])

    def _next_id(self) -> str:
        self._number += self._random.randint(1, 97)
        return f"{0x68FA0000 + self._number:016x}{self._random.getrandbits(64):016x}"
