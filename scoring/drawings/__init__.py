"""Figures of a debrief as SVG text, for page and paper alike. No Django, no files, no clock."""
