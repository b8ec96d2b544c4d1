"""What a test reads off a page of the bank."""

from django.contrib.messages import get_messages
from django.urls import reverse

from tests.factories import UserFactory


def with_role(role):
    return UserFactory(roles=[role] if role else [])


def url(name, *args):
    return reverse(f"questionbank:{name}", args=args)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def titles(response):
    return [row.text.title for row in response.context["rows"]]
