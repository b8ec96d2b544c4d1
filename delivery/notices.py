"""Mails about webhooks."""

from urllib.parse import urljoin, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from delivery.models import WebhookEndpoint
from delivery.wording import disabled_text


def disabled_mail(*, endpoint: WebhookEndpoint, reader: User, because: str, number: UUID) -> EmailMessage:
    """Tell somebody, in their language, that a webhook was put out of use and why. One ``number`` is one mail."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    with translation.override(reader.language):
        context = {
            "endpoint": endpoint,
            "because": disabled_text(because),
            "page": urljoin(settings.SITE_URL, reverse("delivery:webhook-detail", args=[endpoint.pk])),
        }
        return EmailMessage(
            subject=_("A webhook was put out of use"),
            body=render_to_string("delivery/mail/webhook_disabled.txt", context),
            to=[reader.email],
            headers={"Message-ID": f"<webhook-{number}@{host}>", "Auto-Submitted": "auto-generated"},
        )
