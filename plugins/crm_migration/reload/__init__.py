"""Corrected rows on their way back: an edited workbook of rejected rows becomes the extract of a run of its own."""

from crm_migration.reload.upload import Upload, accept_upload

__all__ = ["Upload", "accept_upload"]
