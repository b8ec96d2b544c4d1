"""Events, webhooks and their deliveries over REST."""
