"""Pages of people and of the tokens of programs."""
