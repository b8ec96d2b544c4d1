"""Routes of the REST API. A new noun is one line here."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from accounts.api.audit import Audit, Deletions
from accounts.api.tokens import Tokens
from accounts.api.users import Users
from accounts.rest.problems import not_found
from accounts.rest.resources import ListResource

RESOURCES: list[type[ListResource]] = [
    Users,
    Tokens,
    Audit,
    Deletions,
]

app_name = "api"
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for resource in RESOURCES:
    router.register(resource.noun, resource, basename=resource.noun)

urlpatterns = [
    path("openapi.json", SpectacularAPIView.as_view(), name="openapi"),
    *router.urls,
    # Everything else below /api/ is not there, and says so as problem+json.
    re_path("", not_found),
]
