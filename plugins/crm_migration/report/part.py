"""What every part of the report's model is made of."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
