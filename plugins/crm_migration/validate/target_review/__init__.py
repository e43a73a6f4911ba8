"""The periodic review of a target: what it holds by now, whoever put it there, and what has become worse."""
