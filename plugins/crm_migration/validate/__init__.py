"""Validate: what the target holds, read back and compared with what was meant."""
