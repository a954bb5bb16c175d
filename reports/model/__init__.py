"""Models of a run's records: exchanges, findings, verdicts, and the variables that stand for values of the run."""
