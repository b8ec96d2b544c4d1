"""Routes of the app."""

from django.urls import path

from scoring.api import CardAPI
from scoring.views import packets

app_name = "scoring"
urlpatterns = [
    path("scorecards/<uuid:pk>/save/", CardAPI.as_view(), name="card-save"),
    path("debriefs/<uuid:loop_pk>/packets/", packets.packet_request, name="packet-request"),
    path("packets/<uuid:pk>/", packets.packet_detail, name="packet-detail"),
    path("packets/<uuid:pk>/progress/", packets.packet_progress, name="packet-progress"),
    path("packets/<uuid:pk>/download/", packets.packet_download, name="packet-download"),
]
