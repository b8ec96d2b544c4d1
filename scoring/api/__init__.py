"""Scorecards, debriefs and packets over REST; and the autosave of the scorecard's page."""
