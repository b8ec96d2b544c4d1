from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("profile/", views.profile, name="profile"),
    path("demo/<uuid:pk>/", views.demo_login, name="demo-login"),
]
