"""The words and signs by which people number and ask questions, English and Chinese."""

import re
from typing import NamedTuple

from questionbank.formats.figures import difficulty_in, minutes_in
from questionbank.formats.labels import without_decoration
from questionbank.formats.reading import CHINESE, ENGLISH

__all__ = [
    "Numbered",
    "asks",
    "asks_by_mark",
    "difficulty_in",
    "is_furniture",
    "is_option",
    "language_of",
    "minutes_in",
    "split_number",
]

_EXPLICIT_WORDS = (
    r"questions?|q|problem|case|scenario|exercise|challenge|quiz|puzzle|问题|题目|试题|面试题|题|问|练习题?|习题|思考题|简答题|选择题"
    r"|判断题|填空题|编程题|算法题|场景题|案例题|案例"
)
# Q1: · Question 12. · [Q3] · 问题4、 · 第五题：
_QUESTION_NUMBER = re.compile(
    r"[\[【(（]?"
    rf"(?P<number>(?:{_EXPLICIT_WORDS})\s?(?:no\.\s?)?[.#]?\s?(?:\d{{1,5}}(?:[.-]\d{{1,4}})*"
    rf"|[一二三四五六七八九十]{{1,3}}(?=[:：.、．\s]))"
    r"|第\s?(?:\d{1,5}|[一二三四五六七八九十百零〇两]{1,6})\s?(?:道|个)?[题问]题?)"
    r"\s?(?:[\]】)）]\s?[:：.、．–—-]?|[:：.、．)）–—-]|(?=\s)(?!\s\d)|$)\s?",
    re.IGNORECASE,
)
# Q: · Question. · 题目： (no number)
_QUESTION_WORD = re.compile(
    r"(?:(?:q|question|interview question|问|提问|题目|面试题)\s?[:：]|q\.|[【\[](?:q|question|题目|问题"
    r"|面试题)[】\]]\s?[:：]?)\s?(?=\S)",
    re.IGNORECASE,
)
# 1. · 2、 · (3) · 4) · 5.1 · #6 · 7 - · ⑧ · 9️⃣ · 十、
_PLAIN_NUMBER = re.compile(
    r"[(（\[]?(?P<number>\d{1,5}(?:\.\d{1,4})*)"
    r"(?:[、)）:：．\]]|\.(?!\d)|(?<=\.\d)(?=\s)|(?<=\.\d\d)(?=\s)|\s[–—-](?=\s)|\ufe0f?\u20e3)\s?(?=\S)"
    r"|#(?P<hash>\d{1,5})[:：.)]?\s(?:[–—-]\s)?(?=\S)"
    r"|(?P<circled>[\u2460-\u2473])\s?(?=\S)"
    r"|(?P<chinese>[一二三四五六七八九十]{1,3})、\s?(?=\S)|[(（](?P<bracketed>[一二三四五六七八九十]{1,3})[)）]\s?(?=\S)"
)
_NUMBER_STARTS = frozenset(
    "0123456789(（[【#一二三四五六七八九十第问题试面练习思简选判填编算场案提" + "qQpPeEcCiI"
) | frozenset(chr(code) for code in range(0x2460, 0x2474))

_ASKING_ENGLISH = re.compile(
    r"(?:what(?:['’]s)?|why|how|when|which|who|where|whose|can|could|do|does|did|is|are|was|were|has|have|will|should"
    r"|would|if|explain|describe|discuss|compare|contrast|define|list|give|name|implement|write|design|analy[sz]e"
    r"|evaluate|outline|derive|prove|tell|walk|suppose|imagine|given|talk|differentiate|distinguish|calculate|compute"
    r"|find|solve|sketch|draw|state|identify|summari[sz]e|predict|estimate|consider|assume|elaborate|convert|refactor"
    r"|debug|in which|in what|to what|at what|for which|under which|on which|from which|with which|by which"
    r"|differences? between|you are|your|propose|justify|critique|plan|illustrate|demonstrate"
    r"|show)\b(?:[\s,]+\S+){2}",
    re.IGNORECASE,
)
_ASKING_TWO_WORDS = re.compile(
    r"(?:explain|describe|define|discuss|implement|compare|what(?:['’]s| is| are)|design)\s+\S+", re.IGNORECASE
)
_ASKING_CHINESE = re.compile(
    r"(?:请|如何|怎么|怎样|为什么|为何|什么|谈谈|说说|聊聊|讲讲|说一说|说一下|讲一下|谈一谈|解释|描述|分析|讨论|比较|对比|评估"
    r"|设计|简述|阐述|论述|概述一下|介绍|说明|列举|列出|实现|推导|证明|详细|作为|假设|假如|如果|手写|编写|写出|写一个|画出|计算"
    r"|给定|下列|以下|下面|关于(?:本|我|作者|项目|这).*的是|已知|求|判断|举例|你|您|有没有|能否|是否)"
    r"|.*(?:是什么|有哪些|有什么|什么是|如何|怎么|怎样|为什么|为何|哪些|哪种|哪个|哪几|几种|区别|异同|是否|能否|吗$|呢$"
    r"|的原理|的作用|的理解|优缺点|的流程|的过程|的机制|什么时候|谈谈|(?:原理|机制|流程|过程|作用|特点|优缺点|应用场景)$|（\s*）|_{3,})"
)

_PLAIN_ASKING = re.compile(
    r"(?:what|why|how|when|which|explain|describe|discuss|compare|define|difference|请|谈|说说|说一|讲|聊|简述|阐述|论述"
    r"|描述|解释|介绍|比较|对比|如何|怎么|怎样|为什么|什么|列举)",
    re.IGNORECASE,
)
# Words of a task that is a whole sentence; "When it is cached." is none.
_SETTING = re.compile(
    r"(?:explain|describe|discuss|compare|define|outline|differentiate|difference|请|谈谈|说说|说一|讲讲|讲一|讲述|聊聊|简述|阐述|论述"
    r"|描述|解释|介绍|比较|对比|如何|怎么|怎样|为什么|什么是|列举)",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:(?:table of )?contents|toc|overview|introduction|intro|about(?: (?:this|the|us|me|author).*)?"
    r"|preface|foreword|prologue|summary"
    r"|licen[cs]es?(?: [^?]{0,20})?|licensing|references?|bibliography|acknowledge?ments?|contribut(?:ing"
    r"|ors?|ions?|e).*|changelog"
    r"|change log|appendix|how to (?:contribute.*|(?:use|read|study|prepare|start)(?: (?:this|these|it"
    r"|the (?:list|guide|questions)).*)?)|usage|getting started"
    r"|installation|setup"
    r"|resources?|useful (?:links|resources)|links|further reading|see also|read more|credits|authors?"
    r"|maintainers?|support(?: (?:us|me|this|the project).*)?"
    r"|star history|stargazers|sponsors?|feedback|contact.*|disclaimer|copyright.*|code of conduct|legend|notes?"
    r"|what(?:['’]s| is) (?:this|inside|in here|new|next).*|why this (?:repo|list|bank|book|document"
    r"|guide).*|who is this for.*"
    r"|who (?:this|these) .*(?:is|are) for.*|prerequisites|roadmap|to-?do|community|back to top"
    r"|related.*|news|updates?"
    r"|目录|概述|概览|前言|简介|介绍|引言|序言|序|说明|使用说明|使用方法|如何使用(?:本|这|该).*|如何贡献.*|怎么使用.*|贡献(?:者|指南|方式)?|参与贡献|参考文献|参考资料|参考链接|参考"
    r"|许可证?|许可协议|开源协议|版权.*|致谢|附录|更新日志|更新记录|贡献指南|贡献者|关于(?:本|我|作者|项目|这).*|联系(?:我|作者|方式).*|作者.*|推荐阅读|相关资源|资源|资源推荐|学习资源"
    r"|友情链接|声明|免责声明|公众号.*|交流群.*|结语|后记|写在前面.*|写在最后.*|总结|星标.*|支持(?:作者|我们|本项目).*|赞助.*|打赏.*|图例|注意事项?|试卷说明|考试说明)",
    re.IGNORECASE,
)
# Kinds of questions, as papers head their parts: "二、判断题（每题 2 分）".
_KIND = re.compile(
    r"(?:不定项|单项|多项|单|多)?选择?题|判断题|是非题|填空题|(?:简答|问答|论述|编程|计算|分析|应用|场景|案例|综合|名词解释|改错|阅读)题|名词解释"
    r"|(?:multiple|single)[- ]choice(?: questions)?|true(?: or |/)false(?: questions)?|fill in the blanks?"
    r"|(?:short|long|open)[- ](?:answers?|ended|answer questions|ended questions)|essay questions?"
)
_CONTENTS = re.compile(r"(?:table of )?contents|toc|outline|目录|大纲", re.IGNORECASE)
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_OPTION = re.compile(r"(?:\*\*)?[(（]?[A-Ha-h](?:[.)）、．:：](?:\*\*)?\s*|\*\*\s+|\]\s*)(?=\S)")


class Numbered(NamedTuple):
    """A heading without its number; ``explicit`` when the number itself says "question"."""

    number: str
    text: str
    explicit: bool


def split_number(title: str) -> Numbered:
    """Part a heading (white space already folded) into its number and its text."""
    if not title or title[0] not in _NUMBER_STARTS:
        return Numbered("", title.strip(), explicit=False)
    match = _QUESTION_NUMBER.match(title)
    if match is not None:
        rest = title[match.end() :].strip()
        # "Question 17 about caches" is one phrase: without its number it would be the title of all its neighbours.
        is_phrase = title[match.end("number") : match.end()].isspace() and rest[:1].islower() and not asks(rest)
        return Numbered(match["number"], title.strip() if is_phrase else rest, explicit=True)
    match = _QUESTION_WORD.match(title)
    if match is not None:
        return Numbered("", title[match.end() :].strip(), explicit=True)
    match = _PLAIN_NUMBER.match(title)
    if match is not None:
        number = next(found for found in match.groups() if found)
        return Numbered(number, title[match.end() :].strip(), explicit=False)
    return Numbered("", title.strip(), explicit=False)


def asks(text: str) -> bool:
    """Whether a text reads as a question or a task, by its mark or its first words."""
    if asks_by_mark(text):
        return True
    return bool(_ASKING_ENGLISH.match(text) or _ASKING_TWO_WORDS.fullmatch(text) or _ASKING_CHINESE.match(text[:200]))


def asks_by_mark(text: str) -> bool:
    """Whether a text ends in a question mark, also inside marks and brackets."""
    return text.rstrip("*_`\"'”’)）]】 .。").endswith(("?", "？"))


def asks_plainly(text: str) -> bool:
    """Whether a text asks in words that instructions to a reader do not begin with."""
    return asks_by_mark(text) or _PLAIN_ASKING.match(text) is not None


def sets_task(text: str) -> bool:
    """Whether a sentence without a question mark sets a task, in words that statements do not begin with."""
    return _SETTING.match(text) is not None


def is_furniture(title: str) -> bool:
    """Whether a heading names a part that every document has: contents, overview, licence."""
    bare = without_decoration(title[:80]).strip(" *_:：-—–")
    return _FURNITURE.fullmatch(bare) is not None


def names_kind(title: str) -> bool:
    """Whether a heading names the kind of the questions below it and so is none."""
    return _KIND.fullmatch(re.split(r"[(（【\[:：]", title[:60])[0].strip().casefold()) is not None


def is_contents(title: str) -> bool:
    """Whether a heading stands above a list of what follows."""
    return _CONTENTS.fullmatch(without_decoration(title[:60]).strip(" *_:：")) is not None


def is_option(text: str) -> bool:
    """Whether a line is a choice of a multiple-choice question: "A. …", "b) …", "**C**  …"."""
    return _OPTION.match(text) is not None


def language_of(text: str) -> str:
    """The language most of a text is in."""
    ideographs = len(_IDEOGRAPH.findall(text))
    return CHINESE if ideographs and ideographs >= len(_LATIN_WORD.findall(text)) else ENGLISH
