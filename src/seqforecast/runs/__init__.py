"""What is on disk: every file name, creation, opening, completion."""
