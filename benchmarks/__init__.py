"""The line against its peers: one command that measures everything in the same run."""
