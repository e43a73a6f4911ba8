"""How records are written to a CRM by its interface: what may start something there is off unless asked for."""

from pydantic import Field

from crm_migration.mapping.fields import Strict


class FxiaokeOptions(Strict):
    """纷享销客: what its interface may do with the records of a migration."""

    workflows: bool = Field(False, description="Whether new records start workflows.")
    approvals: bool = Field(False, description="Whether new records start approvals.")
    duplicate_search: bool = Field(False, description="Whether the CRM's own duplicate search may refuse records.")
    validation_rules: bool = Field(True, description="Whether the CRM's validation rules apply.")
    skip_functions: bool = Field(False, description="Whether functions that the CRM runs before it saves are skipped.")
    record_type: str = Field("default__c", description="Record type of new records that name none.")
    owner: str | None = Field(None, description="User id of the owner of new records that name none.")
    threads: int = Field(4, ge=1, le=16, description="Calls under way at once.")
    daily_calls: int | None = Field(None, ge=1, description="Calls a day that were bought; a plan is held against it.")
