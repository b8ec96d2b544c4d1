from django.urls import path

from accounts.views import people

app_name = "accounts"
urlpatterns = [
    path("people/language/", people.language, name="language"),
    path("people/theme/", people.theme, name="theme"),
    path("people/profile/", people.profile, name="profile"),
    path("people/demo/<uuid:pk>/", people.demo_login, name="demo-login"),
]
