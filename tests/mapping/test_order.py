"""The order of loading, and the references that wait for a second pass."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.order import deferred, load_order

Links = dict[str, dict[str, str | list[str]]]


def mapping_of(links: Links) -> Mapping:
    """Return a mapping of entities with references: `{"a": {"b_id!": "b"}}`, `!` marking a required one."""
    entities = {}
    for name, fields in links.items():
        specs = {"key": {"kind": "text", "from": "key"}}
        for field, parents in fields.items():
            to = (
                {"to": parents} if isinstance(parents, str) else {"type_from": "type", "types": {p: p for p in parents}}
            )
            specs[field.rstrip("!")] = {
                "kind": "reference",
                "from": field,
                "required": field.endswith("!"),
                **to,
            }
        entities[name] = {
            "table": name,
            "key": "key",
            "target": {"object": name, "external_id": "key"},
            "fields": specs,
        }
    sides = {"source": {"name": "s", "connection": "s"}, "target": {"name": "t", "connection": "t"}}
    return Mapping.model_validate({"version": "1", **sides, "entities": entities}, by_alias=True)


@pytest.mark.parametrize(
    ("links", "order", "waiting"),
    [
        ({"a": {}, "b": {}}, ["a", "b"], {}),
        ({"contact": {"account": "account"}, "account": {}}, ["account", "contact"], {}),
        ({"c": {"b": "b"}, "b": {"a": "a"}, "z": {}, "a": {}}, ["z", "a", "b", "c"], {}),
        ({"account": {"parent": "account"}}, ["account"], {"account": ["parent"]}),
        (
            {"activity": {"about": ["account", "contact"]}, "contact": {"firm": "account"}, "account": {}},
            ["account", "contact", "activity"],
            {},
        ),
        (
            {"activity": {"about": ["account", "activity"]}, "account": {}},
            ["activity", "account"],
            {"activity": ["about"]},
        ),
        (
            {"account": {"main_contact": "contact"}, "contact": {"firm!": "account"}},
            ["account", "contact"],
            {"account": ["main_contact"]},
        ),
        (
            {"contact": {"firm!": "account"}, "account": {"main_contact": "contact", "parent": "account"}},
            ["account", "contact"],
            {"account": ["main_contact", "parent"]},
        ),
        (
            {"account": {"main": "contact"}, "contact": {"firm": "account"}},
            ["account", "contact"],
            {"account": ["main"]},
        ),
        (
            {"contact": {"firm": "account"}, "account": {"main": "contact"}},
            ["contact", "account"],
            {"contact": ["firm"]},
        ),
        (
            {"account": {"main": "contact", "billing": "contact"}, "contact": {"firm": "account"}},
            ["contact", "account"],
            {"contact": ["firm"]},
        ),
        ({"a": {"b": "b"}, "b": {"c": "c"}, "c": {"a!": "a"}}, ["a", "c", "b"], {"a": ["b"]}),
        ({"a": {"b!": "b"}, "b": {"c": "c"}, "c": {"a": "a"}}, ["b", "a", "c"], {"b": ["c"]}),
        ({"b": {"a": "a", "c": "c"}, "a": {"b": "b"}, "c": {"b": "b"}}, ["a", "c", "b"], None),
    ],
)
def test_parents_load_before_their_children(links, order, waiting):
    mapping = mapping_of(links)
    if waiting is None:
        assert sum(len(fields) for fields in deferred(mapping).values()) == 2
    else:
        assert load_order(mapping) == order
        assert deferred(mapping) == waiting


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (
            {"a": {"parent!": "a"}},
            [
                "entities.a.fields.parent.required: expected an optional reference of an entity to itself, "
                "found a required one"
            ],
        ),
        (
            {"a": {"b!": "b"}, "b": {"c!": ["c", "d"]}, "c": {"a!": "a", "b": "b"}, "d": {}},
            [
                "entities.a.fields.b.required: expected one optional reference in the circle of a and b "
                "and c, found only "
                "required ones",
                "entities.b.fields.c.required: expected one optional reference in the circle of a and b "
                "and c, found only "
                "required ones",
                "entities.c.fields.a.required: expected one optional reference in the circle of a and b "
                "and c, found only "
                "required ones",
            ],
        ),
    ],
)
def test_a_circle_of_required_references_is_refused(links, expected):
    for function in (load_order, deferred):
        with pytest.raises(MappingInvalid) as refused:
            function(mapping_of(links))
        assert refused.value.problems == expected


def circle_free(links: Links, waiting: dict[str, list[str]]) -> bool:
    """Say by brute force whether an order is left: take away whatever waits for none, again and again."""
    parents = {
        name: {
            parent
            for field, to in fields.items()
            if field.rstrip("!") not in waiting.get(name, [])
            for parent in ([to] if isinstance(to, str) else to)
        }
        for name, fields in links.items()
    }
    while ready := [name for name, wanted in parents.items() if not wanted & set(parents)]:
        for name in ready:
            del parents[name]
    return not parents


NAMES = ["a", "b", "c", "d"]


@st.composite
def graphs(draw: st.DrawFn) -> Links:
    """Up to four entities with a few references, some required, some to one of several parents."""
    links: Links = {name: {} for name in draw(st.permutations(NAMES))}
    for number in range(draw(st.integers(0, 7))):
        parents = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
        mark = "!" if draw(st.integers(0, 3)) == 0 else ""
        links[draw(st.sampled_from(NAMES))][f"f{number}{mark}"] = parents if len(parents) > 1 else parents[0]
    return links


@settings(max_examples=150, deadline=None)
@given(links=graphs())
def test_an_order_is_found_with_the_fewest_waiting_references(links):
    required = {name: {f: to for f, to in fields.items() if f.endswith("!")} for name, fields in links.items()}
    mapping = mapping_of(links)
    if not circle_free(required, {}):
        with pytest.raises(MappingInvalid):
            load_order(mapping)
        return
    order, waiting = load_order(mapping), deferred(mapping)
    assert sorted(order) == sorted(links)
    assert circle_free(links, waiting)
    for name, fields in links.items():
        for field, to in fields.items():
            parents = [to] if isinstance(to, str) else to
            if field.rstrip("!") not in waiting.get(name, []):
                assert all(order.index(parent) < order.index(name) for parent in parents)
            else:
                assert not field.endswith("!")
    optional = [(name, field) for name, fields in links.items() for field in fields if not field.endswith("!")]
    count = sum(map(len, waiting.values()))
    for fewer in combinations(optional, count - 1) if count else ():
        assert not circle_free(links, {name: [f for n, f in fewer if n == name] for name in links})


def test_many_optional_circles_are_cut_in_time_and_without_waste():
    names = [f"e{number}" for number in range(12)]
    links: Links = {name: {f"to_{other}": other for other in names if other != name} for name in names}
    waiting = deferred(mapping_of(links))
    assert circle_free(links, waiting)
    for name, fields in waiting.items():
        for field in fields:
            spared = {**waiting, name: [other for other in fields if other != field]}
            assert not circle_free(links, spared)
