"""`report.html` and the comparison as HTML: templates, style, script, and what the templates show."""
