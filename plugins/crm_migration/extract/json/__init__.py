"""JSON documents as rows: an array, one record a line, or records below a path, exact to the last digit."""
