"""What people do with jobs, plans, loops and panels. Every change of these rows is made here."""
