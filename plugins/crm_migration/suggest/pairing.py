"""The best one-to-one pairing of rows and columns of a table of scores (Kuhn's algorithm with potentials)."""

from collections.abc import Sequence

Scores = Sequence[Sequence[float]]


def best_pairs(scores: Scores, least: float) -> dict[int, int]:
    """Return row to column at the greatest sum, each row and column once, pairs below `least` left out."""
    rows, columns = len(scores), max((len(row) for row in scores), default=0)
    if not rows or not columns:
        return {}
    size = max(rows, columns)
    cost = [[_cost(scores, row, column, least) for column in range(size)] for row in range(size)]
    taken = _assignment(cost)
    pairs = ((row, column) for column, row in enumerate(taken) if row < rows and column < columns)
    return {row: column for row, column in pairs if scores[row][column] >= least}


def _cost(scores: Scores, row: int, column: int, least: float) -> float:
    inside = row < len(scores) and column < len(scores[row])
    # Squares: one sure pair is worth more than two doubtful ones.
    return -(scores[row][column] ** 2) if inside and scores[row][column] >= least else 0.0


def _assignment(cost: list[list[float]]) -> list[int]:
    """Return the row of each column at the least total cost of a square table."""
    size = len(cost)
    over, under, row_of = [0.0] * (size + 1), [0.0] * (size + 1), [size] * (size + 1)
    for row in range(size):
        row_of[size], column = row, size
        slack, before, seen = [float("inf")] * size, [size] * size, [False] * (size + 1)
        while True:
            seen[column] = True
            column = _step(cost, (over, under), row_of, (slack, before, seen), column)
            if row_of[column] == size:
                break
        while column != size:
            row_of[column], column = row_of[before[column]], before[column]
    return row_of[:size]


def _step(
    cost: list[list[float]],
    potentials: tuple[list[float], list[float]],
    row_of: list[int],
    search: tuple[list[float], list[int], list[bool]],
    column: int,
) -> int:
    """Reach the nearest column that was not seen, and shift the potentials by its distance."""
    (over, under), (slack, before, seen) = potentials, search
    size, row = len(cost), row_of[column]
    for other in range(size):
        distance = cost[row][other] - over[row] - under[other]
        if not seen[other] and distance < slack[other]:
            slack[other], before[other] = distance, column
    nearest = min((other for other in range(size) if not seen[other]), key=slack.__getitem__)
    delta = slack[nearest]
    for other in range(size + 1):
        if seen[other]:
            over[row_of[other]] += delta
            under[other] -= delta
        elif other < size:
            slack[other] -= delta
    return nearest
