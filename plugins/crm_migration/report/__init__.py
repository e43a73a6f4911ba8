"""Report: what a run did with every row, as a page for people, JSON for machines and tables for the console."""

from crm_migration.report.assemble import report
from crm_migration.report.console import print_report
from crm_migration.report.model import BackupFact, Report, RunFacts, StepTiming
from crm_migration.report.write import write_report

__all__ = ["BackupFact", "Report", "RunFacts", "StepTiming", "print_report", "report", "write_report"]
