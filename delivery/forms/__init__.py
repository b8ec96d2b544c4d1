"""What people fill in about webhooks."""
