"""The state-machine engine: runs flows with Hypothesis, shrinks failures and writes the steps that reproduce them."""
