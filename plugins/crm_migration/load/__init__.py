"""Load: golden records into the target, with the ledger in the same transaction; and the way back."""
