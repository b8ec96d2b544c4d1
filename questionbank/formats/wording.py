"""The words and signs by which people number, label and ask questions, English and Chinese."""

import re
from typing import NamedTuple

ANSWER = "answer"
PROBES = "probes"
MINUTES = "minutes"
DIFFICULTY = "difficulty"

_WORDS = {
    ANSWER: (
        "reference answer|model answer|sample answer|suggested answer|expected answer|answer"
        "|solution|参考答案|参考回答|标准答案|示例答案|答案要点|答案|回答|解答"
    ),
    PROBES: (
        "follow[- ]?up questions|follow[- ]?ups?|probes|probing questions|追问|追问问题|后续问题|延伸问题|跟进问题"
    ),
    MINUTES: "minutes|time|duration|用时|时长|时间|建议时长|建议用时|分钟",
    DIFFICULTY: "difficulty|difficulty level|难度|难度等级|难度系数",
}
_ANY_WORD = "|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items())
_LABELS = (
    # **Answer**: text · **Answer:** text · Answer: text
    re.compile(
        rf"(?P<open>[*_]{{1,3}})?\s?(?:{_ANY_WORD})\s?"
        r"(?P<close>[*_]{1,3})?\s?[:：]\s?(?P<rest>.*)",
        re.IGNORECASE,
    ),
    # **Answer**
    re.compile(rf"[*_]{{2,3}}\s?(?:{_ANY_WORD})\s?[*_]{{2,3}}(?P<rest>)$", re.IGNORECASE),
    # 【参考答案】text
    re.compile(rf"【\s?(?:{_ANY_WORD})\s?】(?P<rest>.*)", re.IGNORECASE),
)
_LABEL_HEADING = re.compile(rf"(?:{_ANY_WORD})\s?[:：]?$", re.IGNORECASE)

# Q1: · Question 12. · [Q3] · 问题4、 · 第五题：
_QUESTION_NUMBER = re.compile(
    r"[\[【(（]?"
    r"(?P<number>(?:questions?|q|问题|题目|试题|面试题|题|问)\s?[.#]?\s?\d{1,5}(?:[.-]\d{1,4})*"
    r"|第\s?(?:\d{1,5}|[一二三四五六七八九十百零〇两]{1,6})\s?(?:道|个)?[题问]题?)"
    r"\s?(?:[\]】)）]\s?[:：.、．–—-]?|[:：.、．)）–—-]|(?=\s)(?!\s\d)|$)\s?",
    re.IGNORECASE,
)
# 1. · 2、 · (3) · 4) · 5.1
_PLAIN_NUMBER = re.compile(
    r"[(（\[]?(?P<number>\d{1,5}(?:\.\d{1,4})*)"
    r"(?:[、)）:：．\]]|\.(?!\d)|(?<=\.\d)(?=\s)|(?<=\.\d\d)(?=\s))\s?(?=\S)"
)

_ASKING_ENGLISH = re.compile(
    r"(?:what|why|how|when|which|who|where|whose|can|could|do|does|is|are|should|would|explain"
    r"|describe|discuss|compare|contrast|define|list|give|name|implement|write|design|analy[sz]e"
    r"|evaluate|outline|derive|prove|tell|walk|suppose|imagine|given)\b(?:\s\S+){2}",
    re.IGNORECASE,
)
_ASKING_CHINESE = re.compile(
    r"(?:请|如何|怎么|怎样|为什么|为何|什么|谈谈|说说|解释|描述|分析|讨论|比较|对比|评估|设计|简述|阐述"
    r"|介绍|说明|列举|实现|推导|证明|详细|作为|假设)|.*(?:是什么|有哪些|什么是|如何|怎么|怎样|为什么|哪些|区别)"
)

_FURNITURE = re.compile(
    r"(?:table of )?contents|toc|index|overview|introduction|intro|about.*|preface|foreword"
    r"|licen[cs]e|references?|bibliography|acknowledge?ments?|contribut(?:ing|ors)|changelog"
    r"|appendix|目录|概述|前言|简介|引言|说明|参考文献|参考资料|许可证?|版权.*|致谢|附录|更新日志|贡献指南",
    re.IGNORECASE,
)

_MINUTES = re.compile(
    r"(?:about|around|约|大约|~|≈)?\s?(\d{1,3})\s?(?:minutes?|mins?|min\.|分钟|分|')?[.。]?$",
    re.IGNORECASE,
)
_DIFFICULTY = re.compile(r"([1-5])(?:\s?/\s?5)?[.。]?$|([★⭐]{1,5})[☆]*$")
_DIFFICULTY_WORDS = {
    **dict.fromkeys(("easy", "simple", "简单", "容易"), 2),
    **dict.fromkeys(("medium", "moderate", "中等", "中"), 3),
    **dict.fromkeys(("hard", "difficult", "困难", "难", "较难"), 4),
}


class Label(NamedTuple):
    """What a line announces (``ANSWER``, ``PROBES``, …) and the text after it on the line."""

    kind: str
    rest: str


class Numbered(NamedTuple):
    """A heading without its number; ``explicit`` when the number itself says "question"."""

    number: str
    text: str
    explicit: bool


def label_of(line: str) -> Label | None:
    """The label a line begins with, such as ``**参考答案**：`` or ``Answer:``, if any."""
    line = line.strip()
    for pattern in _LABELS:
        match = pattern.match(line)
        if match is None:
            continue
        found = match.groupdict()
        kind = next(kind for kind in _WORDS if found[kind])
        rest = found["rest"].strip()
        mark = found.get("open")
        if mark and not found["close"]:  # **Answer:** text · **Answer: all of it is bold**
            rest = rest[len(mark) :].strip() if rest.startswith(mark) else mark + rest
        return Label(kind, rest)
    return None


def is_answer_heading(title: str) -> bool:
    """Whether a heading is no more than a label for the answer."""
    match = _LABEL_HEADING.match(title)
    return match is not None and match.group(ANSWER) is not None


def split_number(title: str) -> Numbered:
    """Part a heading (white space already folded) into its number and its text."""
    match = _QUESTION_NUMBER.match(title)
    if match is not None:
        return Numbered(match["number"], title[match.end() :].strip(), explicit=True)
    match = _PLAIN_NUMBER.match(title)
    if match is not None:
        return Numbered(match["number"], title[match.end() :].strip(), explicit=False)
    return Numbered("", title.strip(), explicit=False)


def asks(text: str) -> bool:
    """Whether a text reads as a question or a task, by its mark or its first words."""
    if text.endswith(("?", "？")):
        return True
    return bool(_ASKING_ENGLISH.match(text) or _ASKING_CHINESE.match(text[:200]))


def is_furniture(title: str) -> bool:
    """Whether a heading names a part that every document has: contents, overview, licence."""
    return _FURNITURE.fullmatch(title[:60]) is not None


def minutes_in(text: str) -> int | None:
    """The minutes a label's text states (1–240)."""
    match = _MINUTES.match(text)
    value = int(match[1]) if match else 0
    return value if 1 <= value <= 240 else None


def difficulty_in(text: str) -> int | None:
    """The difficulty (1–5) a label's text states, as a figure, stars or a common word."""
    match = _DIFFICULTY.match(text)
    if match is not None:
        return int(match[1]) if match[1] else len(match[2])
    return _DIFFICULTY_WORDS.get(text.rstrip(".。").lower())
