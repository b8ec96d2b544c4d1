"""Work that must happen, and what is told of it."""
