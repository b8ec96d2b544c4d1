"""Reads shaped for one page or document. Nothing here writes."""
