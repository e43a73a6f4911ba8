"""The records' path where the mapping names none: the element that has most siblings of its name near the root."""

from collections import Counter
from typing import BinaryIO

from crm_migration.extract.xml.paths import Step, exact_step
from crm_migration.extract.xml.stream import Element, TreeStream


class Census:
    """Counts the elements below the root, and one level deeper those that stand together."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._top: Counter[str] = Counter()
        self._most: dict[tuple[str, str], int] = {}
        self._open: Element = None
        self._open_counts: Counter[str] = Counter()

    def take(self, root: Element, whole: bool) -> None:
        """Count what is complete and take it out of the tree; all of it where the document is `whole`."""
        for child in root if whole else root[:-1]:
            self._close(child)
        del root[:-1]
        if len(root) and not whole:
            self._keep_open(root[-1])

    def _close(self, child: Element) -> None:
        counts = Counter(inner.tag for inner in child)
        if child is self._open:
            counts += self._open_counts
        self._top[child.tag] += 1
        for tag, count in counts.items():
            self._most[child.tag, tag] = max(count, self._most.get((child.tag, tag), 0))

    def _keep_open(self, child: Element) -> None:
        if child is not self._open:
            self._open, self._open_counts = child, Counter()
        self._open_counts.update(inner.tag for inner in child[:-1])
        node = child
        while len(node):
            del node[:-1]
            node = node[-1]

    def best(self, root: Element) -> tuple[Step, ...]:
        """Return the path to the elements that are repeated most; without any, to the only one that holds others.

        An empty root is no record: the path is empty then.
        """
        counted = [((root.tag, tag), count) for tag, count in self._top.items()]
        below = [((root.tag, *tags), count) for tags, count in self._most.items()]
        tags, count = max([*counted, *below], key=lambda found: found[1], default=((root.tag,), 1))
        if count == 1:
            tags = self._lonely(root)
        if len(tags) == 1 and not (len(root) or root.keys() or root.text):
            return ()
        return tuple(exact_step(tag) for tag in tags)

    def _lonely(self, root: Element) -> tuple[str, ...]:
        tags, node = [root.tag], root
        while len(tags) <= 2 and len(node) == 1 and (len(node[0]) or node[0].keys()):  # noqa: PLR2004
            node = node[0]
            tags.append(node.tag)
        return tuple(tags)


def search_path(stream: TreeStream, file: BinaryIO) -> tuple[Step, ...]:
    """Return the path to the records of a document, read to its end for it.

    Raises:
        SourceUnreadable: the document is not well-formed, or beyond a limit of the parser.
    """
    census = Census()
    for _ in stream.ended(file, None, lambda root, _size: census.take(root, whole=False)):
        pass
    census.take(stream.root, whole=True)
    return census.best(stream.root)
