"""Submitted is final and history only grows: rules for ``accounts.triggers``."""

from accounts.triggers import Effect, Trigger, append_only, tracked

_CARD = "scoring_scorecard"
_SCORE = "scoring_questionscore"
_REVISION = "scoring_scorecardrevision"
_FINAL = "a submitted scorecard is final"
_KEPT = ("id", "seat_id", "state", "version", "recommendation", "summary", "created_at", "saved_at", "submitted_at")


def _of_submitted(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_CARD} c WHERE c.id = {row}.scorecard_id AND c.state = 'submitted')"


TRIGGERS: list[Trigger | Effect] = [
    Trigger(
        f"{_CARD}_final_update",
        _CARD,
        "UPDATE",
        _FINAL,
        "OLD.state = 'submitted' AND (" + " OR ".join(f"OLD.{it} IS DISTINCT FROM NEW.{it}" for it in _KEPT) + ")",
    ),
    Trigger(f"{_CARD}_final_delete", _CARD, "DELETE", _FINAL, "OLD.state = 'submitted'"),
    Trigger(f"{_SCORE}_final_insert", _SCORE, "INSERT", _FINAL, _of_submitted("NEW")),
    Trigger(f"{_SCORE}_final_update", _SCORE, "UPDATE", _FINAL, _of_submitted("OLD")),
    Trigger(f"{_SCORE}_final_delete", _SCORE, "DELETE", _FINAL, _of_submitted("OLD")),
    *append_only(_REVISION, "revisions of a scorecard are append-only"),
    Trigger(
        f"{_REVISION}_no_gap",
        _REVISION,
        "INSERT",
        "revisions of a scorecard are numbered without gaps",
        f"NEW.number <> 1 + (SELECT COUNT(*) FROM {_REVISION} r WHERE r.scorecard_id = NEW.scorecard_id)",
    ),
    *append_only("scoring_decision", "a decision is kept as it was recorded"),
    *append_only("scoring_decisionpolicy", "a policy changes by a new version"),
    *append_only("scoring_debriefaccess", "a recorded access stays recorded"),
    *tracked(_CARD, "scorecards"),
    *tracked("scoring_debrief", "debriefs"),
    *tracked("scoring_packet", "packets"),
]
