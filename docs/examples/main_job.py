"""From a candidate to the packet by the API alone, with the client that bin/client generates.

    bin/client loopwright_client http://127.0.0.1:8000/api/v1/openapi.json
    LOOPWRIGHT_URL=http://127.0.0.1:8000 LOOPWRIGHT_TOKEN=lw_… LOOPWRIGHT_JOB=<id> python docs/examples/main_job.py

The token needs candidates:write, loops:read, loops:write, bookings:read, bookings:write, scorecards:read,
scorecards:write, packets:read, packets:write and act:as; the job an approved loop plan.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from loopwright_client import AuthenticatedClient
from loopwright_client.api.applications import applications_create
from loopwright_client.api.candidates import candidates_bulk
from loopwright_client.api.loops import loops_create
from loopwright_client.api.packets import packets_create, packets_file, packets_retrieve
from loopwright_client.api.plans import plans_confirm, plans_create, plans_retrieve
from loopwright_client.api.rounds import rounds_list
from loopwright_client.api.scorecards import scorecards_change, scorecards_create, scorecards_submit
from loopwright_client.models import (
    ApplicationInput,
    CandidateInputBulk,
    ConfirmInput,
    LoopInput,
    PacketInput,
    PlanInput,
    ScorecardChange,
    ScorecardInput,
)

PATIENCE_SECONDS = 120


def done(response: Any) -> Any:
    """What was answered; a refusal ends the program with what is wrong."""
    if response.status_code >= 400:
        sys.exit(f"{response.status_code}: {response.content.decode()}")
    return response.parsed


def key() -> str:
    """One for each thing that is to be done. Keep it with the thing, and a repetition is safe."""
    return str(uuid4())


def until(ready: str, ask: Any, pk: UUID, client: AuthenticatedClient) -> Any:
    """Long work, once its state is ``ready``."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while (thing := done(ask.sync_detailed(pk, client=client))).state.value != ready:
        if thing.state.value == "failed" or time.monotonic() > ends:
            sys.exit(f"{pk} is {thing.state.value}: {thing.error}")
        time.sleep(0.5)
    return thing


def apply(client: AuthenticatedClient, job: UUID) -> UUID:
    """The candidate, as our own system knows them, on the job."""
    person = {
        "name": "Wei Zhang",
        "email": "wei.zhang@example.com",
        "time_zone": "Asia/Dubai",
        "external_ids": {"our-ats": "4711"},
    }
    body = CandidateInputBulk.from_dict({"items": [person]})
    [result] = done(candidates_bulk.sync_detailed(client=client, body=body, idempotency_key=key())).results
    application = ApplicationInput(job=job, candidate=result.id)
    return done(applications_create.sync_detailed(client=client, body=application, idempotency_key=key())).id


def book(client: AuthenticatedClient, application: UUID) -> UUID:
    """A loop and a panel for it. Returns the loop."""
    body = LoopInput(application=application)
    loop = done(loops_create.sync_detailed(client=client, body=body, idempotency_key=key())).id
    plan = done(plans_create.sync_detailed(client=client, body=PlanInput(loop=loop), idempotency_key=key())).id
    until("proposed", plans_retrieve, plan, client)
    done(plans_confirm.sync_detailed(plan, client=client, body=ConfirmInput(), idempotency_key=key()))
    return loop


def score(client: AuthenticatedClient, loop: UUID) -> None:
    """Every interviewer's card, each in the name of its interviewer."""
    for round_ in done(rounds_list.sync_detailed(client=client, loop=loop)).results:
        for seat in round_.seats:
            who = {"client": client, "on_behalf_of": str(seat.user)}
            opened = scorecards_create.sync_detailed(body=ScorecardInput(seat=seat.id), idempotency_key=key(), **who)
            scores = [
                {"asked_question": str(asked.id), "level": 4, "evidence": "Named the constraint first."}
                for asked in round_.questions
            ]
            change = ScorecardChange.from_dict(
                {"recommendation": "yes", "summary": "Clear and careful.", "scores": scores}
            )
            card = done(opened).id
            saved = scorecards_change.sync_detailed(card, body=change, if_match=opened.headers["ETag"], **who)
            done(saved)
            etag = saved.headers["ETag"]
            done(scorecards_submit.sync_detailed(card, if_match=etag, idempotency_key=key(), **who))


def packet(client: AuthenticatedClient, loop: UUID, path: Path) -> None:
    """The debrief as PDF."""
    body = PacketInput.from_dict({"loop": str(loop), "language": "en"})
    made = done(packets_create.sync_detailed(client=client, body=body, idempotency_key=key()))
    until("ready", packets_retrieve, made.id, client)
    path.write_bytes(packets_file.sync_detailed(made.id, client=client).content)


def main() -> None:
    client = AuthenticatedClient(base_url=os.environ["LOOPWRIGHT_URL"], token=os.environ["LOOPWRIGHT_TOKEN"])
    loop = book(client, apply(client, UUID(os.environ["LOOPWRIGHT_JOB"])))
    score(client, loop)
    packet(client, loop, Path("packet.pdf"))


if __name__ == "__main__":
    main()
