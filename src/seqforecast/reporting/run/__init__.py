"""The page of a run, from the documents in its directory."""
