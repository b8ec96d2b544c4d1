"""The bank over REST."""
