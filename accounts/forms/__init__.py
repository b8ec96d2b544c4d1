"""What people fill in about themselves and about the tokens of programs."""
