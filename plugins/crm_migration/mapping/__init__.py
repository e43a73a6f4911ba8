"""The mapping: what a data source's rows are called, how they are cleaned and matched, and where they go."""
