"""Webhooks of applicant tracking systems: is one genuine, which one is it, what does it say. Knows nothing of Django.

A vendor is one module that has the functions of ``adapter.Adapter``, and one line in ``registry``.
"""
