"""People, their programs, and the trail, over REST."""
