"""What a run records: exchanges, findings, verdicts, and the variables that stand for values of the run."""
