"""Routes of the site."""

from django.contrib import admin
from django.urls import include, path

from accounts import views as accounts_views

urlpatterns = [
    path("i18n/setlang/", accounts_views.language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("people/", include("accounts.urls")),
    path("admin/", admin.site.urls),
]
