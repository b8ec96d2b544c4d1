import datetime as dt
import random

import pytest

from interviews.ats import generic, greenhouse
from interviews.ats.adapter import BadSignature
from interviews.ats.registry import ADAPTERS
from interviews.choices import AtsVendor
from tests.interviews.ats.signing import NOW, generic_headers, greenhouse_headers, message

BODY = message("generic_stage_reached")
HOOK = message("greenhouse_stage_change")


def is_genuine(adapter, headers, body, secret, now=NOW) -> bool:
    try:
        adapter.verify(headers=headers, body=body, secret=secret, now=now)
    except BadSignature:
        return False
    return True


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_vendor_that_can_be_chosen_has_an_adapter():
    assert set(ADAPTERS) == set(AtsVendor.values)


@pytest.mark.parametrize("vendor", AtsVendor.values)
def test_secrets_are_long_and_never_the_same(vendor):
    first, second = ADAPTERS[vendor].new_secret(), ADAPTERS[vendor].new_secret()
    assert first != second
    assert min(len(first), len(second)) >= 44


def test_what_the_official_library_signs_is_genuine():
    secret = generic.new_secret()
    headers = generic_headers(BODY, secret)
    assert is_genuine(generic, headers, BODY, secret)
    assert generic.message_id(headers=headers, body=BODY) == "msg_1"
    assert not is_genuine(generic, headers, BODY, generic.new_secret())


def test_one_fitting_signature_of_several_is_enough():
    old, new = generic.new_secret(), generic.new_secret()
    headers = generic_headers(BODY, old)
    both = f"v1a,{'A' * 86} {headers['webhook-signature']} {generic_headers(BODY, new)['webhook-signature']}"
    assert is_genuine(generic, headers | {"webhook-signature": both}, BODY, old)
    assert is_genuine(generic, headers | {"webhook-signature": both}, BODY, new)
    assert not is_genuine(generic, headers | {"webhook-signature": both}, BODY, generic.new_secret())


@pytest.mark.parametrize(("seconds", "genuine"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_message_is_genuine_for_five_minutes_either_way(seconds, genuine):
    secret = generic.new_secret()
    headers = generic_headers(BODY, secret, at=NOW.replace(microsecond=0))
    assert is_genuine(generic, headers, BODY, secret, NOW + dt.timedelta(seconds=seconds)) is genuine


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_is_needed(missing):
    secret = generic.new_secret()
    headers = generic_headers(BODY, secret)
    del headers[missing]
    assert not is_genuine(generic, headers, BODY, secret)


@pytest.mark.parametrize("sent_at", ["", "-1", "1e9", "1_0", "١٢٣", "nan", "9" * 400, "1764000000.5"])
def test_a_time_is_plain_seconds(sent_at):
    secret = generic.new_secret()
    assert not is_genuine(generic, generic_headers(BODY, secret) | {"webhook-timestamp": sent_at}, BODY, secret)


@pytest.mark.parametrize("message_id", ["", "a b", "a\x00b", "é", "x" * 256])
def test_an_id_is_short_and_plain(message_id):
    secret = generic.new_secret()
    assert not is_genuine(generic, generic_headers(BODY, secret, message_id=message_id), BODY, secret)


def test_the_web_hooks_of_greenhouse_are_genuine_and_known_by_what_is_signed():
    secret = greenhouse.new_secret()
    headers = greenhouse_headers(HOOK, secret)
    assert is_genuine(greenhouse, headers, HOOK, secret)
    assert not is_genuine(greenhouse, headers, HOOK, greenhouse.new_secret())
    other_delivery = greenhouse_headers(HOOK, secret, event_id="another")
    first = greenhouse.message_id(headers=headers, body=HOOK)
    assert first == greenhouse.message_id(headers=other_delivery, body=HOOK)
    assert first != greenhouse.message_id(headers=greenhouse_headers(HOOK + b" ", secret), body=HOOK + b" ")


@pytest.mark.parametrize(
    "form", ["", "sha256", "sha256  {0}", "sha256={0}", "SHA256 {0}", "sha256 {1}", "{0}", "é {0}"]
)
def test_greenhouse_signs_in_one_form_alone(form):
    secret = greenhouse.new_secret()
    digest = greenhouse_headers(HOOK, secret)["signature"].split()[1]
    signature = form.format(digest, digest.upper() if digest.upper() != digest else digest[:-1])
    assert not is_genuine(greenhouse, {"signature": signature}, HOOK, secret)


def test_no_change_of_a_single_bit_is_taken_for_genuine():
    """10,000 bits, of the body and of every header that is signed, as both vendors send them."""
    chance = random.Random(7)
    accepted = tried = 0
    for adapter, body, signed in (
        (generic, BODY, ("webhook-id", "webhook-timestamp", "webhook-signature")),
        (greenhouse, HOOK, ("signature",)),
    ):
        secret = adapter.new_secret()
        make = generic_headers if adapter is generic else greenhouse_headers
        headers = make(body, secret)
        assert is_genuine(adapter, headers, body, secret)
        bits = [(name, bit) for name in signed for bit in range(len(headers[name]) * 8)]
        bits += [("", chance.randrange(len(body) * 8)) for _ in range(5_000 - len(bits))]
        for name, bit in bits:
            changed = flipped(body, bit) if not name else body
            others = headers | ({name: flipped(headers[name].encode(), bit).decode("latin-1")} if name else {})
            accepted += is_genuine(adapter, others, changed, secret)
            tried += 1
    assert (tried, accepted) == (10_000, 0)
