"""Jobs, candidates, loops, panels, over REST."""
