"""Renders `report.html` and the comparison as HTML: templates, style, script, and the data of the templates."""
