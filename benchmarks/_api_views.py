"""What the API is measured against: the same answers by hand-written SQL, and by Django REST framework's own means.

Both ask for the token first, as anything has to that does not answer everybody. Beside that they do nothing that the
figures are not about: no limits, scopes, filters, cursors, sparse fields or visibility.
"""

import hashlib
from collections import defaultdict
from datetime import UTC
from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers, viewsets
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from accounts.models import ApiToken
from interviews.models import AskedQuestion, Loop
from interviews.selectors.loops import STAGES, stages_done
from scoring.models import Scorecard

ROWS = 50
_OWNER = "SELECT user_id FROM accounts_apitoken WHERE digest = %s AND revoked_at IS NULL"
_CARDS = """SELECT card.id, card.seat_id, seat.round_id, round.loop_id, loop.application_id, application.job_id,
    seat.interviewer_id, interviewer.user_id, card.state, card.version, card.recommendation, card.summary,
    card.created_at, card.saved_at, card.submitted_at, card.updated_at
FROM scoring_scorecard card
JOIN interviews_panelseat seat ON seat.id = card.seat_id
JOIN interviews_interviewer interviewer ON interviewer.id = seat.interviewer_id
JOIN interviews_round round ON round.id = seat.round_id
JOIN interviews_loop loop ON loop.id = round.loop_id
JOIN interviews_application application ON application.id = loop.application_id
WHERE card.state = 'submitted' ORDER BY card.id LIMIT %s"""
_SCORES = """SELECT card.id, asked.id, asked.position, version.question_id, version.id, score.level,
    score.not_assessed, score.evidence
FROM scoring_scorecard card
JOIN interviews_panelseat seat ON seat.id = card.seat_id
JOIN interviews_askedquestion asked ON asked.round_id = seat.round_id
JOIN questionbank_questionversion version ON version.id = asked.version_id
LEFT JOIN scoring_questionscore score ON score.scorecard_id = card.id AND score.asked_question_id = asked.id
WHERE card.id IN ({marks}) ORDER BY asked.position"""
_LOOPS = """SELECT loop.id, loop.application_id, application.candidate_id, application.job_id, loop.plan_id, loop.form,
    loop.state, loop.created_by_id, loop.created_at, loop.updated_at
FROM interviews_loop loop JOIN interviews_application application ON application.id = loop.application_id
ORDER BY loop.id LIMIT %s"""
_ROUNDS = "SELECT loop_id, id, ends_at FROM interviews_round WHERE loop_id IN ({marks}) ORDER BY position"
_NAMES = (
    "SELECT object_id, system, external_id FROM accounts_externalid WHERE resource = 'loops' AND object_id IN ({marks})"
)
_CARD = [
    "id",
    "seat",
    "round",
    "loop",
    "application",
    "job",
    "interviewer",
    "user",
    "state",
    "version",
    "recommendation",
    "summary",
]
_SCORE = ["asked_question", "position", "question", "version", "level", "not_assessed", "evidence"]
_LOOP = ["id", "application", "candidate", "job", "loop_plan", "form", "state", "created_by"]


def bare_scorecards(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        _user_of(cursor, request)
        cursor.execute(_CARDS, [ROWS + 1])
        rows = cursor.fetchall()[:ROWS]
        cursor.execute(_SCORES.format(marks=", ".join(["%s"] * len(rows))), [row[0] for row in rows])
        scores = defaultdict(list)
        for card, *values in cursor.fetchall():
            score = dict(zip(_SCORE, values, strict=True))
            for name in ("asked_question", "question", "version"):
                score[name] = _id(score[name])
            score["not_assessed"] = bool(score["not_assessed"])
            scores[card].append(score | {"evidence": score["evidence"] or "", "private_note": None})
    found = []
    for row in rows:
        card = dict(zip(_CARD, [*map(_id, row[:8]), *row[8:12]], strict=True)) | {"scores": scores[row[0]]}
        times = zip(("created_at", "saved_at", "submitted_at", "updated_at"), map(_time, row[12:]), strict=True)
        found.append(card | dict(times))
    return _answer(found)


def bare_loops(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    with connection.cursor() as cursor:
        _user_of(cursor, request)
        cursor.execute(_LOOPS, [ROWS + 1])
        rows = cursor.fetchall()[:ROWS]
        marks, ids = ", ".join(["%s"] * len(rows)), [row[0] for row in rows]
        cursor.execute(_ROUNDS.format(marks=marks), ids)
        rounds, ends = defaultdict(list), {}
        for loop, round_, ends_at in cursor.fetchall():
            rounds[loop].append(_id(round_))
            ends[loop] = ends_at or ends.get(loop)
        cursor.execute(_NAMES.format(marks=marks), ids)
        names = defaultdict(dict)
        for loop, system, name in cursor.fetchall():
            names[loop][system] = name
    found = []
    for row in rows:
        values = [*map(_id, row[:5]), row[5], row[6], _id(row[7])]
        loop = dict(zip(_LOOP, values, strict=True))
        last = _time(ends.get(row[0]))
        done = stages_done(state=row[6], last_end=last, now=now)
        stage = {"stage": STAGES[done] if done < len(STAGES) else None, "done": done, "of": len(STAGES)}
        loop |= {"progress": stage, "rounds": rounds[row[0]], "external_ids": names[row[0]]}
        found.append(loop | {"created_at": _time(row[8]), "updated_at": _time(row[9])})
    return _answer(found)


def _user_of(cursor: Any, request: HttpRequest) -> Any:
    secret = request.headers["Authorization"].removeprefix("Bearer ")
    cursor.execute(_OWNER, [hashlib.sha256(secret.encode()).hexdigest()])
    return cursor.fetchone()[0]


def _id(value: Any) -> Any:
    """SQLite keeps ids as 32 hexadecimal digits."""
    if not isinstance(value, str):
        return value
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def _time(value: Any) -> Any:
    """SQLite keeps no zone: all is UTC."""
    return value.replace(tzinfo=UTC) if value is not None else None


def _answer(rows: list[dict[str, Any]]) -> HttpResponse:
    body = orjson.dumps({"results": rows, "next": None}, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, "application/json")


class Token(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any]:
        secret = request.headers["Authorization"].removeprefix("Bearer ")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        token = ApiToken.objects.select_related("user").filter(digest=digest, revoked_at=None).first()
        if token is None:
            raise AuthenticationFailed
        return token.user, token


class Pages(PageNumberPagination):
    page_size = ROWS


class AskedSerializer(serializers.ModelSerializer):
    asked_question = serializers.UUIDField(source="id")
    question = serializers.UUIDField(source="version.question_id")
    version = serializers.UUIDField(source="version_id")
    level = serializers.SerializerMethodField()
    not_assessed = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    private_note = serializers.SerializerMethodField()

    class Meta:
        model = AskedQuestion
        fields = [*_SCORE, "private_note"]

    def _given(self, asked):
        return self.context["given"].get(asked.pk)

    def get_level(self, asked):
        given = self._given(asked)
        return given and given.level

    def get_not_assessed(self, asked):
        given = self._given(asked)
        return bool(given and given.not_assessed)

    def get_evidence(self, asked):
        given = self._given(asked)
        return given.evidence if given else ""

    def get_private_note(self, asked):
        return None


class ScorecardSerializer(serializers.ModelSerializer):
    seat = serializers.UUIDField(source="seat_id")
    round = serializers.UUIDField(source="seat.round_id")
    loop = serializers.UUIDField(source="seat.round.loop_id")
    application = serializers.UUIDField(source="seat.round.loop.application_id")
    job = serializers.UUIDField(source="seat.round.loop.application.job_id")
    interviewer = serializers.UUIDField(source="seat.interviewer_id")
    user = serializers.UUIDField(source="seat.interviewer.user_id")
    scores = serializers.SerializerMethodField()

    class Meta:
        model = Scorecard
        fields = [*_CARD, "scores", "created_at", "saved_at", "submitted_at", "updated_at"]

    def get_scores(self, card):
        given = {score.asked_question_id: score for score in card.scores.all()}
        questions = card.seat.round.questions.all()
        return AskedSerializer(questions, many=True, context={"given": given}).data


class LoopSerializer(serializers.ModelSerializer):
    application = serializers.UUIDField(source="application_id")
    candidate = serializers.UUIDField(source="application.candidate_id")
    job = serializers.UUIDField(source="application.job_id")
    loop_plan = serializers.UUIDField(source="plan_id")
    created_by = serializers.UUIDField(source="created_by_id")
    rounds = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    external_ids = serializers.SerializerMethodField()

    class Meta:
        model = Loop
        fields = [*_LOOP, "progress", "rounds", "external_ids", "created_at", "updated_at"]

    def get_rounds(self, loop):
        return [round_.pk for round_ in loop.rounds.all()]

    def get_progress(self, loop):
        ends = max((it.ends_at for it in loop.rounds.all() if it.ends_at), default=None)
        done = stages_done(state=loop.state, last_end=ends, now=timezone.now())
        return {"stage": STAGES[done] if done < len(STAGES) else None, "done": done, "of": len(STAGES)}

    def get_external_ids(self, loop):
        return {}


class Plain(viewsets.ReadOnlyModelViewSet):
    authentication_classes = (Token,)
    pagination_class = Pages
    renderer_classes = (JSONRenderer,)


class Scorecards(Plain):
    serializer_class = ScorecardSerializer
    queryset = (
        Scorecard.objects.filter(state="submitted")
        .select_related("seat__interviewer", "seat__round__loop__application")
        .prefetch_related("scores", "seat__round__questions__version")
        .order_by("pk")
    )


class Loops(Plain):
    serializer_class = LoopSerializer
    queryset = Loop.objects.select_related("application").prefetch_related("rounds").order_by("pk")


router = SimpleRouter(trailing_slash=False)
router.register("scorecards", Scorecards, basename="plain-scorecards")
router.register("loops", Loops, basename="plain-loops")
urlpatterns = [
    path("bare/scorecards", bare_scorecards),
    path("bare/loops", bare_loops),
    path("plain/", include(router.urls)),
    path("", include("config.urls")),
]
