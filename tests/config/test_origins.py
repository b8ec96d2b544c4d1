import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from delivery.outbound import read_url

GOOD = ["https://a.example", "http://receiver:8080", "http://10.0.0.1", "https://[fd00::1]:8443", "http://a-b.c:65535"]


@pytest.mark.parametrize("origin", GOOD)
def test_origin_is_written_as_the_sender_compares_it(monkeypatch, origin):
    monkeypatch.setenv("ORIGINS", f"{origin}, http://other")
    allowed = env.origins("ORIGINS")
    assert allowed == {origin, "http://other"}
    assert read_url(f"{origin}/hook", allowed=allowed).origin == origin


BAD = ["a.example", "https://A.example", "https://a.example/", "https://a.example:443", "http://a:80", "ftp://a"]
BAD += ["https://u@a", "*", "10.0.0.0/8", "https://*.a", "http://a:0", "http://a:080", "http://", "http://[::1"]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_stops_the_start(monkeypatch, text):
    monkeypatch.setenv("ORIGINS", text)
    with pytest.raises(ImproperlyConfigured, match="ORIGINS"):
        env.origins("ORIGINS")


def test_nothing_is_listed_by_default(monkeypatch):
    monkeypatch.delenv("ORIGINS", raising=False)
    assert env.origins("ORIGINS") == frozenset()
