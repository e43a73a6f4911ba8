"""What users of the target do with its records: look them up, and add them up. Tried after every load."""

from pydantic import Field

from crm_migration.mapping.fields import Strict


class Total(Strict):
    """A figure that users look at, such as the pipeline by stage, or open activities by owner."""

    name: str = Field(description="Name of the figure in the report.")
    by: list[str] = Field(min_length=1, description="Fields whose values make the groups.")
    sum: str | None = Field(None, description="Number that is added up; none: records are counted.")
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="Field to the target values of which a record must hold one to be counted."
    )

    @property
    def fields(self) -> list[str]:
        """Return every field that the figure reads, each once."""
        return list(dict.fromkeys([*self.by, *([self.sum] if self.sum else []), *self.where]))
