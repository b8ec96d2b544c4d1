"""The calendar mails of a booking: iTIP (RFC 5546) in a mail that people can read without a calendar.

The candidate gets one event that spans all rounds, named one by one in its text: mail programs show the answer
buttons for the first event of a mail only, and rounds of one loop lie on one day. Each interviewer gets an event
of their own round.
"""

from dataclasses import dataclass
from datetime import date, datetime
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from accounts.models import User
from interviews.choices import JobRole, SeatState
from interviews.models import Candidate, Invitation, Round
from interviews.zones import day_text, same_clock, short_day_text, times_text, zone_label

REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True, slots=True)
class Slot:
    """A round and the time it has, or had when the booking was taken back."""

    round: Round
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Reader:
    """To whom a mail speaks, and whose clock is shown beside their own."""

    name: str
    email: str
    language: str
    zone: str
    other_zone: str


def invitation_mail(*, invitation: Invitation, method: str, slots: list[Slot]) -> EmailMultiAlternatives:
    """The mail for one invitation, in the reader's language and zone. Reads the job's recruiter: one query."""
    candidate = invitation.loop.application.candidate
    reader = _reader(invitation, candidate)
    template = "interviewer" if invitation.seat else "candidate"
    with translation.override(reader.language):
        context = _context(invitation, candidate, reader, slots) | {"cancelled": method == CANCEL}
        subject = _subject(invitation, candidate, reader, slots, method)
        text = render_to_string(f"interviews/mail/{template}.txt", context)
        mail = EmailMultiAlternatives(
            subject=subject,
            body=text,
            to=[formataddr((reader.name, reader.email))],
            reply_to=[formataddr((_one_line(context["organiser"]), context["organiser"].email))],
            headers=_headers(invitation),
        )
        mail.attach_alternative(render_to_string(f"interviews/mail/{template}.html", context), "text/html")
        calendar = _calendar(invitation, reader, slots, method, summary=subject, description=text)
    mail.attach_alternative(calendar.decode(), f"text/calendar; method={method}")
    mail.attach("invite.ics", calendar, "application/ics")
    return mail


def _reader(invitation: Invitation, candidate: Candidate) -> _Reader:
    job = invitation.loop.application.job
    if invitation.seat is None:
        return _Reader(
            _one_line(candidate.name), candidate.email, candidate.language, candidate.time_zone, job.time_zone
        )
    user = invitation.seat.interviewer.user
    return _Reader(_one_line(user), user.email, user.language, user.time_zone, candidate.time_zone)


def _context(invitation: Invitation, candidate: Candidate, reader: _Reader, slots: list[Slot]) -> dict[str, Any]:
    starts_at = slots[0].starts_at
    context: dict[str, Any] = {
        "candidate": _one_line(candidate.name),
        "job": _one_line(invitation.loop.application.job.title),
        "reader": reader,
        "day": day_text(starts_at, reader.zone),
        "zone": zone_label(reader.zone, starts_at),
        "other_zone": None,
        "slots": [_slot_context(slot, reader) for slot in slots],
        "organiser": _organiser(invitation),
    }
    if not same_clock(reader.zone, reader.other_zone, starts_at):
        context["other_zone"] = zone_label(reader.other_zone, starts_at)
        context["other_day"] = day_text(starts_at, reader.other_zone)
    if invitation.seat:
        path = reverse("scoring:card-detail", args=[invitation.seat.pk])
        context |= {"url": urljoin(settings.SITE_URL, path), "seat": invitation.seat.get_role_display()}
    return context


def _slot_context(slot: Slot, reader: _Reader) -> dict[str, Any]:
    span = (slot.starts_at, slot.ends_at)
    live = [seat for seat in slot.round.seats.all() if seat.state == SeatState.CONFIRMED]
    return {
        "name": _one_line(slot.round.name),
        "minutes": slot.round.minutes,
        "times": times_text(span, reader.zone),
        "other_times": times_text(span, reader.other_zone),
        "people": [_one_line(seat.interviewer.user) for seat in live],
        "link": slot.round.link,
    }


def _organiser(invitation: Invitation) -> User:
    """The job's recruiter, who answers for the loop; else who started it."""
    members = invitation.loop.application.job.members.filter(role=JobRole.RECRUITER).select_related("user")
    first = members.order_by("pk").first()
    return first.user if first else invitation.loop.created_by


def _subject(invitation: Invitation, candidate: Candidate, reader: _Reader, slots: list[Slot], method: str) -> str:
    params = {
        "candidate": candidate.name,
        "job": invitation.loop.application.job.title,
        "round": slots[0].round.name,
        "day": short_day_text(slots[0].starts_at, reader.zone),
        "time": times_text((slots[0].starts_at, slots[-1].ends_at), reader.zone),
    }
    texts = {
        (REQUEST, True): _("Interview with %(candidate)s: %(round)s, %(day)s %(time)s"),
        (CANCEL, True): _("Cancelled: interview with %(candidate)s, %(round)s, %(day)s %(time)s"),
        (REQUEST, False): _("Your interviews for %(job)s: %(day)s %(time)s"),
        (CANCEL, False): _("Cancelled: your interviews for %(job)s, %(day)s %(time)s"),
    }
    return _one_line(texts[method, invitation.seat is not None] % params)


def _headers(invitation: Invitation) -> dict[str, str]:
    # The same number is the same mail, however often it is sent.
    name, host = invitation.uid.split("@")
    return {"Message-ID": f"<{name}.{invitation.sequence}@{host}>", "Auto-Submitted": "auto-generated"}


def _calendar(
    invitation: Invitation, reader: _Reader, slots: list[Slot], method: str, *, summary: str, description: str
) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Loopwright//Interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(invitation, reader, slots, method, summary=summary, description=description))
    year = slots[0].starts_at.year
    calendar.add_missing_timezones(date(year - 1, 1, 1), date(year + 2, 1, 1))
    return calendar.to_ical()


def _event(
    invitation: Invitation, reader: _Reader, slots: list[Slot], method: str, *, summary: str, description: str
) -> Event:
    zone = ZoneInfo(reader.zone)
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", slots[0].starts_at.astimezone(zone))
    event.add("dtend", slots[-1].ends_at.astimezone(zone))
    event.add("summary", summary)
    event.add("description", description)
    event.add("status", "CONFIRMED" if method == REQUEST else "CANCELLED")
    event.add("organizer", _address(*parseaddr(settings.DEFAULT_FROM_EMAIL)))
    attendee = _address(reader.name, reader.email)
    attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    event.add("attendee", attendee)
    if links := {slot.round.link for slot in slots if slot.round.link}:
        event.add("location", min(links))
    if invitation.seat:
        path = reverse("scoring:card-detail", args=[invitation.seat.pk])
        event.add("url", urljoin(settings.SITE_URL, path))
    return event


def _address(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = name
    return address


def _one_line(value: object) -> str:
    """Text for a header or a property: no line breaks, tabs or other controls, whatever a name holds."""
    return " ".join("".join(it if it.isprintable() else " " for it in str(value)).split())
