"""Work for the kill tests; no part of the product."""
