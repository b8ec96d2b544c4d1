"""Calendar mails as a mail server receives them."""

import datetime as dt
import email
import email.policy
import socket
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from django.urls import reverse
from icalendar import Calendar

from delivery.models import DurableJob
from delivery.services.jobs import run_job
from interviews.choices import CancelReason, InvitationState
from interviews.models import Candidate, Invitation
from interviews.services.booking import book_panel, cancel_booking
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 12, 7, 5, tzinfo=dt.UTC)
LINK = "https://meet.example.com/loop"


class Inbox(Sink):
    """Keeps what arrives, parsed."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def to(self, address):
        return [mail for mail in self.mails if address in mail["To"]]


@pytest.fixture
def inbox(settings):
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "Loopwright <hiring@example.com>"
    settings.SITE_URL = "https://hire.example.com"
    yield inbox
    server.stop()


def booked(*, candidate=None, **fields):
    world = small_world(**fields)
    world.approved()
    loop = start_loop(application=world.application(**candidate or {}), actor=world.recruiter)
    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)
    return book_panel(proposal=proposal, actor=world.recruiter, now=NOW, link=LINK), world


def send_all():
    for job in DurableJob.objects.order_by("created_at"):
        run_job(job_id=job.pk)


def part(mail, kind):
    (found,) = [it for it in mail.walk() if it.get_content_type() == kind]
    return found


def event_of(mail):
    calendar = Calendar.from_ical(part(mail, "text/calendar").get_content())
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_the_candidate_gets_one_mail_with_all_rounds_in_both_zones(inbox):
    _loop, world = booked(candidate={"name": "Wei Zhang", "email": "wei@example.com"}, second_seat=True)

    send_all()

    (mail,) = inbox.to("wei@example.com")
    text = part(mail, "text/plain").get_content()
    assert "Monday 7 December 2026" in text
    assert "Dubai (UTC+4)" in text
    assert "Berlin (UTC+1)" in text
    assert "12:00–13:00 (09:00–10:00)  Round 1" in text
    assert "13:15–14:15 (10:15–11:15)  Round 2" in text
    for interviewer in world.interviewers:
        assert str(interviewer) in text
    assert text.count(LINK) == 2
    assert mail["Reply-To"] == f"{world.recruiter} <{world.recruiter.email}>"
    assert "<strong>12:00–13:00</strong>" in part(mail, "text/html").get_content()


def test_the_candidates_event_spans_the_day_and_reads_as_itip(inbox):
    loop, _world = booked(candidate={"name": "Wei Zhang", "email": "wei@example.com"})

    send_all()

    (mail,) = inbox.to("wei@example.com")
    invitation = Invitation.objects.get(loop=loop, seat=None)
    assert part(mail, "text/calendar").get_param("method") == "REQUEST"
    assert part(mail, "application/ics").get_filename() == "invite.ics"
    calendar, event = event_of(mail)
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", invitation.uid, 0)
    dubai = ZoneInfo("Asia/Dubai")
    assert event["DTSTART"].dt == dt.datetime(2026, 12, 7, 12, tzinfo=dubai)
    assert event["DTEND"].dt == dt.datetime(2026, 12, 7, 14, 15, tzinfo=dubai)
    assert event["DTSTART"].params["TZID"] == "Asia/Dubai"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Dubai"]
    assert event["ORGANIZER"] == "mailto:hiring@example.com"
    assert (event["ATTENDEE"], event["ATTENDEE"].params["CN"]) == ("mailto:wei@example.com", "Wei Zhang")
    assert event["LOCATION"] == LINK


def test_each_interviewer_gets_their_own_round_in_their_zone_and_a_link_to_the_card(inbox):
    _world_loop, world = booked(candidate={"name": "Wei Zhang"})
    _lead, second = world.interviewers

    send_all()

    (mail,) = inbox.to(second.user.email)
    seat = second.seats.get()
    url = "https://hire.example.com" + reverse("scoring:card-detail", args=[seat.pk])
    text = part(mail, "text/plain").get_content()
    assert "10:15–11:15 Berlin (UTC+1)" in text
    assert "13:15–14:15 Dubai (UTC+4)" in text
    assert url in text
    _, event = event_of(mail)
    assert event["DTSTART"].dt == dt.datetime(2026, 12, 7, 10, 15, tzinfo=ZoneInfo("Europe/Berlin"))
    assert event["URL"] == url
    assert len(inbox.mails) == 3


def test_zones_that_show_the_same_are_not_told_twice(inbox):
    booked(candidate={"email": "wei@example.com", "time_zone": "Europe/Paris"})

    send_all()

    text = part(inbox.to("wei@example.com")[0], "text/plain").get_content()
    assert "Paris (UTC+1)" in text
    assert "Berlin" not in text


def test_mails_speak_the_readers_language(inbox):
    _loop, world = booked(candidate={"email": "wei@example.com", "language": "zh-hans"})

    send_all()

    html = part(inbox.to("wei@example.com")[0], "text/html").get_content()
    assert '<html lang="zh-Hans">' in html
    assert '<html lang="en">' in part(inbox.to(world.interviewers[0].user.email)[0], "text/html").get_content()


def test_names_cannot_inject_headers_or_properties(inbox):
    hostile = 'Eve\r\nBcc: all@example.com, "A"; <b>\r\nATTENDEE:mailto:x@example.com'
    loop, _world = booked()
    Candidate.objects.filter(pk=loop.application.candidate_id).update(name=hostile, email="eve@example.com")

    send_all()

    assert len(inbox.mails) == 3
    for mail in inbox.mails:
        assert mail["Bcc"] is None
        _, event = event_of(mail)
        assert not isinstance(event["ATTENDEE"], list)
        assert event["ATTENDEE"] != "mailto:x@example.com"
        assert "<b>" not in part(mail, "text/html").get_content()
    (mail,) = inbox.to("eve@example.com")
    assert len(mail["To"].addresses) == 1


def test_a_second_run_of_the_same_job_sends_nothing(inbox):
    _loop, _world = booked()
    send_all()

    send_all()

    assert len(inbox.mails) == 3
    assert set(Invitation.objects.values_list("state", flat=True)) == {InvitationState.SENT}
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 3


def test_a_server_that_is_down_leaves_the_invitation_waiting(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    booked()

    send_all()

    assert set(Invitation.objects.values_list("state", flat=True)) == {InvitationState.QUEUED}
    assert set(DurableJob.objects.values_list("attempts", flat=True)) == {1}


def test_cancelling_sends_the_same_event_one_number_higher(inbox):
    loop, world = booked(candidate={"email": "wei@example.com"})
    send_all()
    cancel_booking(loop=loop, actor=world.recruiter, reason=CancelReason.MOVED, now=NOW)

    send_all()

    first, second = inbox.to("wei@example.com")
    calendar, event = event_of(second)
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert event["UID"] == event_of(first)[1]["UID"]
    assert event["DTSTART"].dt == event_of(first)[1]["DTSTART"].dt
    assert "will not take place" in part(second, "text/plain").get_content()
    assert len(inbox.mails) == 6
