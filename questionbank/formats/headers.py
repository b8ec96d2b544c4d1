"""What the head of a column, or the key of an object, says: English and Chinese, in any case and spelling."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from questionbank.formats.reading import CHINESE, ENGLISH

LEVELS = (1, 2, 3, 4, 5)
# Which text of a question a column of this meaning holds depends on the columns beside it.
QUESTION = "question"
LEVEL = "level"
OPTION = "option"
ID = "id"
# Known, and of no use to a reader.
IGNORED = "ignored"

_NAMES = {
    "title": "title|questiontitle|questionname|标题|题目标题|题目名称|题名",
    "prompt": "prompt|questiontext|questionbody|body|description|problem|problemstatement|task|题干|题目内容|题目描述"
    "|问题描述|描述|问题内容|正文|提问",
    QUESTION: "question|questions|q|interviewquestion|题目|问题|试题|面试题|面试问题|题|问",
    "reference_answer": "answer|answers|a|referenceanswer|modelanswer|sampleanswer|suggestedanswer|expectedanswer"
    "|idealanswer|correctanswer|solution|response|答案|参考答案|标准答案|正确答案|示例答案|答案要点|回答|参考回答|解答|解析"
    "|参考要点",
    "context": "context|note|notes|comment|comments|interviewernote|interviewernotes|notefortheinterviewer|background"
    "|lookfor|whattolookfor|whatwelookfor|lookingfor|listenfor|whattolistenfor|考察点|考察要点|考察目的|考点"
    "|备注|背景|面试官备注|面试官须知|面试官说明|说明|注释|提示",
    "probes": "probes|probe|followup|followups|followupquestions|followupquestion|probingquestions|追问|追问问题"
    "|后续问题|延伸问题|跟进问题",
    "minutes": "minutes|minute|mins|min|time|timemin|timemins|timeminutes|timeinminutes|duration|durationmin"
    "|durationminutes|用时|时长|时间|分钟|建议时长|建议用时|时长分钟|用时分钟|时间分钟|预计时间|预计时长",
    "difficulty": "difficulty|difficultylevel|hardness|complexity|难度|难度等级|难度系数|难易度|难易程度",
    LEVEL: "level|等级|级别",
    "tags": "tags|tag|label|labels|keyword|keywords|标签|关键词|关键字|知识点",
    "category": "category|categories|topic|topics|section|subject|domain|area|chapter|module|theme|group|分类|类别"
    "|主题|模块|领域|章节|板块|科目|所属分类|题目分类|分组",
    "competencies": "competencies|competency|competence|competences|skills|skill|能力|能力项|胜任力|技能|考察能力"
    "|能力维度",
    "role_families": "roles|role|rolefamilies|rolefamily|jobfamily|position|positions|job|岗位|职位|角色|岗位族"
    "|适用岗位",
    "seniority": "seniority|seniorities|seniorityrange|grade|职级|资历|适用职级|级别要求",
    "lowest_seniority": "lowestseniority|minseniority|minimumseniority|seniorityfrom|fromseniority|最低职级|起始职级",
    "highest_seniority": "highestseniority|maxseniority|maximumseniority|seniorityto|upto|toseniority|最高职级"
    "|截止职级",
    "language": "language|lang|locale|语言|语种",
    "key": "key|uuid|guid",
    ID: "id|questionid|uid|qid|identifier|编号|题目编号|标识",
    "number": "number|no|nr|num|index|#|序号|题号|№",
    "enemies": "enemies|enemy|conflicts|互斥|互斥题|互斥题目",
    "rubric": "rubric|scoring|scoringguide|scoringrubric|marking|评分标准|评分细则|评分|评分规则|评分要点",
    "anchors": "anchors|levels|rubriclevels|锚点|行为锚点",
    "options": "options|choices|选项",
    "translations": "translations|translation|翻译|译文",
    IGNORED: "version|state|status|版本|状态|createdat|updatedat|author|作者",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split("|")}
# A name that we do not know, by its last word: "What a good answer has", "建议答案".
_ANSWER_LIKE = re.compile(
    r"(?!.*\b(?:wrong|bad|poor|weak|number|no|count|your|of)\b)(?:what )?(?:an? |the )?(?:[a-z-]+ ){0,2}answers?"
    r"(?: (?:has|have|covers?|contains?|includes?|looks? like"
    r"|(?:should|must|would) (?:have|cover|contain|include|look like|say)))?|.{0,6}(?:答案|回答|解答)(?:要点|示例)?"
)
_QUESTION_LIKE = re.compile(
    r"(?!.*\b(?:number|no|count|of|related|similar|next)\b)(?:[a-z-]+ ){1,2}questions?|.{1,6}(?:问题|试题|面试题)"
)
_LEVEL = re.compile(
    r"(?:level|lvl|anchor|rubric|score|rating|l|等级|级别|评分|锚点|分数)?([1-5])(?:分|级|星|points?|pts?)?$"
)
_OPTION = re.compile(r"(?:option|choice|选项)?([a-h])$")
_LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "英文", "英语"), ENGLISH),
    **dict.fromkeys(("zh", "cn", "zhcn", "zhhans", "chi", "chinese", "中文", "汉语", "简体中文", "简体"), CHINESE),
}
_WORDS = "|".join(("english", "chinese", "英文", "英语", "中文", "汉语", "简体中文"))
_CODES = r"en|eng|zh|cn|zh[-_]?cn|zh[-_]?hans"
_LANGUAGE_AFTER = re.compile(
    rf"(?:[\s_\-.:/]*[\[(]\s*({_CODES}|{_WORDS})\s*[\])]|[\s_\-.:/]+({_CODES}|{_WORDS})|(英文|英语|中文|汉语|简体中文))$"
)
_LANGUAGE_BEFORE = re.compile(rf"(?:({_CODES})[\s_\-.:/]+|({_WORDS})[\s_\-.:/]*)(?=\S)")


class Column(NamedTuple):
    """What a column means: a field (``level_3`` for an anchor), and a language where its name says one."""

    field: str
    language: str = ""


def language_named(text: str) -> str:
    """The language a value or a suffix names, '' when it names none that we have."""
    return _LANGUAGES.get(_bare(text), "")


def column_named(name: str) -> Column | None:
    """What a column of this name holds, if we know."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:80]
    known = _field(folded)
    if known:
        return Column(known)
    for pattern, cut in ((_LANGUAGE_AFTER, "end"), (_LANGUAGE_BEFORE, "start")):
        match = pattern.search(folded) if cut == "end" else pattern.match(folded)
        if match is None:
            continue
        said = next(group for group in match.groups() if group)
        rest = folded[: match.start()] if cut == "end" else folded[match.end() :]
        field = _field(rest)
        if field:
            return Column(field, language_named(said))
    return None


def columns_of(names: Iterable[str]) -> list[Column | None]:
    """What each column holds, none where unknown or named twice.

    “Question” is the title where another column has the prompt, else the prompt; “A” beside “B” is a choice.
    """
    spelled = list(names)
    found = [column_named(name) for name in spelled]
    _guess(found, spelled, "reference_answer", _ANSWER_LIKE)
    if not any(is_question(column) for column in found):
        _guess(found, spelled, QUESTION, _QUESTION_LIKE)
    bare = [_bare(name) for name in spelled]
    if "b" in bare and "a" in bare:
        found[bare.index("a")] = Column("option_a")
    options = sum(column is not None and column.field.startswith("option_") for column in found)
    fields = {column for column in found if column}
    seen: set[Column] = set()
    for at, column in enumerate(found):
        if column is None:
            continue
        if column.field == QUESTION:
            titled = Column("title", column.language) in fields or Column("prompt", column.language) not in fields
            column = Column("prompt" if titled else "title", column.language)
        if column in seen or (column.field.startswith("option_") and options < 2):
            found[at] = None
            continue
        if column.field != IGNORED:
            seen.add(column)
        found[at] = column
    return found


def _guess(found: list[Column | None], names: list[str], field: str, pattern: re.Pattern[str]) -> None:
    """Let the first unknown name that is like this have the field, where no column has it."""
    if any(column is not None and column.field == field for column in found):
        return
    for at, name in enumerate(names):
        folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        if found[at] is None and len(folded) <= 60 and pattern.fullmatch(folded):
            found[at] = Column(field)
            return


def is_question(column: Column | None) -> bool:
    """Whether a column of this meaning makes a table one of questions."""
    return column is not None and column.field in ("title", "prompt", QUESTION)


def _field(folded: str) -> str:
    bare = _bare(folded)
    if bare in _FIELDS:
        return _FIELDS[bare]
    level = _LEVEL.match(bare)
    if level:
        return f"level_{level[1]}"
    option = _OPTION.match(bare)
    return f"option_{option[1]}" if option else ""


def _bare(text: str) -> str:
    """A name without case, spaces and punctuation; the sign "#" alone is a name."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(sign for sign in folded if sign.isalnum())
    return bare or folded.strip()
