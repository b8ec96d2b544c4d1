"""Which of the places where questions may begin are questions: decided for a whole file, by its surest sign.

Numbers and labels that say "question" come first, then answer labels below, then the wording alone. Headings go
before what stands below them, unless what stands below them has the surer sign.
"""

from collections import Counter, defaultdict
from collections.abc import Callable

from questionbank.formats import wording
from questionbank.formats.starts import (
    BOLD,
    BULLET,
    ITEM_HEADING,
    NUMBER,
    ORDERED,
    PLAIN,
    QUOTED,
    SUMMARY,
    TASK,
    TOLD,
    Start,
    sections_below,
)

_Rule = Callable[[list[Start], list[int], str, dict[int, bool]], dict[int, bool]]

# In a section whose lists are the questions, at least this share of them asks.
ASKING_SHARE = 0.5
MANY = 3


def questions_among(starts: list[Start]) -> dict[int, bool]:
    """Positions of the starts that are questions, each with whether that is a guess."""
    holding = _sections_with_questions(starts)
    sure = _explicit_headings(starts)
    levels = {starts[at].level for at in sure}
    chosen = dict.fromkeys(sure, False)
    chosen |= {
        at: False
        for at, start in enumerate(starts)
        if start.is_heading and start.level in levels and _is_labelled(start)
    }
    chosen |= _asking_beside(starts, levels, chosen)
    chosen |= _below_headings(starts, chosen, _explicit_in_group)
    if not any(starts[at].is_heading for at in chosen):
        chosen |= _labelled_headings(starts, chosen, holding)
    chosen |= _below_headings(starts, chosen, _labelled_in_group)
    if not any(starts[at].is_heading for at in chosen):
        chosen |= _asking_headings(starts, chosen, holding)
    chosen |= _below_headings(starts, chosen, _asking_in_group)
    return chosen or _lines_that_ask(starts)


def _is_labelled(start: Start) -> bool:
    return bool(start.labelled) and not wording.is_furniture(start.title)


def _asks(start: Start) -> bool:
    return start.asks and not wording.is_furniture(start.title)


def _sections_with_questions(starts: list[Start]) -> set[int]:
    """Headings that hold several questions of a lower kind and so are none themselves."""
    found = set()
    for heading, inner in sections_below(starts):
        if heading < 0 or len(inner) < 1 + (not wording.names_kind(starts[heading].title)):
            continue
        explicit = [at for at in inner if starts[at].explicit and starts[at].labelled]
        labelled = [at for at in inner if starts[at].labelled and _could_be_question(starts[at])]
        by_sign = Counter(starts[at].sign for at in inner)
        strong = Counter(
            starts[at].sign for at in inner if wording.asks_by_mark(starts[at].title) or starts[at].sign == SUMMARY
        )
        many = any(count >= 2 and 10 * count >= 6 * by_sign[sign] for sign, count in strong.items())
        if (
            len(explicit) > 1
            or (len(labelled) > 1 and starts[heading].labelled > 1)
            or (many and not _asks(starts[heading]))
            or wording.names_kind(starts[heading].title)
        ):
            found.add(heading)
    return found


def _could_be_question(start: Start) -> bool:
    return start.asks or start.explicit or start.sign in (ORDERED, NUMBER, BOLD, ITEM_HEADING, SUMMARY, QUOTED)


def _explicit_headings(starts: list[Start]) -> set[int]:
    """Headings numbered as questions; "Problem 1" below "Q3" is a part of that one's answer."""
    chosen = set()
    around: Start | None = None
    for at, start in enumerate(starts):
        if not start.is_heading:
            continue
        if start.explicit:
            inside = around is not None and start.level > around.level
            if around is None or not inside or start.numbering == around.numbering:
                chosen.add(at)
                around = start
        elif around is not None and start.level <= around.level:
            around = None
    return chosen


def _asking_beside(starts: list[Start], levels: set[float], chosen: dict[int, bool]) -> dict[int, bool]:
    """Headings of the same level that ask, but have no number: worth a look."""
    return {
        at: True
        for at, start in enumerate(starts)
        if start.is_heading
        and start.level in levels
        and at not in chosen
        and wording.asks_by_mark(start.title)
        and not wording.is_furniture(start.title)
    }


def _labelled_headings(starts: list[Start], chosen: dict[int, bool], holding: set[int]) -> dict[int, bool]:
    """Headings with an answer label below, and the numbered or asking ones beside them."""
    if chosen:  # labels below explicit questions are theirs
        holding = holding | {starts[at].section for at in chosen}
    labelled = {at for at, start in enumerate(starts) if start.is_heading and at not in holding and _is_labelled(start)}
    labelled -= _holding(starts, labelled)
    if len(labelled) > 1 or any(starts[at].number or _asks(starts[at]) for at in labelled):
        levels = {starts[at].level for at in labelled}
        beside = {
            at
            for at, start in enumerate(starts)
            if start.is_heading
            and start.level in levels
            and at not in holding
            and (start.number or _asks(start))
            and not wording.is_furniture(start.title)
        }
        return dict.fromkeys(labelled | beside, False)
    return {}


def _holding(starts: list[Start], labelled: set[int]) -> set[int]:
    """Headings above several labelled ones: sections, whatever else stands in them."""
    found = set()
    open_: list[list[int]] = []  # position, labelled headings below
    for at, start in enumerate(starts):
        if not start.is_heading:
            continue
        while open_ and starts[open_[-1][0]].level >= start.level:
            open_.pop()
        if at in labelled:
            if open_:
                open_[-1][1] += 1
                if open_[-1][1] > 1:
                    found.add(open_[-1][0])
            open_.append([at, 0])
    return found


def _asking_headings(starts: list[Start], chosen: dict[int, bool], holding: set[int]) -> dict[int, bool]:
    """Headings of the level where most ask something; none when no level is like that."""
    headings = [at for at, start in enumerate(starts) if start.is_heading]
    asking = Counter(starts[at].level for at in headings if _asks(starts[at]) and at not in holding)
    for level, count in sorted(asking.items(), key=lambda pair: (-pair[1], -pair[0])):
        here = [
            at
            for at in headings
            if starts[at].level == level and at not in holding and not wording.is_furniture(starts[at].title)
        ]
        numbered = sum(bool(starts[at].number) for at in here)
        everything = sum(starts[at].level == level and at not in holding for at in headings)
        if 2 * count < everything or (count < 2 and numbered < len(here)):
            continue
        sure = count >= MANY and 10 * count >= 8 * len(here)
        return {
            at: not (sure and _asks(starts[at]))
            for at in here
            if _asks(starts[at]) or starts[at].number or _has_text(starts, at)
        }
    return {}


def _has_text(starts: list[Start], at: int) -> bool:
    """Whether a heading is followed by text of its own before the next heading."""
    for later in range(at + 1, len(starts)):
        if starts[later].is_heading:
            return starts[later].index > starts[at].index + 1
    return True


def _has_own_text(starts: list[Start], at: int) -> bool:
    """Whether something stands between a line and the next place where a question may begin."""
    if wording.is_furniture(starts[at].title):
        return False
    return at + 1 == len(starts) or starts[at + 1].index > starts[at].index + 1 or any(starts[at].rest)


def _below_headings(starts: list[Start], chosen: dict[int, bool], choose: _Rule) -> dict[int, bool]:
    """Run a rule over each habit of the file, in what the questions chosen so far leave uncovered."""
    groups: dict[str, list[int]] = defaultdict(list)
    around = 0.0
    for at, start in enumerate(starts):
        if start.is_heading:
            if at in chosen:
                around = start.level
            elif around and start.level <= around:
                around = 0.0
        elif not around and at not in chosen:
            groups[PLAIN if start.sign == TOLD else start.sign].append(at)
    found: dict[int, bool] = {}
    for sign, group in groups.items():
        found |= choose(starts, group, sign, {**chosen, **found})
    return found


def _explicit_in_group(starts: list[Start], group: list[int], sign: str, chosen: dict[int, bool]) -> dict[int, bool]:
    explicit = [at for at in group if starts[at].explicit]
    numbered = sum(bool(starts[at].numbering) for at in explicit)
    labelled = sum(bool(starts[at].labelled) for at in explicit)
    if not explicit or (numbered < 2 and not labelled):
        return {}
    return {
        at: False for at in group if starts[at].explicit or (starts[at].labelled and _could_be_question(starts[at]))
    }


def _labelled_in_group(starts: list[Start], group: list[int], sign: str, chosen: dict[int, bool]) -> dict[int, bool]:
    if _is_inner(starts, group, chosen):
        return {}
    labelled = [at for at in group if starts[at].labelled and (sign != BULLET or starts[at].asks or starts[at].rest)]
    if len(labelled) > 1 or any(starts[at].asks or starts[at].number for at in labelled):
        sure = set(labelled)
        sections = {starts[at].section for at in labelled}
        return {
            at: False for at in group if at in sure or (starts[at].section in sections and _stands_beside(starts[at]))
        }
    return {}


def _stands_beside(start: Start) -> bool:
    """Whether a start among labelled ones is a question without a label."""
    return start.sign != TOLD and (start.asks or (bool(start.number) and start.sign != PLAIN))


def _asking_in_group(starts: list[Start], group: list[int], sign: str, chosen: dict[int, bool]) -> dict[int, bool]:
    """Lists and lines that are questions by their wording alone, section by section."""
    if sign == PLAIN or _is_inner(starts, group, chosen):
        return {}
    titles = {starts[at].title.casefold() for at in chosen}
    crowded = any(starts[at].is_heading for at in chosen)
    sections: dict[int, list[int]] = defaultdict(list)
    for at in group:
        sections[starts[at].section].append(at)
    regular = 4 * sum(starts[at].asks for at in group) >= 3 * len(group)
    found: dict[int, bool] = {}
    for members in sections.values():
        asking = [at for at in members if starts[at].asks]
        marked = [at for at in members if wording.asks_by_mark(starts[at].title)]
        repeated = sum(starts[at].title.casefold() in titles for at in members)
        links = sum(starts[at].is_link for at in members)
        if len(asking) < ASKING_SHARE * len(members) or not asking or 2 * repeated >= len(members):
            continue
        if 2 * links > len(members) or (crowded and len(marked) < MANY):
            continue
        everything = sign in (ORDERED, BULLET, TASK, SUMMARY) and not links and 10 * len(asking) >= 6 * len(members)
        found |= {at: not starts[at].asks for at in members if everything or _speaks(starts[at])}
        if sign == BOLD and regular:
            found |= {at: True for at in members if at not in found and _has_own_text(starts, at)}
    strong = sum(wording.asks_plainly(starts[at].title) for at in found)
    if sign == TASK and 2 * strong < len(found):  # things to do, or choices
        return {}
    weak = sign == BULLET and 3 * strong < len(found)
    if len(found) < 2 or (weak and (len(found) < MANY or any(found.values()))):
        return {}
    unsure = weak or len(found) < MANY
    return {at: guess or unsure for at, guess in found.items()}


def _lines_that_ask(starts: list[Start]) -> dict[int, bool]:
    """Lines of their own that end in question marks, in a file that is little else: worth a look."""
    asking = [at for at, start in enumerate(starts) if start.sign in (PLAIN, TOLD)]
    if len(asking) <= MANY:
        return {}
    span = starts[asking[-1]].index - starts[asking[0]].index + 1
    return dict.fromkeys(asking, True) if span <= 4 * len(asking) else {}


def _speaks(start: Start) -> bool:
    return start.asks or start.explicit or bool(start.number)


def _is_inner(starts: list[Start], group: list[int], chosen: dict[int, bool]) -> bool:
    """Whether a habit's starts stand in the sections of questions that are chosen already."""
    sections = {starts[at].section for at in chosen if not starts[at].is_heading}
    inside = sum(starts[at].section in sections for at in group)
    return bool(sections) and 2 * inside > len(group)
