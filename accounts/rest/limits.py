"""How many requests a minute."""

import time
from dataclasses import dataclass

from django.core.cache import caches
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.models import ApiToken
from accounts.rest.problems import Problem

# For people in browsers.
USUAL = 600
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    limit: int
    remaining: int
    seconds: int  # until it is whole again

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.seconds),
        }


def count(request: Request) -> Allowance:
    """Count this request against the minute of its token or person. Raises ``Problem`` 429 with ``Retry-After``."""
    token = request.auth if isinstance(request.auth, ApiToken) else None
    limit = token.requests_per_minute if token else USUAL
    minute, second = divmod(int(time.time()), _MINUTE)
    cache, key = caches["limits"], f"limit:{token.pk if token else request.user.pk}:{minute}"
    cache.add(key, 0, timeout=2 * _MINUTE)
    try:
        used = cache.incr(key)
    except ValueError:  # it was thrown out between the two
        used = 1
    allowance = Allowance(limit, max(0, limit - used), _MINUTE - second)
    if used > limit:
        headers = allowance.headers | {"Retry-After": str(allowance.seconds)}
        raise Problem(429, "too_many_requests", _("Too many requests. Wait, then go on."), headers=headers)
    return allowance
