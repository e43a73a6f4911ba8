"""Linkage: from accepted pairs to clusters, in which no two members are forbidden to each other.

Works on blocks: a row that is to be placed, or all nodes of one golden record. Nothing here depends on the
order of rows: blocks are numbered by name.

Nor does it depend on which of two streams comes first. Rows of one stream are joined by what they say of one another,
then each cluster with at most one record that the others have made: two rows of one stream never become one customer
because a row of another stream resembles both. Whoever comes first, that row joins the nearer one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from crm_migration.match.guards import forbidden, named_by_initial
from crm_migration.match.pairs import PAIR
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool

LEAST_MEAN = 0.5
_PAIR = 2
_NODES = ("node", "member", "name", "exists", "own", "block")


@dataclass(frozen=True)
class Linked:
    """Where the linkage placed the nodes it was given.

    Attributes:
        placed: `node`, `golden` of every node with an accepted pair, and of its record's other nodes.
        cut: accepted pairs whose sides ended in two clusters, with the `reason`.
    """

    placed: pl.DataFrame
    cut: pl.DataFrame


def link(plan: Plan, pool: Pool, accepted: pl.DataFrame, doubted: pl.DataFrame | None = None) -> Linked:
    """Return the clusters that the accepted pairs make.

    A component with more members than `max_cluster` stays apart altogether. A component that holds a
    forbidden pair, a pair that the model doubts, or two records that exist already, is split by average linkage.
    """
    doubts = pl.DataFrame(schema=PAIR) if doubted is None else doubted.select(list(PAIR))
    inner, across = _inner(plan, pool, accepted, doubts)
    linked = inner
    if not across.is_empty():
        paired = pl.concat([across["a"], across["b"]]).implode()
        met = inner.filter(pl.col("node").is_in(paired))["cluster"].implode()
        units = inner.filter(pl.col("cluster").is_in(met)).with_columns(block="cluster")
        outer = _clustered(plan, pool, units, _Said(across, doubts, ["exists", "own"]))
        linked = pl.concat([outer, inner.join(outer, on="node", how="anti")]).sort("node")
    founder = pl.col("name").sort_by(~pl.col("exists"), "name").first().over("cluster")
    linked = linked.with_columns(golden=founder, holds_golden=pl.col("exists").any().over("cluster"))
    return Linked(linked.select("node", "golden"), _cut(accepted, linked))


def own_clusters(plan: Plan, pool: Pool, accepted: pl.DataFrame, doubted: pl.DataFrame) -> pl.DataFrame:
    """Return `node`, `cluster` of the nodes at stake, by what the rows of the extract's stream say of one another."""
    inner, _ = _inner(plan, pool, accepted, doubted.select(list(PAIR)))
    return inner.select("node", "cluster")


def _inner(plan: Plan, pool: Pool, accepted: pl.DataFrame, doubts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the nodes clustered by the pairs within the extract's stream, and the pairs with other streams."""
    nodes = _blocks(pool, accepted)
    own = nodes.filter("own")["node"].implode()
    within = accepted.filter(pl.col("a").is_in(own) & pl.col("b").is_in(own))
    across = accepted.join(within, on=["a", "b"], how="anti")
    # What a row of another stream says of a record that it shares with this one counts, but does not lead there.
    return _clustered(plan, pool, nodes, _Said(within, pl.concat([doubts, across]), ["exists"])), across


@dataclass(frozen=True)
class _Said:
    """What is said of pairs of nodes, and what no two blocks of one cluster may both be (columns of the nodes)."""

    accepted: pl.DataFrame
    doubted: pl.DataFrame
    alone: list[str]


def _clustered(plan: Plan, pool: Pool, nodes: pl.DataFrame, said: _Said) -> pl.DataFrame:
    """Return the nodes with the `cluster` of their block, and whether theirs is an `oversized` component."""
    edges = _between_blocks(said.accepted, nodes)
    nodes = nodes.with_columns(component=_component_of(nodes, edges))
    size = pl.col("member").sum().over("component")
    nodes = nodes.with_columns(oversized=size > plan.guards.max_cluster)
    whole = nodes.filter(~pl.col("oversized"))
    doubts = _doubts(said.doubted, whole)
    conflicts = _conflicts(plan, pool, whole, edges, said.alone)
    clusters = _split_components(nodes, pl.concat([edges, doubts]), conflicts, doubts)
    nodes = nodes.drop("cluster", strict=False).join(clusters, on="block", how="left", maintain_order="left")
    alone = pl.when("oversized").then("block").otherwise("component")
    return nodes.with_columns(cluster=pl.coalesce("cluster", alone)).select(*_NODES, "cluster", "oversized")


def components(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `count` points the smallest point that `pairs` connect it with."""
    root = list(range(count))

    def find(point: int) -> int:
        while root[point] != point:
            root[point] = root[root[point]]
            point = root[point]
        return point

    for one, other in pairs:
        first, second = find(one), find(other)
        root[max(first, second)] = min(first, second)
    return [find(point) for point in range(count)]


def _blocks(pool: Pool, accepted: pl.DataFrame) -> pl.DataFrame:
    """Return the nodes at stake: those with a pair, and all nodes of the golden records among them."""
    paired = pl.concat([accepted["a"], accepted["b"]]).unique().implode()
    named = pool.nodes.filter(pl.col("node").is_in(paired))
    goldens = named["golden"].drop_nulls().unique().implode()
    whole = pool.nodes.filter(pl.col("node").is_in(paired) | pl.col("golden").is_in(goldens).fill_null(value=False))
    name = pl.coalesce("golden", "identity")
    # What a person said is one customer is one block, whatever guards say of its rows.
    block = name.replace(pool.settled.groups)
    return whole.select(
        "node",
        "member",
        name.alias("name"),
        pl.col("golden").is_not_null().alias("exists"),
        pl.col("identity").str.starts_with(f"{pool.stream}:").alias("own"),
        (block.rank("dense") - 1).cast(pl.Int64).alias("block"),
    )


def _between_blocks(accepted: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    blocks = nodes.select("node", "block")
    left = accepted.join(blocks.rename({"node": "a", "block": "block_a"}), on="a", maintain_order="left")
    return left.join(blocks.rename({"node": "b", "block": "block_b"}), on="b", maintain_order="left")


def _component_of(nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.Series:
    last = nodes.select(pl.col("block").max()).item() if nodes.height else -1
    label = components(last + 1, edges.select("block_a", "block_b").iter_rows())
    return pl.Series(label, dtype=pl.Int64)[nodes["block"]]


def _conflicts(plan: Plan, pool: Pool, nodes: pl.DataFrame, edges: pl.DataFrame, alone: list[str]) -> pl.DataFrame:
    """Return `component`, `block_a`, `block_b` of the blocks of one component that must not be merged."""
    several = nodes.filter(pl.len().over("component") > _PAIR).select("component", "node", "block", *alone)
    pairs = several.join(several, on="component", suffix="_b").filter(pl.col("block") < pl.col("block_b"))
    pairs = pairs.rename({"node": "a", "node_b": "b", "block": "block_a"})
    both = pairs.filter(pl.any_horizontal(pl.col(name) & pl.col(f"{name}_b") for name in alone))
    apart = pairs.filter(forbidden(plan, pool, pairs)).select("component", "block_a", "block_b").unique()
    found = [both, apart, _fitting_two(plan, pool, edges, apart), _decided_apart(pool, several)]
    return pl.concat(found, how="diagonal").select(apart.columns).unique()


def _fitting_two(plan: Plan, pool: Pool, edges: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """Return `component`, `block_a`, `block_b` of blocks joined by an initial that fits two persons.

    "J. Miller" in the mailbox that James and Judith Miller share may be either's: a person must say whose.
    """
    if apart.is_empty():
        return apart
    turned = {"block_a": "block_b", "block_b": "block_a"}
    persons = pl.concat([apart, apart.rename(turned).select(apart.columns)])
    one = persons["block_a"].unique().implode()
    near = edges.filter(pl.col("block_a").is_in(one) | pl.col("block_b").is_in(one))
    ties = near.filter(named_by_initial(plan, pool, near)).select("block_a", "block_b")
    ties = pl.concat([ties, ties.rename(turned).select(ties.columns)]).unique()
    ties = ties.join(persons, on=ties.columns, how="anti")
    both = ties.join(ties, on="block_a", suffix="_2")
    torn = both.join(persons, left_on=["block_b", "block_b_2"], right_on=["block_a", "block_b"])
    lower, upper = pl.min_horizontal("block_a", "block_b"), pl.max_horizontal("block_a", "block_b")
    return torn.select("component", block_a=lower, block_b=upper).unique()


def _decided_apart(pool: Pool, nodes: pl.DataFrame) -> pl.DataFrame:
    """Return `component`, `block_a`, `block_b` of blocks with units that a person said are two customers."""
    named = nodes.join(pool.units, on="node").select("component", "block", "unit").unique()
    left = pool.settled.apart.join(named, left_on="a", right_on="unit").rename({"block": "block_a"})
    right = named.rename({"block": "block_b"})
    return left.join(right, left_on=["b", "component"], right_on=["unit", "component"]).select(
        "component", "block_a", "block_b"
    )


def _doubts(doubted: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Return the doubted pairs whose two blocks accepted pairs connect, with `block_a`, `block_b`."""
    blocks = nodes.select("node", "block", "component")
    left = doubted.join(blocks.rename({"node": "a", "block": "block_a"}), on="a", maintain_order="left")
    both = left.join(blocks.rename({"node": "b", "block": "block_b"}), on=["b", "component"], maintain_order="left")
    return both.filter(pl.col("block_a") != pl.col("block_b")).drop("component")


def _split_components(
    nodes: pl.DataFrame, edges: pl.DataFrame, conflicts: pl.DataFrame, doubts: pl.DataFrame
) -> pl.DataFrame:
    """Return `block`, `cluster` of the blocks whose component holds a conflict or a doubt."""
    doubtful = nodes.filter(pl.col("block").is_in(doubts["block_a"].implode()))["component"]
    concerned = pl.concat([conflicts["component"], doubtful]).implode()
    troubled = nodes.filter(pl.col("component").is_in(concerned))
    parts: dict[int, Component] = defaultdict(Component)
    # A record of the target whose row is also here is that row once more, and must not thin its block out.
    sizes = troubled.group_by("component", "block").agg(pl.col("member").sum())
    for component, block, count in sizes.iter_rows():
        parts[component].members[block] = count
    component_of = dict(troubled.select("block", "component").iter_rows())
    for a, b, weight in edges.select("block_a", "block_b", "weight").iter_rows():
        if a in component_of:
            parts[component_of[a]].add(a, b, weight)
    for component, a, b in conflicts.iter_rows():
        parts[component].apart.add((min(a, b), max(a, b)))
    clusters = [(block, min(group)) for part in parts.values() for group in split(part) for block in group]
    return pl.DataFrame(clusters, schema={"block": pl.Int64, "cluster": pl.Int64}, orient="row")


@dataclass
class Component:
    """Blocks that accepted pairs connect: their numbers of members, weights between them, who stays apart."""

    members: dict[int, int] = field(default_factory=dict)
    weights: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    pairs: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    apart: set[tuple[int, int]] = field(default_factory=set)
    least_mean: float = LEAST_MEAN

    def add(self, one: int, other: int, weight: float) -> None:
        """Count a pair of rows of two blocks."""
        self.weights[min(one, other), max(one, other)] += weight
        self.pairs[min(one, other), max(one, other)] += 1


def split(component: Component) -> list[set[int]]:
    """Return the component's blocks in groups without a forbidden pair, by greedy average linkage.

    The two groups with the greatest mean weight between their members join first; then the larger, then the one
    with the smallest name. Groups whose known pairs weigh less than `least_mean` in the mean stay apart.
    """
    groups = [{block} for block in sorted(component.members)]
    while joint := max(_joinable(component, groups), default=None):
        _, _, first, second = joint
        one, other = (next(group for group in groups if -name in group) for name in (first, second))
        groups = [group for group in groups if group not in (one, other)] + [one | other]
    return groups


def _joinable(component: Component, groups: list[set[int]]) -> Iterable[tuple[float, int, int, int]]:
    for one, other in combinations(sorted(groups, key=min), 2):
        between = [(min(a, b), max(a, b)) for a in one for b in other]
        weight = sum(component.weights.get(pair, 0.0) for pair in between)
        known = sum(component.pairs.get(pair, 0) for pair in between)
        if weight and weight >= component.least_mean * known and component.apart.isdisjoint(between):
            first, second = (sum(component.members[block] for block in group) for group in (one, other))
            yield weight / (first * second), first + second, -min(one), -min(other)


def _cut(accepted: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    ends = nodes.select("node", "cluster", "holds_golden", "oversized")
    cut = accepted.join(ends.rename({"node": "a"}), on="a").join(ends.rename({"node": "b"}), on="b", suffix="_b")
    cut = cut.filter(pl.col("cluster") != pl.col("cluster_b"))
    both = pl.col("holds_golden") & pl.col("holds_golden_b")
    oversized = pl.col("oversized") & pl.col("oversized_b")
    reason = pl.when(oversized).then(pl.lit("max_cluster")).when(both).then(pl.lit("both_exist"))
    return cut.select(*PAIR, reason.otherwise(pl.lit("conflict_in_cluster")).alias("reason"))
