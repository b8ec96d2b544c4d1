"""A packet document with invented people, in two languages and any size, for tests and the benchmark."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import fmean, stdev
from zoneinfo import ZoneInfo

from scoring.rendering.document import (
    Anchor,
    AskedQuestion,
    CandidateFacts,
    CardException,
    Condition,
    DecisionRecord,
    Disagreement,
    Dissent,
    Doubt,
    Edition,
    InputLine,
    Language,
    PacketDocument,
    PacketRound,
    PageSize,
    PanelMember,
    PolicyFacts,
    PolicyRule,
    PositionFacts,
    Probe,
    QuestionScore,
    ResultRow,
    Vote,
)

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 10, 14, 0, tzinfo=ZONE)

PEOPLE = (
    ("Maya Okafor", "Okafor", "Staff engineer", "yes", "yes", "I would trust this design review tomorrow."),
    ("Tomás Herrera", "Herrera", "Senior engineer", "yes", "strong_yes", "Numbers first, then an opinion. Rare."),
    ("林越", "林越", "Principal scientist", "no", "no", "学习能力强，独立诊断不足。"),
    ("Priya Raman", "Raman", "Senior engineer", "yes", "yes", "Good plans, each with a number that would stop it."),
    ("Jonas Weber", "Weber", "Bar raiser", "yes", "no", "The substance is there; the order of telling is not."),
    (
        "Ifeoma Adeyemi-Castellanos",
        "Adeyemi-Castellanos",
        "Research engineer",
        "strong_yes",
        "strong_yes",
        "Asked what would change the plan before anyone else did, and then costed the answer on the board.",
    ),
    ("欧阳明轩", "欧阳", "Engineering manager", "yes", "yes", "遇到分歧时先复述对方的理由，再给出自己的数据。"),
    (
        "Sæunn Guðmundsdóttir",
        "Guðmundsdóttir",
        "Staff engineer",
        "strong_no",
        "no",
        "Three times the first proposal was to try something and see.",
    ),
)
COMPETENCIES = {
    "en": (
        "Model architecture",
        "Training",
        "Systems and scaling",
        "Research judgement",
        "Communication",
        "Performance",
        "Leadership",
        "Coding and design",
        "Data modelling",
        "Reliability",
    ),
    "zh-hans": (
        "模型架构",
        "训练",
        "系统与扩展",
        "研究判断",
        "沟通",
        "性能",
        "领导力",
        "编码与设计",
        "数据建模",
        "可靠性",
    ),
}
TITLES = {
    "en": (
        "Grouped-query attention and the key–value cache",
        "Explain position encodings to a new colleague",
        "Mixture of experts without more latency",
        "Reward models that drift",
        "Choosing between full fine-tuning and adapters",
        "Recovering a 2,000-GPU training run",
    ),
    "zh-hans": (
        "分组查询注意力与键值缓存",
        "向新同事讲解位置编码",
        "不增加延迟的混合专家模型",
        "漂移的奖励模型",
        "全量微调与适配器的取舍",
        "恢复一次2,048卡的训练任务",
    ),
}
PROMPTS = {
    "en": "<p>Our chat model has 80 layers and serves 32k-token contexts. Explain what changes in memory, bandwidth and"
    " quality when you move it from multi-head to grouped-query attention, and how you would choose the number of"
    " groups.</p>",
    "zh-hans": "<p>一次使用2,048块GPU的训练，平均每9小时就有一个节点失效。写一次检查点需要11分钟，"
    "而且重启之后损失出现过两次尖峰。"
    "请设计恢复方案，说明哪些环节应当自动化，并证明这样做值得。</p>",
}
PROBES = {
    "en": (
        "Where does the saving go when batch size is 1?",
        "What breaks with 4 groups on 8-way tensor parallel?",
        "How would you convert an existing checkpoint?",
    ),
    "zh-hans": ("“九小时”这个数字从何而来？", "怎样确认重放是精确的？", "凌晨三点通知谁？他应当做什么？"),
}
ANCHORS = {
    "en": (
        "Cannot say what the key–value cache holds.",
        "Knows the names; mixes up what is shared between heads or what is cached.",
        "Explains the three variants correctly and their direction of effect; numbers come only with help.",
        "Derives cache size correctly and explains the quality trade-off with numbers; needs a prompt for one part.",
        "Derives cache size and bandwidth unprompted, picks a group count from a stated budget, and says"
        " how the quality loss would be measured before shipping.",
    ),
    "zh-hans": (
        "没有意识到重启是主要成本。",
        "只有重启脚本和更频繁的检查点；没有成本估算；尖峰听天由命。",
        "恢复方案合理，有一部分计算；把尖峰当作数据或优化器问题，但没有检验方法。",
        "算出损失的工作量；提出异步或内存检查点与热备节点，并给出规模；对尖峰有检验方法。",
        "算出损失的工作量与最优检查点间隔，用重放定位尖峰的原因，只把已经弄清楚的环节自动化，并用GPU小时说明节省了多少。",
    ),
}
NOTES = (
    "Wrote 2 × layers × kv-heads × head-dim × bytes straight away and got 86 GB for one 32k sequence in bf16 with 64 heads,"  # noqa: E501
    " then 10.7 GB with 8 groups. Picked 8 groups “because the tensor-parallel degree is 8”, which is the right reason."
    " Needed a nudge to say how the loss would be measured. On conversion of a checkpoint we ran out of time; the first"
    " idea, mean-pooling the key and value heads and a short continued training, is what we did.",
    "Very fluent. Corrected a factor of two without help. Linked the group count to the tensor-parallel degree and to"
    " decode bandwidth. I had to ask about evaluation; then proposed long-context retrieval and a held-out perplexity gate."  # noqa: E501
    " Batch size 1 was answered well: bandwidth, not memory, is what one buys.",
    "检查点间隔的推导是对的，但对损失尖峰没有独立的诊断：先提出降低学习率，再提出跳过批次，都没有验证方法。重放实验是面试官提示之后才"
    "出现的。按锚点的文字，尖峰“听天由命”，应评2级。在提示之后，重放方案的细节是完整的，说明学习能力强。但这道题考察的是独立定位问题的能力。",
    "Checkpoint arithmetic was right. But the replay came after I mentioned data order; before that the plan was “lower the"  # noqa: E501
    " learning rate after a restart”. I chose 3 because the anchor for 4 asks for the test to be the candidate’s own. Hot"  # noqa: E501
    " spares were sized well. After my hint the replay design was complete within two minutes.",
    "Arithmetic right, reasons right. Claimed “quality loss is below noise” with no source; withdrew it when asked. Level 4,"  # noqa: E501
    " not 5: evaluation came from us. Stayed calm when I disagreed on purpose about the cache layout.",
    "Started from the budget and worked back. Two of three numbers were right at once, the third after a look at the units."  # noqa: E501
    " Said plainly what was a guess. Would have liked one measured number from an own system instead of a paper’s.",
    "比较是正确的，但比较笼统。对140个产品的批量服务成本（适配器热切换、显存碎片）没有估算，直到我给出并发数。愿意修改结论，这一点很好。",
    "Good start, then a long detour. The question on ownership was answered with tools, not with people.",
)
LEVEL_PATTERN = (4, 5, 2, 3, 4, 4, 3, 2)


def packet_sample(
    *,
    language: Language = "en",
    page_size: PageSize = "A4",
    interviewers: int = 5,
    competencies: int = 5,
    rounds: int = 4,
    questions_a_round: int = 3,
    panel_size: int | None = None,
    note_repeats: int = 1,
    long_names: bool = False,
    decided: bool = True,
    cards_missing: int = 0,
) -> PacketDocument:
    """A whole packet; every printed mean comes from its levels. ``panel_size`` interviewers sit in each round."""
    names = COMPETENCIES[language][:competencies]
    members = _members(interviewers, rounds, panel_size, cards_missing=cards_missing, long_names=long_names)
    made = tuple(
        _round(number, members, names, language, questions_a_round, note_repeats) for number in range(1, rounds + 1)
    )
    rows = tuple(_result(name, made) for name in names)
    overall = _overall(rows, language, cards_missing)
    cards = sum(len(member.rounds) for member in members)
    cards_in = sum(len(member.rounds) for member in members if member.submitted)
    candidate = CandidateFacts("Wei Zhang", "张伟") if language == "en" else CandidateFacts("张伟", "Wei Zhang")
    if long_names:
        candidate = CandidateFacts("Maximiliane Schwarzenberger-Montgomery de la Cruz", "马克西米利亚娜·施瓦岑贝格")
    return PacketDocument(
        language=language,
        page_size=page_size,
        zone="Asia/Shanghai",
        candidate=candidate,
        position=_position(language, long_names=long_names),
        cards_in=cards_in,
        cards_total=cards,
        members=members,
        overall=overall,
        competencies=rows,
        policy=_policy(language, rows, overall),
        rounds=made,
        disagreements=_disagreements(made, language),
        doubt=Doubt(6, 2, 3.41, 5, 3.66) if overall.mean is not None else None,
        decision=_decision(members) if decided else None,
        missing=() if decided else (("cards", "debrief") if cards_missing else ("decision",)),
        editions=_editions()[: 3 if decided else 2],
        inputs=_inputs(made, cards_in),
        inputs_hash="17a68e69f979f3d4ec210441373ac4112596936188d03c90f6397b7d0d1eee0d",
        verification_code="D1R3-KRMS-NK22",
        generated_at=datetime(2026, 11, 20, 17, 42, tzinfo=ZONE),
        kept_until=date(2028, 11, 20),
    )


def _position(language: Language, *, long_names: bool) -> PositionFacts:
    if long_names:
        return PositionFacts(
            "Principal Distributed Training Infrastructure Engineer",
            "Large-Model Platform, Training Reliability and Developer Experience",
            "Aix-en-Provence and Kuala Lumpur",
        )
    if language == "en":
        return PositionFacts("Senior LLM Engineer", "Large-Model Platform", "Shanghai")
    return PositionFacts("高级大模型工程师", "大模型平台部", "上海")


def _members(
    count: int, rounds: int, panel_size: int | None, *, cards_missing: int, long_names: bool
) -> tuple[PanelMember, ...]:
    size = min(panel_size or 3, count)
    seats: dict[int, list[int]] = {place: [] for place in range(count)}
    for number in range(rounds):
        for seat in range(size):
            seats[(number * size + seat) % count].append(number + 1)
    members = []
    for place in range(count):
        name, short, title, vote, before, quote = PEOPLE[place % len(PEOPLE)]
        submitted = place < count - cards_missing
        if long_names and place % 2 == 0:
            name = f"{name.split()[0]} Wolfeschlegelsteinhausen-Bergerdorff"
        members.append(
            PanelMember(
                key=f"m{place}",
                name=name,
                short_name=short,
                title=title,
                rounds=tuple(seats[place]),
                submitted=submitted,
                recommendation=vote if submitted else None,
                before=before if submitted else None,
                quote=quote if submitted else "",
            )
        )
    return tuple(members)


def _round(
    number: int,
    members: tuple[PanelMember, ...],
    names: tuple[str, ...],
    language: Language,
    questions: int,
    note_repeats: int,
) -> PacketRound:
    panel = tuple(member for member in members if number in member.rounds)
    starts = START + timedelta(days=number // 3, hours=number)
    first = (number - 1) * questions
    title = {"en": "Architecture and fundamentals", "zh-hans": "架构与基础"}[language]
    asked = tuple(
        _question(first + place + 1, panel, names, language, starts, note_repeats) for place in range(questions)
    )
    return PacketRound(number, title, tuple(member.key for member in panel), asked, starts, 60)


def _question(
    number: int,
    panel: tuple[PanelMember, ...],
    names: tuple[str, ...],
    language: Language,
    starts: datetime,
    note_repeats: int,
) -> AskedQuestion:
    first, second = names[(number - 1) % len(names)], names[number % len(names)]
    weights = ((first, 0.75), (second, 0.25)) if number % 3 == 0 and first != second else ((first, 1.0),)
    probes = PROBES[language]
    return AskedQuestion(
        number=number,
        key=f"Q-{400 + 17 * number:04d}",
        version=1 + number % 7,
        title=TITLES[language][(number - 1) % len(TITLES[language])],
        prompt_html=PROMPTS[language],
        competencies=weights,
        anchors=tuple(Anchor(level, text) for level, text in enumerate(ANCHORS[language], start=1)),
        scores=tuple(_score(number, place, member, starts, note_repeats) for place, member in enumerate(panel)),
        language=language,
        published_on=date(2026, 8, 14),
        minutes_planned=18,
        minutes_used=15 + number % 6,
        probes=(Probe(probes[0], True), Probe(probes[1], True), Probe(probes[2], False)),
        substituted="The candidate had seen the planned question in an earlier loop." if number == 4 else "",
        debrief_note="All agree on what was said; they differ on whether a test after a hint counts. Levels kept.",
        generic_rubric=number == 5,
    )


def _score(number: int, place: int, member: PanelMember, starts: datetime, note_repeats: int) -> QuestionScore:
    if not member.submitted:
        return QuestionScore(member.key, None)
    key = int(member.key[1:])
    level = LEVEL_PATTERN[(key + number) % len(LEVEL_PATTERN)] if number % 6 == 0 else 3 + (key + number) % 2
    not_assessed = number == 2 and place == 1
    saved = starts + timedelta(minutes=12 + place, seconds=7 * number + place)
    amended = CardException("amended", saved + timedelta(days=1), reason="Wrong question chosen.")
    note = NOTES[(key + number - 1) % len(NOTES)]
    return QuestionScore(
        member=member.key,
        level=None if not_assessed else level,
        not_assessed=not_assessed,
        evidence="\n\n".join([note] * note_repeats),
        saved_at=saved,
        revision=3 + (number + place) % 9,
        submitted_at=starts + timedelta(minutes=85 + place),
        exceptions=(amended,) if number == 3 and place == 0 else (),
    )


def _result(name: str, rounds: tuple[PacketRound, ...]) -> ResultRow:
    """Plain mean and spread of the levels: the sample needs believable numbers, not the product's statistics."""
    scored = [
        (question.number, score)
        for each in rounds
        for question in each.questions
        if name in dict(question.competencies)
        for score in question.scores
        if score.level is not None
    ]
    levels = [score.level for _number, score in scored if score.level is not None]
    questions, people = len({number for number, _score in scored}), len({score.member for _n, score in scored})
    line = 3.0
    if len(levels) < 2:
        return ResultRow(
            name,
            None,
            line=line,
            outcome="too_few",
            questions=questions,
            interviewers=people,
            reason="too_few_questions",
            params={"has": questions, "needs": 2},
        )
    mean, half = fmean(levels), 2 * (stdev(levels) or 0.3) / len(levels) ** 0.5
    low, high = max(1.0, mean - half), min(5.0, mean + half)
    outcome = "met" if low >= line else ("not_met" if high < line else "not_certain")
    return ResultRow(name, mean, low, high, line, outcome, questions, people)


def _overall(rows: tuple[ResultRow, ...], language: Language, cards_missing: int) -> ResultRow:
    name, line = {"en": "Overall", "zh-hans": "总体"}[language], 3.4
    means = [row.mean for row in rows if row.mean is not None]
    if cards_missing or not means:
        return ResultRow(name, None, line=line, outcome="too_few", reason="cards_missing")
    mean = fmean(means)
    low, high = mean - 0.29, mean + 0.29
    return ResultRow(name, mean, low, high, line, "not_certain" if low < line <= high else "met")


def _policy(language: Language, rows: tuple[ResultRow, ...], overall: ResultRow) -> PolicyFacts:
    means = [row.mean for row in rows if row.mean is not None]
    lowest = min(means) if means else None
    outcome = overall.outcome
    rules = (
        PolicyRule("overall_line", {"line": 3.4, "mean": overall.mean}, outcome),
        PolicyRule("competency_line", {"line": 3.0, "lowest": lowest}, "met" if lowest and lowest >= 3 else "not_met"),
        PolicyRule("knock_out", {"line": 2.5, "below": ()}, "met"),
        PolicyRule(
            "minimum_evidence",
            {"questions": 2, "interviewers": 2, "short": tuple(row.name for row in rows if row.mean is None)},
            "met" if all(row.mean for row in rows) else "too_few",
        ),
        PolicyRule("weights", {"weights": ()}),
        PolicyRule("zero_weight", {"questions": ()}),
    )
    name = {"en": "Senior LLM Engineer", "zh-hans": "高级大模型工程师"}[language]
    return PolicyFacts(name, 5, True, rules, date(2026, 9, 1), "Elena Rossi")


def _disagreements(rounds: tuple[PacketRound, ...], language: Language) -> tuple[Disagreement, ...]:
    questions = [question for each in rounds for question in each.questions]
    widest = max(questions, key=lambda question: _spread([score.level for score in question.scores]))
    levels = tuple((score.member, score.level) for score in widest.scores if score.level is not None)
    found = [Disagreement("question_levels", widest.title, levels, widest.number)] if len(levels) > 1 else []
    subject = COMPETENCIES[language][0]
    spread = tuple((score.member, score.level) for score in questions[0].scores if score.level is not None)
    if spread:
        found.append(Disagreement("competency_levels", subject, spread))
    return (*found, Disagreement("recommendations"))


def _spread(levels: list[int | None]) -> int:
    given = [level for level in levels if level is not None]
    return max(given) - min(given) if given else 0


def _decision(members: tuple[PanelMember, ...]) -> DecisionRecord:
    votes = tuple(
        Vote(
            member.key,
            member.before,
            member.recommendation,
            "" if member.before == member.recommendation else "I had not seen how much came only after a hint.",
        )
        for member in reversed(members)
        if member.recommendation is not None
    )
    return DecisionRecord(
        code="hire",
        decided_at=datetime(2026, 11, 20, 16, 55, tzinfo=ZONE),
        decided_by="Elena Rossi",
        decided_by_title="Director, Large-Model Platform",
        rationale="All rules of policy v5 are met; the interval includes the pass line, so the panel read and voted again."  # noqa: E501
        " Architecture and training are clearly above the bar. The doubt is one skill, diagnosis of unstable runs, and it"  # noqa: E501
        " can be taught if a mentor is named.",
        votes=votes,
        dissents=(
            Dissent(
                members[min(2, len(members) - 1)].key,
                "两个答案都是先降低学习率、再跳过批次。我不怀疑学习能力；我怀疑的是今年有没有资深同事能教。我仍然投反对票。",
                datetime(2026, 11, 18, 10, 21, tzinfo=ZONE),
            ),
        ),
        conditions=(
            Condition(
                "Name an on-call mentor for training runs, for six months, before the offer.",
                "Elena Rossi",
                "24 Nov 2026",
            ),
            Condition(
                "At 90 days, review one recovery led by the new colleague.", "Tomás Herrera", "90 days after start"
            ),
        ),
    )


def _editions() -> tuple[Edition, ...]:
    return (
        Edition(1, datetime(2026, 11, 16, 9, 12, tzinfo=ZONE), "T8XC-0R5M-W2JE", "first"),
        Edition(2, datetime(2026, 11, 18, 11, 3, tzinfo=ZONE), "9QHB-7VN4-C61K", "votes"),
        Edition(3, datetime(2026, 11, 20, 17, 42, tzinfo=ZONE), "D1R3-KRMS-NK22", "decision"),
    )


def _inputs(rounds: tuple[PacketRound, ...], cards: int) -> tuple[InputLine, ...]:
    questions = sum(len(each.questions) for each in rounds)
    return (
        InputLine("question_versions", {"count": questions}),
        InputLine("scorecards", {"count": cards, "revisions": 112, "amended": 1}),
        InputLine("policy", {"name": "Senior LLM Engineer", "version": 5}),
        InputLine("decision", {"at": "20 Nov 2026, 16:55 CST"}),
    )


def with_candidate(document: PacketDocument, name: str) -> PacketDocument:
    """The same packet for someone of another name."""
    return replace(document, candidate=CandidateFacts(name))
