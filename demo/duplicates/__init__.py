"""Labelled duplicates: sets of persons and companies of which it is known who is whom."""
