"""What the API's document says is what the server does: schemathesis over the served document, as every role.

``PROVE_SIZE`` is the number of made-up cases of each operation and role, beside those at every limit of the document;
a small, seeded share of them unless told. ``PROVE_ROLES`` names some of the roles.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from accounts.rest.schema import ACTING
from accounts.scopes import SCOPES
from accounts.services.tokens import create_token
from config.api import RESOURCES
from tests.browser.company import build

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = int(os.environ.get("PROVE_SIZE", "0"))
SMALL = 2
# A person each; "program" is the API client itself, "anyone" the program with whatever On-Behalf-Of is made up.
ROLES = ("admin", "recruiter", "manager", "reader", "writer", "author", "program", "anyone")
IN_TESTS = ("recruiter", "program")
# Names of ids in paths besides the noun's own.
IN_PATHS = {"version": "question-versions", "upload": "imports", "plan": "loop-plans", "webhook": "webhooks"}
CONFIG = """\
seed = 4
continue-on-failure = true
max-failures = 100
[generation]
allow-x00 = false
[checks]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "415", "422", "428"]
missing_required_header.expected-statuses = ["400", "401", "403", "404", "415", "422", "428"]
# A well-formed body may still not go together with how things are.
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "412", "422", "428"]
# People with other rights are other runs; what belongs to whom is the table of tests/test_api_matrix.py.
[[operations]]
# Each item has a result of its own.
include-path-regex = "/bulk$"
checks.negative_data_rejection.expected-statuses = ["207", "400", "401", "403", "404", "409", "422"]
[[operations]]
# Parts of a form that are meant as files and are none: more of them than any form has fields are malformed.
include-name = "POST /api/v1/imports"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "403", "409", "413", "422"]
[phases.coverage]
enabled = {whole}
[phases.stateful]
enabled = {whole}
"""


def test_served_document_is_what_the_server_does(live_server, tmp_path, subtests):
    company = build()
    _token, secret = create_token(
        actor=company.admin, name="Proof", scopes=SCOPES - {"tokens:write"}, requests_per_minute=100_000
    )
    # No schema says that ``fields`` leaves out what is required; tests/accounts/rest tries that.
    document = without(fetched(live_server, "openapi.json"), lambda it: it.get("name") == "fields")
    for role in os.environ.get("PROVE_ROLES", " ".join(ROLES if SIZE else IN_TESTS)).split():
        person = getattr(company, role, None)
        headers = {"Authorization": f"Bearer {secret}"} | ({ACTING: person.email} if person else {})
        folder = tmp_path / role
        folder.mkdir()
        (folder / "openapi.json").write_text(json.dumps(document if role == "anyone" else fixed(document)))
        (folder / "schemathesis.toml").write_text(configuration(live_server, headers))
        with subtests.test(role=role):
            run = proven(live_server, folder, headers)
            assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]


def proven(live_server, folder, headers):
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", "schemathesis.toml", "run"]
    command += ["openapi.json", "--url", live_server.url, "--max-examples", str(SIZE or SMALL), "--no-color"]
    # The test server answers in two pieces, between which a kept connection waits for 40 ms.
    command += ["--header", "Connection: close"]
    command += [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.api_proof_hooks", "PYTHONPATH": os.getcwd()}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    (folder / "out.txt").write_text(run.stdout)
    return run


def fixed(document):
    """The document for one who always asks in the same name."""
    return without(document, lambda it: it.get("$ref", "").endswith(ACTING))


def without(document, unwanted):
    document = json.loads(json.dumps(document))
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [it for it in operation["parameters"] if not unwanted(it)]
    return document


def configuration(live_server, headers):
    """With ids of things that are there, so that most requests are about something."""
    known = {}
    for resource in RESOURCES:
        path = resource.path or resource.noun
        rows = [] if "<" in path else fetched(live_server, f"{path}?limit=40", **headers)["results"]
        if rows:
            known[resource.noun] = [str(row["id"]) for row in rows]
    lines = [CONFIG.format(whole="true" if SIZE else "false")]
    lines += [f"[dictionaries.{noun}]\nvalues = {json.dumps(ids)}" for noun, ids in known.items()]
    named = {f"{place}.{noun.rstrip('s').replace('-', '_')}": noun for place in ("query", "body") for noun in known}
    named |= {f"path.{name}": noun for name, noun in IN_PATHS.items() if noun in known}
    lines += ["[parameters]", *(f'"{name}" = {bound(noun)}' for name, noun in named.items())]
    for noun in known:
        lines.append(f'[[operations]]\ninclude-tag = "{noun}"\n[operations.parameters]\n"path.id" = {bound(noun)}')
    return "\n".join(lines)


def bound(noun):
    return f'{{ dictionary = "{noun}", probability = 0.8 }}'


def fetched(live_server, path, **headers):
    with urlopen(Request(f"{live_server.url}/api/v1/{path}", headers=headers)) as response:  # noqa: S310
        return json.load(response)
