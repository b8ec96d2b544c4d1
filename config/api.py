"""Routes of the REST API. A new noun is one line here."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from accounts.api.audit import Audit, Deletions
from accounts.api.tokens import Tokens
from accounts.api.users import Users
from accounts.rest.problems import not_found
from accounts.rest.resources import ListResource
from config.document import Document, docs
from delivery.api.events import Events
from delivery.api.exports import Exports
from delivery.api.webhooks import WebhookDeliveries, Webhooks
from interviews.api.applications import Applications
from interviews.api.availabilities import Availabilities, BusyPeriods
from interviews.api.candidates import Candidates
from interviews.api.inbound import inbound
from interviews.api.interviewers import Interviewers, Pools
from interviews.api.jobs import Jobs
from interviews.api.loop_plans import LoopPlans
from interviews.api.loop_templates import LoopTemplates
from interviews.api.loops import Loops, Rounds
from interviews.api.panels import Bookings, Invitations, Plans
from interviews.api.plan_choices import Additions, Alternatives
from questionbank.api.imports import ImportEntries, Imports
from questionbank.api.questions import Questions
from questionbank.api.versions import QuestionVersions, VersionComments
from questionbank.api.vocabulary import Categories, Competencies, Roles, Seniorities, Tags
from scoring.api.debriefs import Debriefs, Decisions, Policies
from scoring.api.kits import Kits
from scoring.api.packets import Packets
from scoring.api.results import Results
from scoring.api.scorecards import Scorecards, Scores
from scoring.api.unified import AtsInterviews, AtsScorecards

RESOURCES: list[type[ListResource]] = [
    Competencies,
    Categories,
    Roles,
    Seniorities,
    Tags,
    Questions,
    QuestionVersions,
    VersionComments,
    Imports,
    ImportEntries,
    LoopTemplates,
    Jobs,
    LoopPlans,
    Alternatives,
    Additions,
    Candidates,
    Applications,
    Loops,
    Rounds,
    Kits,
    Interviewers,
    Pools,
    Availabilities,
    BusyPeriods,
    Plans,
    Bookings,
    Invitations,
    Scorecards,
    Scores,
    Policies,
    Debriefs,
    Results,
    Decisions,
    Packets,
    AtsScorecards,
    AtsInterviews,
    Webhooks,
    WebhookDeliveries,
    Events,
    Exports,
    Users,
    Tokens,
    Audit,
    Deletions,
]

app_name = "api"
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for resource in RESOURCES:
    router.register(resource.path or resource.noun, resource, basename=resource.noun)

urlpatterns = [
    path("openapi.json", Document.as_view(), name="openapi"),
    path("docs/", docs, name="docs"),
    path("docs/<slug:noun>", docs, name="docs-noun"),
    path("inbound/<uuid:pk>/", inbound, name="inbound"),
    *router.urls,
    # Everything else below /api/ is not there, and says so as problem+json.
    re_path("", not_found),
]
