"""Routes of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from accounts.views import people
from config.administration import overview
from config.health import healthy
from scoring.views.home import home

handler400 = "config.refusals.bad_request"
handler500 = "config.refusals.server_error"
urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthy, name="healthy"),
    path("i18n/setlang/", people.language, name="set_language"),
    path("accounts/login/", people.SignIn.as_view(), name="account_login"),
    path("accounts/", include("allauth.account.urls")),
    path("", include("accounts.urls")),
    path("settings/", overview, name="settings"),
    path("settings/", include("delivery.urls")),
    path("questions/", include("questionbank.urls")),
    path("", include("interviews.urls")),
    path("", include("scoring.urls")),
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", TemplateView.as_view(template_name="styleguide.html"), name="styleguide"))
