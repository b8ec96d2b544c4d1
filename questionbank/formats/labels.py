"""The labels by which people mark the parts of a question, such as "**Answer**:", "【参考答案】" and "难度："."""

import re
from typing import NamedTuple

QUESTION = "question"
ANSWER = "answer"
EXPLANATION = "explanation"
PROBES = "probes"
CONTEXT = "context"
RUBRIC = "rubric"
MINUTES = "minutes"
DIFFICULTY = "difficulty"
TAGS = "tags"
CATEGORY = "category"
COMPETENCIES = "competencies"
ROLES = "role_families"
SENIORITY = "seniority"
KEY = "key"
ENEMIES = "enemies"

# What stands on the label's own line, and says something about the question.
FACTS = frozenset({MINUTES, DIFFICULTY, TAGS, CATEGORY, COMPETENCIES, ROLES, SENIORITY, KEY, ENEMIES})
# Labels that end the question and begin its answer.
ANSWERING = frozenset({ANSWER, EXPLANATION})

_NAMES = {
    QUESTION: "q|question|questions|the question|problem|problem statement|task|description|prompt|interview question"
    "|interviewer|问|面试官|考官|问题|题目|题目描述|问题描述|题干|试题|面试题|提问|描述|题目内容",
    ANSWER: "a|ans|answer|answers|the answer|reference answer|model answer|sample answer|suggested answer"
    "|expected answer|ideal answer|correct answer|correct option|right answer|good answer|short answer|example answer"
    "|possible answer|key answer|brief answer|detailed answer|quick answer|solution|solutions|sol|response|my answer"
    "|candidate|interviewee|候选人|我|本人|应聘者|求职者|面试者|答|答案|参考答案|参考回答|标准答案|正确答案|示例答案|答案要点|参考要点|回答|回答要点|解答|参考解答|答题要点"
    "|简要回答|详细回答|标准回答|参考思路|正确选项|推荐回答|面试回答|解",
    EXPLANATION: "explanation|explanations|rationale|reasoning|why|解析|答案解析|解释|详解|分析"
    "|题目解析|试题解析|答案与解析",
    PROBES: "follow-up questions|follow up questions|followup questions|follow-up question|follow-ups|follow-up"
    "|follow ups|follow up|followups|followup|probes|probing questions|further questions|追问|追问问题|后续问题"
    "|延伸问题|跟进问题|面试官追问|可能的追问|常见追问|扩展问题|拓展问题|进一步提问",
    CONTEXT: "interviewer notes|interviewer note|notes for the interviewer|note for the interviewer|for the interviewer"
    "|notes for interviewers|note to interviewer|note to the interviewer|context for the interviewer|what to look for"
    "|what we look for|looking for|interviewer guide|interviewer context"
    "|面试官备注|面试官须知|面试官说明|面试官提示|考察点|考察要点|考查点|考察目的|考察意图|考点|出题意图|考察重点",
    RUBRIC: "rubric|scoring|scoring rubric|scoring guide|scoring criteria|grading|grading rubric|marking|marking scheme"
    "|evaluation criteria|levels|anchors|评分标准|评分细则|评分规则|评分要点|评分锚点|评价标准|打分标准|评分",
    MINUTES: "minutes|time|duration|time limit|estimated time|time needed|用时|时长|时间|建议时长|建议用时|分钟"
    "|预计用时|预计时间|答题时间|预计时长",
    DIFFICULTY: "difficulty|difficulty level|hardness|level of difficulty|难度|难度等级|难度系数|难易度|难易程度",
    TAGS: "tags|tag|labels|keywords|keyword|topics|标签|关键词|关键字|知识点|涉及知识点",
    CATEGORY: "category|categories|topic|area|subject|分类|类别|主题|所属分类|题目分类|模块|领域",
    COMPETENCIES: "competencies|competency|competences|competence|skills|skills tested|能力|能力项|胜任力|考察能力"
    "|能力维度|考查能力",
    ROLES: "roles|role|role families|role family|positions|position|岗位|适用岗位|职位|角色|适用角色",
    SENIORITY: "seniority|seniorities|seniority range|grade|experience level|职级|适用职级|资历|级别",
    KEY: "id|key|uid|uuid|question id|编号|题目编号",
    ENEMIES: "enemies|conflicts with|not together with|互斥|互斥题|互斥题目",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split("|")}

# **Answer**: text · **Answer:** text · Answer: text · 💡 <b>Answer:</b> text · **Answer: all of it is bold**
_LABEL = re.compile(
    r"(?P<open>[*_]{1,3}|<(?:b|strong|em|i)>)?\s?(?P<word>[^\s:：*_<>【】\[\]()（）|`#]"
    r"[^:：*_<>【】\[\]()（）|`#]{0,39}?)\s?(?:[(（][^()（）]{0,40}[)）]\s?)?"
    r"(?P<close>[*_]{1,3}|</(?:b|strong|em|i)>)?\s?[:：](?!//)\s?(?P<rest>.*)",
    re.IGNORECASE,
)
# **Answer** · <b>Answer</b>
_BARE_LABEL = re.compile(
    r"(?:[*_]{2,3}|<(?:b|strong)>)\s?(?P<word>[^:：*_<>]{1,40}?)\s?(?:[*_]{2,3}|</(?:b|strong)>)(?P<rest>)$",
    re.IGNORECASE,
)
# 【参考答案】text · [Answer] text
_BRACKET_LABEL = re.compile(
    r"(?:\*\*)?[【\[「](?P<word>[^【】\[\]「」]{1,20})[】\]」](?:\*\*)?(?![(\[])\s?[:：]?\s?(?P<rest>.*)"
)
_TRAILING_NUMBER = re.compile(r"[\s#.]*(?:\d{1,4}|[一二三四五六七八九十])$")
_DECORATION = re.compile(r"(?:[\U0001F000-\U0001FAFF\u2600-\u27BF\u2190-\u21FF\u2B00-\u2BFF]\uFE0F?\u200D?)+\s*")
_HEADING_SIGNS = frozenset("答问")
_MARKS = "*_【[「<"

# "… ? **A:** text" on the line of the question; "A: 21 B: 80" are choices.
_ANSWER_ON_LINE = re.compile(
    r"(?<=[?？])(?:\*\*|__)?\s*(?=(?:\*\*|__)?(?:ans|a)(?:\*\*|__)?\s?[:：])(?!.*\s[*_(（]{0,2}[bB][*_]{0,2}\s?[:：])"
    r"|(?<=[?？。.!！)）*_])\s*(?=(?:\*\*|__)?(?:answer|参考答案|答案|回答|解答|答)(?:\*\*|__)?\s?[:：])"
    r"|(?<=[?？。.!！)）*_])\s*(?=【(?:参考)?答案】)",
    re.IGNORECASE,
)


class Label(NamedTuple):
    """What a line announces (``ANSWER``, ``PROBES``, …) and the text after it on the line."""

    kind: str
    rest: str


def kind_named(word: str) -> str:
    """What a label's word stands for, '' for an unknown one: "Answer 2" is an answer."""
    folded = " ".join(word.casefold().split())
    if "/" in folded and folded not in _KINDS:  # "Answer / 答案"
        kinds = {_KINDS.get(part.strip(), "") for part in folded.split("/")}
        return kinds.pop() if len(kinds) == 1 else ""
    return _KINDS.get(folded) or _KINDS.get(_TRAILING_NUMBER.sub("", folded), "")


def heading_part(title: str) -> Label | None:
    """The part of a question that a heading begins: "Answer", "Answer: B", "评分标准"; none for other headings."""
    kind = heading_label(title)
    if kind:
        return Label(kind, "")
    label = label_of(title)
    return label if label is not None and label.kind in ANSWERING | {PROBES, RUBRIC, CONTEXT} else None


def fact_named(name: str) -> str:
    """What a field of front matter or of a comment says about a question, '' for nothing we know."""
    kind = kind_named(name.replace("_", " ").replace("-", " "))
    return kind if kind in FACTS else ""


def label_of(line: str) -> Label | None:
    """The label a line begins with, such as ``**参考答案**：`` or ``Answer:``, if any."""
    line = line.strip()
    if not line:
        return None
    if line[0] > "\u2000" and not line[0].isalpha():
        line = _DECORATION.sub("", line, count=1)
    match = _label_match(line)
    if match is None:
        return None
    kind = kind_named(match["word"])
    if not kind:
        return None
    found = match.groupdict()
    rest = match["rest"].strip()
    mark = found.get("open")
    if mark and not found["close"]:  # **Answer:** text · **Answer: all of it is bold**
        closing = mark.replace("<", "</")
        rest = rest[len(closing) :].strip() if rest.startswith(closing) else mark + rest
    return Label(kind, rest)


def parted_answer(line: str) -> list[str]:
    """A line in two where the answer follows the question on it: "问：…？ 答：…"; else as it is."""
    if (":" not in line and "：" not in line and "】" not in line) or len(line) > 2_000:
        return [line]
    match = _ANSWER_ON_LINE.search(line)
    if match is None:
        return [line]
    head = line[: match.start()]
    closes = match[0].strip()  # "**Q: …?** A: …" ends its emphasis there
    if closes and head.count(closes) % 2 == 1:
        head += closes
        return [head, line[match.end() :]]
    return [head.rstrip(), closes + line[match.end() :]]


def _label_match(line: str) -> re.Match[str] | None:
    head = line[:100]
    if ":" in head or "：" in head:
        match = _LABEL.match(line)
        if match is not None:
            return match
    if line[:1] in _MARKS:
        return _BARE_LABEL.match(line) or _BRACKET_LABEL.match(line)
    return None


def heading_label(title: str) -> str:
    """What a heading labels when it is no more than a label ("Answer", "评分标准："), else ''."""
    title = _DECORATION.sub("", title, count=1).strip() if title[:1] > "\u2000" else title
    if not 1 < len(title) <= 42 and title not in _HEADING_SIGNS:
        return ""
    kind = _KINDS.get(" ".join(title.rstrip(":： ").casefold().split()), "")
    if not kind:
        label = _BRACKET_LABEL.match(title)
        kind = kind_named(label["word"]) if label and not label["rest"] else ""
    return kind


def without_decoration(text: str) -> str:
    """A text without emoji in front of it."""
    return _DECORATION.sub("", text, count=1).strip() if text[:1] > "\u2000" else text
