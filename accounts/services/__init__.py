"""What is done to people, their programs, and the trail of it."""
