"""What the periodic review of a target looks for: the mapping's `target_review` section."""

from pydantic import Field

from crm_migration.mapping.fields import Strict


class TargetReview(Strict):
    """What the periodic review of the target takes for stale, and which changes since the last one make it red."""

    stale_days: int = Field(730, ge=1, description="A record that nobody has changed for so many days is stale.")
    changed: dict[str, str] = Field(
        default_factory=dict,
        description="By entity, the target's column that tells when a record was changed last; default: one of a "
        "usual name, such as `updated_at`.",
    )
    records_share: float = Field(
        0.2, gt=0, description="Share of an object's records by which their number may change between two reviews."
    )
    filled_share: float = Field(
        0.05, gt=0, le=1, description="By how much the share of filled values of a field may change."
    )
    value_share: float = Field(
        0.1, gt=0, le=1, description="By how much the share of one value of a choice field may change."
    )
    worse_share: float = Field(
        0.001,
        ge=0,
        le=1,
        description="Share of an object's records that may newly fail a check, or newly be duplicates of others.",
    )
