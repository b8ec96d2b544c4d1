"""Routes of the app."""

from django.urls import path

from scoring.api import CardAPI
from scoring.views import cards, debriefs, packets

app_name = "scoring"
urlpatterns = [
    path("scorecards/", cards.card_list, name="card-list"),
    path("scorecards/<uuid:pk>/", cards.card_detail, name="card-detail"),
    path("scorecards/<uuid:pk>/submit/", cards.card_submit, name="card-submit"),
    path("scorecards/<uuid:pk>/save/", CardAPI.as_view(), name="card-save"),
    path("debriefs/", debriefs.debrief_list, name="debrief-list"),
    path("debriefs/<uuid:pk>/", debriefs.debrief_detail, name="debrief-detail"),
    path("debriefs/<uuid:pk>/cards/", debriefs.card_progress_part, name="card-progress"),
    path("debriefs/<uuid:pk>/open/", debriefs.debrief_open, name="debrief-open"),
    path("debriefs/<uuid:pk>/access/", debriefs.debrief_access_take, name="debrief-access"),
    path("debriefs/<uuid:pk>/decision/", debriefs.decision_create, name="decision-create"),
    path("debriefs/<uuid:loop_pk>/packets/", packets.packet_request, name="packet-request"),
    path("packets/<uuid:pk>/", packets.packet_detail, name="packet-detail"),
    path("packets/<uuid:pk>/progress/", packets.packet_progress, name="packet-progress"),
    path("packets/<uuid:pk>/download/", packets.packet_download, name="packet-download"),
]
