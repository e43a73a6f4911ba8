"""A server on this machine that stands in for Google: tokens, Sheets v4 and Drive v3, read-only."""
