"""Notes that leave no doubt; in a module of their own, as a workbook's child process imports no more than it needs."""


class Guess(str):
    """A note on what was found where the mapping says nothing; no doubt is left, so it warns only when it changes."""

    __slots__ = ()
