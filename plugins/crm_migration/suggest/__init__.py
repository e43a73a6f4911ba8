"""Proposes a mapping for a live source and a live target, for a person to finish."""
