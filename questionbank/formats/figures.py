"""Figures that people write in words and signs: minutes, and difficulty from 1 to 5."""

import re

_MINUTES = re.compile(
    r"(?:about|around|约|大约|~|≈)?\s?(\d{1,3})\s?(?:minutes?|mins?|min\.|分钟|分|'|′)?[.。]?$",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"([1-5])(?:\s?/\s?5)?(?:\s?[分级星])?[.。]?$")
_WORDS = {
    **dict.fromkeys(("very easy", "beginner", "trivial", "warm-up", "入门", "非常简单", "很简单", "送分"), 1),
    **dict.fromkeys(("easy", "simple", "basic", "junior", "简单", "容易", "较易", "易", "初级", "基础", "低"), 2),
    **dict.fromkeys(
        ("medium", "moderate", "intermediate", "normal", "mid", "middle", "中等", "中", "中级", "一般", "适中"), 3
    ),
    **dict.fromkeys(
        ("hard", "difficult", "advanced", "challenging", "senior", "困难", "难", "较难", "高级", "进阶", "高"), 4
    ),
    **dict.fromkeys(("very hard", "expert", "extreme", "专家", "极难", "非常难", "很难", "地狱"), 5),
}
_STARS = "★⭐🌟"
_CHILLIES = "🌶"
_COLOURS = {"👶": 2, "🚀": 5, "🟢": 2, "🟡": 3, "🟠": 4, "🔴": 4, "⚫": 5, "🟣": 5}
_FILLERS = "☆✩\ufe0f \u200d"


def minutes_in(text: str) -> int | None:
    """The minutes a label's text states (1–240)."""
    match = _MINUTES.match(text)
    value = int(match[1]) if match else 0
    return value if 1 <= value <= 240 else None


def has_three_steps(text: str) -> bool:
    """Whether difficulty is said by 👶, ⭐ and 🚀, where one star is the middle and not the lowest of five."""
    return "👶" in text or "🚀" in text


def difficulty_in(text: str) -> int | None:
    """The difficulty (1–5) a text states, as a figure, stars, a coloured dot or a common word."""
    text = text.strip(" *_`.。()（）[]【】")
    match = _FIGURE.match(text)
    if match is not None:
        return int(match[1])
    bare = "".join(sign for sign in text[:40] if sign not in _FILLERS)
    if bare and (not bare.strip(_STARS) or not bare.strip(_CHILLIES)):
        return len(bare) if len(bare) <= 5 else None
    if bare[:1] in _COLOURS and (len(bare) == 1 or _WORDS.get(text[1:].strip("\ufe0f ").casefold())):
        return _COLOURS[bare[0]]
    return _WORDS.get(text.casefold())
