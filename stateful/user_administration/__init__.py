"""Users as administrators and moderators manage them: model, requests and steps."""
