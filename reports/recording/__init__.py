"""Records exchanges, findings and outcomes on disk, each exchange with a curl line that replays it."""
