"""A CRM behind calls is judged by its replica, which a review brings up to date first."""

from pathlib import Path

from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.mapping.model import Mapping
from crm_migration.report.target_review import review_target
from crm_migration.validate.target_review.findings import Duplicates
from tests.load.record_crm import MemoryCrm

MAPPING = {
    "version": "1",
    "source": {"name": "legacy", "connection": "legacy"},
    "target": {"name": "crm", "kind": "fxiaoke", "connection": "crm", "ledger": "ledger"},
    "entities": {
        "contact": {
            "table": "people",
            "key": "id",
            "target": {"object": "ContactObj", "id": "_id", "external_id": "legacy_key__c"},
            "fields": {
                "legacy_key__c": {"from": "id", "kind": "text", "required": True, "max_length": 60},
                "last_name": {"from": "name", "kind": "text", "required": True, "max_length": 60},
                "email": {"from": "mail", "kind": "email"},
            },
            "match": {"keys": [{"name": "mail", "fields": ["email"]}]},
        }
    },
}


def test_what_people_have_entered_in_the_crm_is_reviewed(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    crm = MemoryCrm()
    target = ReplicaTarget(f"sqlite:///{tmp_path / 'ledger.sqlite'}", Mapping.model_validate(MAPPING), crm)
    for name, email in (("Lee", "ann@x.example"), ("Leigh", "Ann@x.example"), ("Ray", "none")):
        crm.create("ContactObj", {"last_name": name, "email": email})
    first = review_target(target, str(tmp_path / "staging"), "one")[0]
    (found,) = first.objects
    assert (first.state, found.records, found.filled["last_name"]) == ("first", 3, 3)
    assert {(one.name, one.failing) for one in found.findings if one.failing or one.could_not_run} == {
        ("expect_column_values_to_match_regex", 1)
    }
    assert isinstance(found.duplicates, Duplicates)
    assert found.duplicates.pairs == 1
    crm.create("ContactObj", {"last_name": "May", "email": "also none"})
    second = review_target(target, str(tmp_path / "staging"), "two")[0]
    assert (second.state, second.objects[0].records) == ("worse", 4)
    target.close()
