"""Routes of the app."""

from django.urls import path

from scoring.api import CardAPI

app_name = "scoring"
urlpatterns = [
    path("scorecards/<uuid:pk>/save/", CardAPI.as_view(), name="card-save"),
]
