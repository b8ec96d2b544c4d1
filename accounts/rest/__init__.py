"""What every resource of the REST API shares: signing in, reading, writing once, refusing clearly.

A noun joins the API by one module in its app's ``api`` package: an ``Output`` (what it looks like), ``Input``s (what
may be written) and a ``Resource`` (which rows, which services), and one line in ``config.api``.
"""
