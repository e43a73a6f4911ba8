"""Report: what a run did with every row, as a page for people, JSON and tables for a terminal."""
