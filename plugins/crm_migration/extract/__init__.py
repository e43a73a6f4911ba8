"""Extract: read a source as exact text and stage it."""
