"""The checks: pure functions from facts to findings, in one explicit table."""
