"""Views of a run for people and programs, all made from the run document."""
