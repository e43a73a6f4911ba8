"""XML documents as rows: the elements at a path are the records, streamed, without DOCTYPE, entities or network."""
