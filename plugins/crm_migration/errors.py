"""What can go wrong, by what to do about it when it is caught.

Four families, one per recovery: `RetryLater` (the same call may succeed later), `MappingFault` (edit the
mapping), `DataFault` (repair rows at the source) and `OperatorNeeded` (a person decides). A message names the
source, table and key of a row, never its values.
"""

from datetime import datetime


class MigrationError(Exception):
    """Any failure this package raises on purpose."""


class RetryLater(MigrationError):
    """The other side was away or busy; repeat the task."""


class SourceUnavailable(RetryLater):
    """The source did not answer, or the connection broke while it was read."""


class TargetUnavailable(RetryLater):
    """The target did not answer, or the connection broke during a batch."""


class QuotaExhausted(RetryLater):
    """The target takes no more calls before `until`; what was loaded stays, and the task goes on then."""

    def __init__(self, message: str, until: datetime) -> None:
        """Keep the moment, with its zone."""
        self.until = until
        super().__init__(message)


class MappingFault(MigrationError):
    """The mapping, or a connection it names, must be edited before a run can succeed."""


class MappingInvalid(MappingFault):
    """The mapping holds one or more faults; the message lists all of them, one a line."""

    def __init__(self, problems: list[str]) -> None:
        """Keep `problems` (each already `file:line:column: path: …`) for callers that print or count them."""
        self.problems = problems
        super().__init__("\n".join(problems))


class SchemaDrifted(MappingInvalid):
    """The source has changed since the last load in a way that the mapping's `drift` does not let pass."""


class ConnectionUnknown(MappingFault):
    """A connection id that the mapping names is not defined where the run looks for it."""


class DataFault(MigrationError):
    """Rows of the source must be repaired, or a tolerance raised knowingly."""


class SourceUnreadable(DataFault):
    """The source cannot be read whole."""


class InvalidValue(DataFault):
    """A field whose mapping says `on_invalid: fail` met a value it cannot take."""


class UploadRefused(DataFault):
    """A workbook of corrected rows cannot be taken: it is none, is too large, or does not belong to the run."""


class ToleranceExceeded(DataFault):
    """More rows were rejected than the mapping tolerates."""


class OperatorNeeded(MigrationError):
    """A person must look before anything else is written."""


class StagingMissing(OperatorNeeded):
    """A staged table that this step reads is not there or does not match its manifest."""


class StagingFull(OperatorNeeded):
    """The disk that runs stage their tables on has no room left."""


class BackupUnreadable(OperatorNeeded):
    """A before-image could not be read back as it was written."""


class FencedOut(OperatorNeeded):
    """A newer attempt of this load holds the fencing token; this one must not write."""


class ChangedSince(OperatorNeeded):
    """Records were edited, or loaded by a later run, after the run that is to be rolled back."""


class ValidationFailed(OperatorNeeded):
    """What the target holds is not what was meant; the message names the failed checks."""


class SampleRejected(OperatorNeeded):
    """The sample did not pass, or a person refused it; it has been rolled back."""


class NoticeNotSent(OperatorNeeded):
    """A notice of what has happened could not be delivered; the run goes on."""
