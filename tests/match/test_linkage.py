from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.match.linkage import Component, components, split

POINTS = st.integers(0, 11)
PAIRS = st.lists(st.tuples(POINTS, POINTS))


@settings(deadline=None)
@given(PAIRS)
def test_components_are_the_reachable_points(pairs):
    label = components(12, pairs)
    reach = {point: {point} for point in range(12)}
    for _ in range(12):
        for a, b in pairs:
            reach[a] |= reach[b]
            reach[b] |= reach[a]
    for _ in range(12):
        for seen in reach.values():
            seen |= {far for near in list(seen) for far in reach[near]}
    assert label == [min(reach[point]) for point in range(12)]


def component(count: int, edges: list[tuple[int, int]], apart: list[tuple[int, int]]) -> Component:
    made = Component(members=dict.fromkeys(range(count), 1), apart=set(apart))
    for a, b in edges:
        made.weights[a, b] += 1.0
    return made


def groups(count: int, edges: list[tuple[int, int]], apart: list[tuple[int, int]]) -> list[list[int]]:
    return sorted(map(sorted, split(component(count, edges, apart))))


def test_a_chain_with_forbidden_ends_breaks_where_fewer_links_hold_it():
    assert groups(3, [(0, 1), (1, 2)], [(0, 2)]) == [[0, 1], [2]]
    # 1, 2 and 3 back each other up; 0 hangs on 1 alone.
    assert groups(4, [(0, 1), (1, 2), (2, 3), (1, 3)], [(0, 2)]) == [[0, 1], [2, 3]]
    assert groups(4, [(0, 3), (1, 2), (2, 3), (1, 3)], [(0, 2), (0, 1)]) == [[0, 3], [1, 2]]


def test_the_mean_counts_members_so_that_a_large_block_does_not_draw_by_its_size():
    crowd = component(3, [(0, 1), (1, 2)], [(0, 2)])
    crowd.members[0] = 4
    assert sorted(map(sorted, split(crowd))) == [[0], [1, 2]]


@settings(deadline=None)
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
