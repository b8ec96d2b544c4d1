"""Cards of the demonstration: filled in through the same services as real ones, always with the same levels."""

import zlib
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from interviews.choices import SeatRole
from interviews.models import AskedQuestion, Loop, PanelSeat
from scoring.models import Scorecard
from scoring.services.scorecards import open_card, save_card, submit_card

# What an interviewer might have written at each level, by language; which one is chosen follows from the ids.
_EVIDENCE = {
    "en": {
        2: (
            "Started from a tool rather than from the problem. Got to the main point only after two hints, and then in"
            " the words of the hint. Could not say what it would cost.",
            "Named the right parts but mixed up which one limits the other. When asked for a figure, gave one without"
            " showing where it came from.",
        ),
        3: (
            "Right approach, explained in order. The figures came when I asked and were within a factor of two."
            " Did not raise the limits of the choice; agreed with them when I named one.",
            "Solid on the usual case. The follow-up about what happens when it fails took a while, and ended in a"
            " workable answer.",
            "Knew the standard answer and could say why it is standard. Did not see at first that it does not fit the"
            " numbers I had given; changed it calmly when I read them again.",
        ),
        4: (
            "Worked it out aloud without help: named the constraint first, gave two options with what each costs, and"
            " chose one for this case. Corrected an own slip in the arithmetic.",
            "Clear and complete. Said which part was a guess. Asked me for the one number that was missing, and said"
            " how the answer would change with it.",
            "Drew the whole path first and then went to the narrow place without being led. Priced the remedy in time"
            " and in people. Left one edge case open, and said so.",
        ),
        5: (
            "As good as I have heard it. Derived the figure, checked it from the other side, then said when the"
            " whole approach would be wrong and how one would notice. Two examples from own work, with numbers.",
            "Went past the question unprompted: compared three ways by cost, drew the failure that each invites, and"
            " said what to measure in the first week.",
        ),
    },
    "zh-hans": {
        2: (
            "先谈工具，没有先谈问题。两次提示之后才说到要点，而且基本是复述提示。说不出代价是多少。",
            "组成部分说对了，但把谁限制谁弄反了。追问数字时给了一个结论，没有说明来源。",
        ),
        3: (
            "思路正确，讲得有条理。数字是追问之后给出的，误差在两倍以内。没有主动提到方案的局限，我提到后表示同意。",
            "常见情况掌握扎实。追问“失败时会怎样”时想了一会儿，最后给出了可行的回答。",
            "知道通行做法，也能说明为什么。起初没有注意到它与我给的数字不符，重读条件后平静地作了修改。",
        ),
        4: (
            "不需要提示，边想边说：先指出约束，再给出两个方案及各自的代价，并为当前场景选定一个。计算中的小错自己发现并改正。",
            "清楚、完整。主动说明哪一部分是猜测，并问我要缺少的那个数字，说明它会怎样改变结论。",
            "先画出完整流程，再自己走到瓶颈处。说明了补救措施要花多少时间和人力。留下一个边界情况，并如实说明。",
        ),
        5: (
            "推导出数字后又从另一侧验证，并说明在什么情况下整个方案不成立、怎样才能发现。举了两个自己做过的例子，都有数据。",
            "没有提示就超出了题目：比较三种做法的成本，指出每种做法容易出现的故障，并说明第一周应该测什么。",
        ),
    },
}
_ON_PROBE = {
    "en": ("\n\nAsked “{probe}”: needed a second try.", "\n\nAsked “{probe}”: answered at once, with an example."),
    "zh-hans": ("\n\n追问“{probe}”：第二次才答到点上。", "\n\n追问“{probe}”：立即作答，并举了例子。"),
}
_SUMMARY = {
    "en": {
        "strong_yes": ("Reasons from numbers and knows where they end.",),
        "yes": (
            "I would gladly review designs together.",
            "Sound judgement; details on request.",
            "Says what is a guess, and checks it.",
        ),
        "no": (
            "Knows much; the judgement came from my hints.",
            "Strong on tools, thin on causes.",
            "Not yet at this level; close.",
        ),
        "strong_no": ("The basics were not there.",),
    },
    "zh-hans": {
        "strong_yes": ("用数字说话，也知道数字的边界。",),
        "yes": ("基础扎实，愿意与之共事。", "判断可靠，细节需要追问。"),
        "no": ("知识面不错，但判断多来自提示。",),
        "strong_no": ("基本功不足。",),
    },
}


def fill_card(*, seat: PanelSeat, strength: int, now: datetime) -> None:
    """Score every question of the seat's round and submit, as its interviewer. ``strength`` shifts every level."""
    user: User = seat.interviewer.user
    card = open_card(seat=seat, user=user)
    if card.submitted_at is not None:
        return
    levels = []
    questions = AskedQuestion.objects.filter(round=seat.round).select_related("version__question").order_by("position")
    for place, asked in enumerate(questions):
        level = _level(seat, asked, strength)
        levels.append(level)
        changes = {"scores": {str(asked.pk): {"level": level, "evidence": _evidence(seat, asked, level)}}}
        saved = save_card(
            card=card,
            user=user,
            version=card.version,
            changes=changes,
            request_key=f"sample-{asked.pk}",
            now=now + timedelta(minutes=12 * place),
        )
        card.version = saved.version
    _conclude(card, seat, levels, now + timedelta(minutes=12 * len(levels)))


def fill_cards(*, loop: Loop, strength: int, leave_out: int = 0) -> int:
    """Fill in the cards of a loop, each after its round, but for the last ``leave_out``. Returns how many."""
    seats = PanelSeat.objects.live().filter(round__loop=loop).select_related("interviewer__user", "round")
    ordered = list(seats.order_by("round__position", "role"))
    chosen = ordered[: len(ordered) - leave_out]
    for seat in chosen:
        fill_card(seat=seat, strength=strength, now=seat.round.ends_at or timezone.now())
    return len(chosen)


def _chance(*parts: object) -> int:
    """A number that looks random and is the same for the same parts."""
    return zlib.crc32("/".join(map(str, parts)).encode())


def _level(seat: PanelSeat, asked: AskedQuestion, strength: int) -> int:
    """Mostly what the answer was worth, sometimes one step off: interviewers differ, and rarely by two."""
    answer = 3 + strength + min(1, _chance(asked.version.question.number, asked.position) % 3)
    ear = (-1, -1, 0, 0, 0, 1, 1)[_chance(asked.version.question.number, seat.interviewer.user.email) % 7]
    return max(2, min(5, answer + ear))


def _evidence(seat: PanelSeat, asked: AskedQuestion, level: int) -> str:
    language = seat.interviewer.user.language
    choices = _EVIDENCE[language][level]
    # Two who heard the same answer write about it in different words.
    text = choices[(asked.version.question.number + _place(seat)) % len(choices)]
    words = asked.version.texts.filter(language=language).first()
    if words is None or not words.probes:
        return text
    return text + _ON_PROBE[language][level > 3].format(probe=words.probes[asked.position % len(words.probes)])


def _place(seat: PanelSeat) -> int:
    """Counts the seats of a loop through: two a round."""
    return 2 * seat.round.position + (seat.role == SeatRole.SECOND)


def _conclude(card: Scorecard, seat: PanelSeat, levels: list[int], now: datetime) -> None:
    user: User = seat.interviewer.user
    mean = sum(levels) / len(levels)
    recommendation = "strong_yes" if mean >= 4.4 else "yes" if mean >= 3.4 else "no" if mean >= 2.2 else "strong_no"
    choices = _SUMMARY[user.language][recommendation]
    changes = {"recommendation": recommendation, "summary": choices[_place(seat) % len(choices)]}
    saved = save_card(
        card=card, user=user, version=card.version, changes=changes, request_key="sample-conclusion", now=now
    )
    submit_card(card=card, user=user, version=saved.version, now=now + timedelta(minutes=2))
