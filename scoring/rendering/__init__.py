"""The debrief packet as a document: what it shows, its pages, and the process that prints them."""
