"""Requests of people who are signed in."""

from django.http import HttpRequest

from accounts.models import User


class PersonRequest(HttpRequest):
    """What a view behind ``login_required`` gets: its user is a person, never anonymous. For type checks only."""

    user: User
