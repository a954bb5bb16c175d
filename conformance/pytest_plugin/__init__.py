"""The pytest plugin: hooks, the controller of a run, the order and distribution of items, console output."""
