"""Preview: how a source is read, before any mapping relies on it."""
