from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from crm_migration.match.linkage import Component, components, split

POINTS = st.integers(0, 11)
PAIRS = st.lists(st.tuples(POINTS, POINTS))


@given(PAIRS)
def test_components_are_the_reachable_points(pairs):
    label = components(12, pairs)
    reach = {point: {point} for point in range(12)}
    for _ in range(12):
        for a, b in pairs:
            reach[a] |= reach[b]
            reach[b] |= reach[a]
    for _ in range(12):
        for point in reach:
            reach[point] = set().union(*(reach[other] for other in reach[point]))
    assert label == [min(reach[point]) for point in range(12)]


def component(count: int, edges: list[tuple[int, int]], apart: list[tuple[int, int]]) -> Component:
    made = Component(nodes=dict.fromkeys(range(count), 1), apart=set(apart))
    for a, b in edges:
        made.weights[a, b] += 1.0
    return made


def test_a_chain_with_a_forbidden_end_breaks_at_the_weaker_link():
    # 0-1-2 and 2 forbidden to 0; 3 backs 2 up.
    chain = component(4, [(0, 1), (1, 2), (2, 3), (1, 3)], [(0, 2), (0, 3)])
    assert sorted(map(sorted, split(chain))) == [[0], [1, 2, 3]] or sorted(map(sorted, split(chain))) == [[0, 1], [2, 3]]
    assert sorted(map(sorted, split(component(3, [(0, 1), (1, 2)], [(0, 2)])))) == [[0, 1], [2]]


@given(
    st.sets(st.sampled_from(list(combinations(range(7), 2)))),
    st.sets(st.sampled_from(list(combinations(range(7), 2)))),
)
def test_a_split_keeps_forbidden_blocks_apart_and_loses_none(edges, apart):
    groups = split(component(7, sorted(edges), sorted(apart)))
    assert sorted(block for group in groups for block in group) == list(range(7))
    for group in groups:
        assert apart.isdisjoint(combinations(sorted(group), 2))
    for one, other in combinations(groups, 2):
        across = {(min(a, b), max(a, b)) for a in one for b in other}
        assert not (across & edges) or across & apart, "two groups that could be one were left apart"
