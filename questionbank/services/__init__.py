"""What is done to the bank."""
