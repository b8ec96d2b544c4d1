"""What the pages of webhooks show."""
