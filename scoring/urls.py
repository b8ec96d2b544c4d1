"""Routes of the app."""

from django.urls import path

from scoring.api.autosave import CardAPI
from scoring.views import cards, debriefs, kits, packets, questions

app_name = "scoring"
urlpatterns = [
    path("scorecards/", cards.card_list, name="card-list"),
    path("scorecards/<uuid:pk>/", cards.card_detail, name="card-detail"),
    path("scorecards/<uuid:pk>/submit/", cards.card_submit, name="card-submit"),
    path("scorecards/<uuid:pk>/save/", CardAPI.as_view(), name="card-save"),
    path("rounds/<uuid:pk>/kit/", kits.kit_detail, name="kit-detail"),
    path("rounds/<uuid:pk>/kit/progress/", kits.kit_progress, name="kit-progress"),
    path("rounds/<uuid:pk>/kit/draw/", kits.kit_request, name="kit-request"),
    path("rounds/<uuid:pk>/kit/download/", kits.kit_download, name="kit-download"),
    path("questions/<uuid:pk>/answers/", questions.question_figures_detail, name="question-figures"),
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
