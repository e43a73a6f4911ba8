"""Objects, their fields and people are asked for, never assumed; a company's own objects too."""

import pytest

from crm_migration.errors import MappingFault
from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.mapping.fit import family, fit_faults
from crm_migration.mapping.model import Choice, Constant
from tests.fxiaoke.stand_in import StandIn
from tests.fxiaoke.test_api import account, read_all


def test_objects_of_a_company_are_listed(api: FxiaokeApi) -> None:
    assert {"AccountObj", "ContactObj", "vehicle__c"} <= set(api.objects())


def test_an_object_that_is_not_there_is_a_fault_of_the_mapping(api: FxiaokeApi) -> None:
    with pytest.raises(MappingFault, match="AcountObj"):
        api.describe("AcountObj")


def test_a_field_that_is_not_there_is_a_fault_of_the_mapping(api: FxiaokeApi) -> None:
    with pytest.raises(MappingFault, match="nmae"):
        list(api.read("AccountObj", ["nmae"]))


def test_a_description_is_asked_for_once(api: FxiaokeApi, stand_in: StandIn) -> None:
    for _ in range(3):
        api.describe("AccountObj")
    assert (stand_in.calls_of("describe"), stand_in.calls_of("list")) == (1, 1)


def test_a_description_says_what_a_field_takes(api: FxiaokeApi) -> None:
    table = api.describe("AccountObj")
    columns = table.columns
    assert table.primary_key == ("_id",)
    assert (columns["_id"].generated, columns["last_modified_time"].generated, columns["number__c"].generated) == (
        True,
        True,
        True,
    )
    assert (columns["name"].type, columns["name"].nullable, columns["name"].length) == ("text", False, 100)
    assert columns["legacy_key__c"].unique
    assert (columns["account_level"].type, columns["account_level"].options) == ("select_one", ("1", "2", "3"))
    assert (columns["owner"].nullable, columns["owner"].has_default) == (False, True)
    assert columns["owner"].foreign_key == ("PersonnelObj", "user_id")
    assert columns["parent_account_id"].foreign_key == ("AccountObj", "_id")
    assert (columns["revenue__c"].scale, family(columns["revenue__c"].type)) == (2, "decimal")
    assert not columns["create_time"].generated


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("text", "text"),
        ("long_text", "text"),
        ("phone_number", "text"),
        ("email", "text"),
        ("url", "text"),
        ("select_one", "text"),
        ("select_many", "text"),
        ("employee", "text"),
        ("object_reference", "text"),
        ("number", "decimal"),
        ("currency", "decimal"),
        ("percentile", "decimal"),
        ("date", "date"),
        ("date_time", "datetime"),
        ("true_or_false", "boolean"),
        ("file_attachment", "binary"),
    ],
)
def test_the_types_of_fields_are_judged_by_what_they_hold(kind: str, meant: str) -> None:
    assert family(kind) == meant


def test_values_of_the_mapping_are_checked_against_the_options(api: FxiaokeApi) -> None:
    column = api.describe("AccountObj").columns["account_level"]
    choice = Choice.model_validate({"kind": "choice", "from": "rating", "values": {"A": "1", "B": "重点客户", "": ""}})
    faults = list(fit_faults(("fields", "account_level"), choice, column))
    assert [fault.place for fault in faults] == [("fields", "account_level", "values", "B")]
    assert "1, 2 or 3" in faults[0].text or "'1'" in faults[0].text
    constant = Constant.model_validate({"kind": "constant", "value": "4"})
    assert len(list(fit_faults(("fields", "account_level"), constant, column))) == 1


def test_people_are_found_by_what_the_source_knows_of_them(api: FxiaokeApi, stand_in: StandIn) -> None:
    stand_in.crm.add_employee("1003", "李雷", "Li.Lei@Example.com")
    assert api.users("email", "user_id")["li.lei@example.com"] == "1003"
    assert len(api.users("user_id", "_id")) == 4


def test_objects_of_a_company_have_paths_of_their_own(api: FxiaokeApi, stand_in: StandIn) -> None:
    customer = account(api)
    first = {"name": "车", "legacy_key__c": "V1", "plate__c": "沪A12345", "customer__c": customer}
    identity = api.create("vehicle__c", first)
    api.update("vehicle__c", identity, {"plate__c": "沪A54321", "owner": "1001"})
    (found,) = read_all(api, "vehicle__c", "plate__c", "customer__c", "owner").to_dicts()
    assert (found["_id"], found["plate__c"], found["owner"]) == (identity, "沪A54321", "1001")
    assert api.find("vehicle__c", "legacy_key__c", ["V1"], ["name"]).height == 1
    api.remove("vehicle__c", identity)
    api.recover("vehicle__c", identity)
    api.remove("vehicle__c", identity)
    api.purge("vehicle__c", [identity])
    assert stand_in.crm.records["vehicle__c"] == {}
    custom = {path for path in stand_in.gate.counted if path.startswith("/cgi/crm/custom/v2/data/")}
    assert {path.rsplit("/", 1)[1] for path in custom} == {
        "create",
        "update",
        "changeOwner",
        "query",
        "invalid",
        "recover",
        "delete",
    }
