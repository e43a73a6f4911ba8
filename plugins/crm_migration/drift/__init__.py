"""What has changed at the source since the last load, and what a run makes of it."""
