"""Workbooks: xlsx, xlsm, xlsb, xls and ods, parsed in a child process behind limits, read as exact text."""
