"""Checks of single values, shared by models, forms and services."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_time_zone(value: str) -> None:
    """Raises ``ValidationError`` with code ``unknown_zone`` unless ``value`` is an IANA zone name."""
    if value not in available_timezones():
        raise ValidationError(
            _("%(value)s is not a known time zone, such as Europe/Berlin."),
            code="unknown_zone",
            params={"value": value},
        )
