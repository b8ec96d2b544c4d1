"""What a bank says about a question beside its words: marks in titles, comments, badges, lines of labels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from questionbank.formats import labels
from questionbank.formats.figures import difficulty_in, minutes_in
from questionbank.formats.frontmatter import Value, text_of, texts_of
from questionbank.formats.headers import Column
from questionbank.formats.reading import ReadQuestion
from questionbank.formats.records import Record, question_of

_LEVEL_WORD = (
    r"very easy|easy|simple|medium|moderate|very hard|hard|difficult|beginner|junior|intermediate|advanced|senior"
    r"|expert"
    r"|入门|非常简单|简单|容易|较易|中等|适中|困难|较难|很难|非常难|极难|初级|中级|高级|基础|进阶|易|中|难"
)
_STARS = r"[★⭐🌟]\ufe0f?(?:\s?[★⭐🌟☆✩]\ufe0f?){0,4}"
_SIGNS = rf"\u200d?(?:{_STARS}|🌶\ufe0f?(?:\s?🌶\ufe0f?){{0,4}}|🔥(?:\s?🔥){{0,4}}|[👶🚀🟢🟡🟠🔴⚫🟣]\ufe0f?)"
_IN_BRACKETS = (
    rf"[(（\[【]\s?(?:(?:difficulty|level|难度)\s?[:：]?\s?)?(?P<word>{_LEVEL_WORD}|{_STARS}|[1-5]/5)\s?[)）\]】](?!\()"
)
# At the end of a title, or at its beginning: (Hard) · 【中等】 · `easy` · ⭐⭐⭐ · 🔴 · 🟡 Medium:
_AT_END = re.compile(
    rf"\s*(?:{_IN_BRACKETS}|[`*_]{{1,2}}(?P<code>{_LEVEL_WORD})[`*_]{{1,2}}|(?P<sign>{_SIGNS}))\s*(?P<after>[*_]*)$",
    re.IGNORECASE,
)
_AT_START = re.compile(
    rf"(?P<before>[*_]*)(?:{_IN_BRACKETS}|(?P<sign>{_SIGNS}))\s*(?:(?:{_LEVEL_WORD})\s?[:：–-]\s?)?(?=\S)",
    re.IGNORECASE,
)
_TITLE_SIGNS = re.compile(r"[★⭐🌟🌶🔥👶🚀🟢🟡🟠🔴⚫🟣)）\]】`*_]")
_MINUTES_AT_END = re.compile(
    r"\s*[(（\[【]\s?(?:~|约|about )?(\d{1,3})\s?(?:min(?:ute)?s?|分钟)\s?[)）\]】]$", re.IGNORECASE
)
_HASHTAGS = re.compile(r"#[^\s#`]{1,40}(?:[\s,，、]+#[^\s#`]{1,40})*$")
_CODE_TAGS = re.compile(r"(?:🏷\ufe0f?\s*)?`[^`\n]{1,40}`(?:[\s,，、·|]+`[^`\n]{1,40}`)+$")
_BADGE = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,80})\]\((?P<url>https?://[^\s)]{1,300})[^)\n]{0,100}\)|<img\s[^>\n]{0,400}>", re.IGNORECASE
)
_BADGE_WORDS = re.compile(r"badge/([^)\s?\"'/]{1,200})")
_COMMENT_LINE = re.compile(r"\s*([^:：=\n]{1,40}?)\s*[:：=]\s*(.+?)\s*$")
_SEGMENT = re.compile(
    r"\s*(?:[|·•｜;；]|\u3000|\s{2,}|&nbsp;|(?<=\S)[,，]\s*(?=\**[^\s,，:：]{1,20}\**[:：])"
    r"|(?<=\S)\s+(?=\*\*[^*:：]{1,20}[:：*]))\s*"
)
_LIST_OF = re.compile(r"[`\[\]]")
# "level" is a difficulty where its value is no seniority.
_LEVEL_NAMES = frozenset({"level", "等级"})
_LEVEL_VALUE = re.compile(
    r"[1-5](?:\s?/\s?5)?|(?:very )?(?:easy|hard)|medium|difficult|简单|容易|中等|困难|较难|很难|[★⭐]{1,5}",
    re.IGNORECASE,
)
_NEXT_LABEL = re.compile(r"(?<=[^\s:：=,，、])\s+(?=[a-z一-鿿][a-z_一-鿿-]{1,19}\s?[:：=])", re.IGNORECASE)
_RICH = ("competencies", "role_families", "seniority", "lowest_seniority", "highest_seniority", "enemies", "key")


@dataclass(slots=True)
class Facts:
    """What is known so far; the first word on something holds."""

    minutes: int | None = None
    difficulty: int | None = None
    tags: list[str] = field(default_factory=list)
    category: str = ""
    # Fields that a Record reads as those of a table are read.
    rich: dict[str, str] = field(default_factory=dict)
    flames: int = 0  # 🔥 behind a title: a measure in files that have several, else only "popular"

    def take(self, kind: str, text: str) -> bool:
        """Note what a label says; False where it cannot be understood, and has to stay where it is."""
        text = text.strip()
        if not text:
            return False
        if kind == labels.MINUTES:
            found = minutes_in(text.strip("*_` "))
            self.minutes = self.minutes or found
            return found is not None
        if kind == labels.DIFFICULTY:
            level = difficulty_in(text)
            self.difficulty = self.difficulty or level
            return level is not None
        if kind == labels.TAGS:
            coded = re.findall(r"`([^`]+)`", text)
            self.add_tags(tuple(coded) or texts_of(_LIST_OF.sub("", text)))
            return True
        if kind == labels.CATEGORY:
            self.category = self.category or text.strip("*_` ")[:200]
            return len(text) <= 200
        self.rich.setdefault(kind, text.strip("*_`"))
        return True

    def add_tags(self, tags: tuple[str, ...]) -> None:
        for tag in tags:
            for part in re.split(r"\s+#", tag):
                bare = part.strip().strip("#`*").strip()
                if bare and bare not in self.tags:
                    self.tags.append(bare)


def facts_of_mapping(values: Mapping[str, Value], facts: Facts) -> None:
    """Take the fields of front matter that say something about a question."""
    for name, value in values.items():
        kind = labels.fact_named(name)
        if name.strip().casefold() in _LEVEL_NAMES and isinstance(value, str):
            if _LEVEL_VALUE.fullmatch(value.strip()):
                facts.take(labels.DIFFICULTY, value)
        elif kind == labels.TAGS:
            facts.add_tags(texts_of(value))
        elif kind == labels.COMPETENCIES and isinstance(value, dict):
            facts.take(kind, "; ".join(f"{key}: {text_of(share)}" for key, share in value.items()))
        elif kind == labels.SENIORITY and isinstance(value, list):
            names = texts_of(value)
            facts.take(kind, f"{names[0]} to {names[-1]}" if names else "")
        elif kind == labels.CATEGORY:
            facts.take(kind, (texts_of(value) or ("",))[-1])
        elif kind:
            facts.take(kind, "; ".join(texts_of(value)) if isinstance(value, list) else text_of(value))


def split_marks(title: str, facts: Facts) -> str:
    """A title, or its Markdown, without the marks of difficulty and minutes at its ends."""
    if not title or not _TITLE_SIGNS.search(title):
        return title
    for _ in range(3):
        minutes = _MINUTES_AT_END.search(title[-40:])
        if minutes is not None and minutes_in(minutes[1] + " min"):
            facts.minutes = facts.minutes or int(minutes[1])
            title = title[: len(title) - len(minutes[0])]
            continue
        tail = title[-60:]
        match = _AT_END.search(tail)
        if match is not None and match.end() > match.start():
            word = match["word"] or match["code"] or match["sign"]
            rest = title[: len(title) - len(tail) + match.start()] + match["after"]
        else:
            match = _AT_START.match(title)
            if match is None:
                break
            word = match["word"] or match["sign"]
            rest = match["before"] + title[match.end() :]
        flames = word.count("🔥")
        level = flames or difficulty_in(word)
        if level is None or not rest.strip(" *_"):
            break
        if flames:
            facts.flames = facts.flames or flames
        else:
            facts.difficulty = facts.difficulty or level
        title = rest.strip()
    return title


def take_comment(text: str, facts: Facts) -> bool:
    """Read ``<!-- tags: a, b -->``; whether anything was in it."""
    inner = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    if len(inner) > 2_000:
        return False
    found = False
    for line in inner.split("\n"):
        for part in _labelled_parts(line):
            match = _COMMENT_LINE.match(part)
            kind = labels.fact_named(match[1]) if match else ""
            if match and kind:
                found = facts.take(kind, match[2].strip("\"'")) or found
    return found


def _labelled_parts(line: str) -> list[str]:
    """The labelled facts on a line of a comment: ``id: 4 tags: a, b difficulty: 2``."""
    found: list[str] = []
    for part in re.split(r"\s*[;；|]\s*", line):
        words = _NEXT_LABEL.split(part)
        known = len(words) > 1 and all(labels.fact_named(re.split("[:：=]", word, maxsplit=1)[0]) for word in words)
        found += words if known else [part]
    return found


def without_comment(title: str, facts: Facts) -> str:
    """A title without the comment behind it, whose facts are taken."""
    opened = title.rfind("<!--") if title.endswith("-->") else -1
    if opened < 0 or not title[:opened].strip() or "-->" in title[opened + 4 : -3]:
        return title
    take_comment(title[opened:], facts)
    return title[:opened].rstrip()


def take_line(line: str, facts: Facts) -> bool:
    """Read a line that is nothing but facts: labels, hashtags, badges. Whether it was one."""
    text = line.strip().removeprefix(">").strip()
    if not text or len(text) > 500:
        return False
    if text[0] == "#":
        if _HASHTAGS.match(text) and any(sign.isalpha() for sign in text):
            facts.add_tags(tuple(part.strip(",，、") for part in text.split()))
            return True
        return False
    if text[0] in "`🏷" and _CODE_TAGS.match(text):
        facts.add_tags(tuple(re.findall(r"`([^`]+)`", text)))
        return True
    if text[0] in "★⭐🌟🌶" and not any(sign.isalnum() for sign in text):
        return facts.take(labels.DIFFICULTY, text)
    if text[0] == "🔥" and len(text) <= 5 and not text.strip("🔥"):
        facts.flames = facts.flames or len(text)
        return True
    if text[0] in "!<" and _take_badges(text, facts):
        return True
    return _take_labels(text, facts)


def _take_badges(text: str, facts: Facts) -> bool:
    """Badges that say how hard a question is; a line of other pictures is none."""
    if _BADGE.sub("", text).strip():
        return False
    found = False
    for badge in _BADGE.finditer(text):
        words = [badge["alt"] or ""]
        url = _BADGE_WORDS.search(badge[0])
        if url is not None:
            words += re.split(r"[-_]|%20", url[1])
        for word in words:
            level = difficulty_in(word.split(":")[-1].strip()) if word and not word.strip().isdigit() else None
            if level is not None:
                facts.difficulty = facts.difficulty or level
                found = True
    return found


def _take_labels(text: str, facts: Facts) -> bool:
    """A line of one or several labelled facts: ``**难度**：中等 | **标签**：a、b``."""
    if ":" not in text and "：" not in text:
        return False
    label = labels.label_of(_bare(text))
    if label is None or label.kind not in labels.FACTS:
        return False
    trial = Facts()
    parts = [part for part in _SEGMENT.split(_bare(text)) if part]
    found = [labels.label_of(part) for part in parts]
    if len(parts) > 1 and all(each and each.kind in labels.FACTS for each in found):
        if not all(each and trial.take(each.kind, each.rest) for each in found):
            return False
    elif not trial.take(label.kind, label.rest):
        return False
    merge(trial, facts)
    return True


def _bare(text: str) -> str:
    """A line that is emphasised as a whole, without the marks: ``*Difficulty: hard*``."""
    text = re.sub(r"^[-*+]\s+", "", text)
    for mark in ("**", "*", "_"):
        if text.startswith(mark) and text.endswith(mark) and mark not in text[len(mark) : -len(mark)]:
            return text[len(mark) : -len(mark)].strip()
    return text


def merge(source: Facts, target: Facts) -> None:
    """Add what one knows and the other does not."""
    target.minutes = target.minutes or source.minutes
    target.difficulty = target.difficulty or source.difficulty
    target.category = target.category or source.category
    target.add_tags(tuple(source.tags))
    for kind, text in source.rich.items():
        target.rich.setdefault(kind, text)


def rich_fields(facts: Facts) -> tuple[ReadQuestion | None, list[str]]:
    """Competencies, roles, seniority, key and enemies as a row of a table would say them, and the doubts."""
    if not facts.rich:
        return None, []
    values = {Column(kind): text for kind, text in facts.rich.items() if kind in _RICH}
    record = Record(1, {Column("title"): "x", Column("reference_answer"): "x", **values})
    return question_of(record), record.doubts
