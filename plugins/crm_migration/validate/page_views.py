"""Great Expectations' views of its pages, which compile each template once in a process.

The library makes an environment for each kind of page, and each compiles the templates anew: more than a third of the
computing time of a small run. Only Great Expectations imports this module, by the names that `data_docs` tells it.
"""

from typing import TYPE_CHECKING

from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2.bccache import Bucket, BytecodeCache

if TYPE_CHECKING:
    from types import CodeType


class CompiledOnce(BytecodeCache):
    """What this process has compiled, as long as the template's text is the same; nothing is written to a disk."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket the template's code, if it is known."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket's code."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


COMPILED = CompiledOnce()


class PageView(DefaultJinjaPageView):
    """The view of a suite or of its results."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.env.bytecode_cache = COMPILED


class IndexPageView(DefaultJinjaIndexPageView):
    """The view of the page that lists the others."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.env.bytecode_cache = COMPILED
