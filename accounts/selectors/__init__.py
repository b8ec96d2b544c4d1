"""What the pages of programs show."""
