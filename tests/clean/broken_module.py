"""A module that cannot be imported."""

from tests.clean import no_such_name  # noqa: F401
