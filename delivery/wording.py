"""Sentences for the codes that webhooks leave behind, in the reader's language."""

from django.utils.translation import gettext as _


def disabled_text(code: str) -> str:
    """Why a webhook is out of use."""
    texts = {
        "person": _("Somebody put it out of use."),
        "gone": _("Its address answered 410: it does not want to be told any more."),
        "failing": _("Nothing could be delivered for days."),
        "imported": _("It came with an import and has no secret here. Make a new one, then put it into use."),
    }
    return texts.get(code, code)


def attempt_text(code: str) -> str:
    """Why an attempt got no answer."""
    texts = {
        "timeout": _("No answer in time."),
        "connection": _("No connection to the address."),
        "name": _("The name of the host leads nowhere."),
        "tls": _("The certificate of the address is not valid."),
        "address": _("The host is not on the public internet."),
        "protocol": _("The connection broke off, or the answer was not HTTP."),
        "url": _("This address is no longer allowed."),
        "secret": _("The secret cannot be read with the key of this installation. Make a new one."),
    }
    return texts.get(code, code)
