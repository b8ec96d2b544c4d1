"""People, what they may do, and what every app needs to be spoken to by other systems."""

from accounts.models.base import Touched
from accounts.models.exchange import ApiToken, Deletion, ExternalId, IdempotentRequest
from accounts.models.people import AuditEntry, RoleGrant, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Deletion",
    "ExternalId",
    "IdempotentRequest",
    "RoleGrant",
    "Touched",
    "User",
]
