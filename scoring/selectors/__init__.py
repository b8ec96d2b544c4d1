"""What the pages of scoring read."""
