"""From staged source rows to typed, checked rows: one pure function per kind of value."""
