"""What is done to scorecards and debriefs."""
