"""Hooks of the proof that the API's document is true; loaded by schemathesis, without Django."""

from uuid import uuid4

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Let requests that are meant to be taken get past what no document can say, so that more than that is tried.

    A key of its own for every POST, else most would meet a kept answer; whatever version there is, else every change
    would be stale; and no cursor, for only a list itself gives one.
    """
    if _is_well_formed(case, "header") and case.headers:
        for name, value in (("Idempotency-Key", uuid4().hex), ("If-Match", "*")):
            if name in case.headers:
                case.headers[name] = value
    if _is_well_formed(case, "query") and case.query:
        case.query.pop("cursor", None)


def _is_well_formed(case, place):
    if case.meta is None:
        return True
    return all(it.mode.is_positive for where, it in case.meta.components.items() if where.value.startswith(place))
