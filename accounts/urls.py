from django.urls import path

from accounts.views import people, tokens

app_name = "accounts"
urlpatterns = [
    path("people/language/", people.language, name="language"),
    path("people/theme/", people.theme, name="theme"),
    path("people/profile/", people.profile, name="profile"),
    path("people/demo/<uuid:pk>/", people.demo_login, name="demo-login"),
    path("settings/tokens/", tokens.tokens, name="token-list"),
    path("settings/tokens/new/", tokens.token_create, name="token-create"),
    path("settings/tokens/<uuid:pk>/", tokens.token_detail, name="token-detail"),
    path("settings/tokens/<uuid:pk>/rotate/", tokens.token_rotate, name="token-rotate"),
    path("settings/tokens/<uuid:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
]
