"""Reads shaped for the pages of the bank. Nothing here writes."""
