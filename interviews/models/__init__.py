"""Who meets whom, when, with which questions."""

from interviews.models.ats import AtsConnection, AtsMessage, StageRule
from interviews.models.booking import Invitation, Occupancy, PanelSeat, SchedulePlan
from interviews.models.jobs import Application, Candidate, CandidateWindow, Job, JobMember
from interviews.models.loops import AskedQuestion, Loop, LoopPlan, PlannedQuestion, Round
from interviews.models.panel import BusyPeriod, Interviewer, Pool, WorkingHours
from interviews.models.templates import CompetencyNeed, LoopTemplate, RoundTemplate, SeatTemplate

__all__ = [
    "Application",
    "AskedQuestion",
    "AtsConnection",
    "AtsMessage",
    "BusyPeriod",
    "Candidate",
    "CandidateWindow",
    "CompetencyNeed",
    "Interviewer",
    "Invitation",
    "Job",
    "JobMember",
    "Loop",
    "LoopPlan",
    "LoopTemplate",
    "Occupancy",
    "PanelSeat",
    "PlannedQuestion",
    "Pool",
    "Round",
    "RoundTemplate",
    "SchedulePlan",
    "SeatTemplate",
    "StageRule",
    "WorkingHours",
]
