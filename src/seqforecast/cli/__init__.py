"""The command line: reads, calls a workflow, prints."""
