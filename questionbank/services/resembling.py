"""New questions that say nearly the same as another, in the files or in the bank."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from questionbank.choices import ImportStatus
from questionbank.formats.similarity import Pair, similar_pairs
from questionbank.formats.translations import FEWEST, Numbered, across_languages, bank_name
from questionbank.formats.wording import language_of
from questionbank.models import QuestionVersion
from questionbank.services.comparing import note
from questionbank.services.entries import BATCH, Entries, Entry, Light, Progress, no_progress


def find_similar(entries: Entries, new: Sequence[Light], *, progress: Progress = no_progress) -> None:
    """Note where a new question resembles one before it, or one of the bank, and make it unsure.

    It stays chosen: what is nearly the same may still be another question. One query for the whole bank.
    """
    if not new:
        return
    progress("similar", 0, len(new))
    by_position = {light.position: light for light in new}
    best: dict[int, Pair] = {}
    for pair in similar_pairs([(light.position, light.asked) for light in new], _asked_in_bank()):
        best.setdefault(pair.key, pair)  # type: ignore[arg-type]
    for pair in _in_other_languages(entries, new):
        # Two languages have names and figures in common: to be alike says less than to be the same in another one.
        if pair.key not in best or not isinstance(best[pair.key].other, UUID):
            best[pair.key] = pair  # type: ignore[index]
    positions = sorted(best)
    for start in range(0, len(positions), BATCH):
        found = list(entries.at(positions[start : start + BATCH]))
        for entry in found:
            _mark(entry, best[entry.position], by_position)
        entries.keep(found)
        progress("similar", start, len(positions))


def _mark(entry: Entry, pair: Pair, by_position: dict[int, Light]) -> None:
    likeness = round(100 * pair.similarity)
    entry.status = ImportStatus.UNSURE
    if isinstance(pair.other, UUID):
        entry.notes = [*entry.notes, note("similar_there", likeness=likeness, question=str(pair.other))]
    else:
        other = by_position[pair.other]  # type: ignore[index]
        entry.notes = [*entry.notes, note(pair.code, file=other.file, line=other.line, likeness=likeness)]


def _in_other_languages(entries: Entries, new: Sequence[Light]) -> list[Pair]:
    """Pairs of new questions that are perhaps one in two languages; the later one first.

    Only the files of a bank that has enough in both languages are looked at any closer.
    """
    banks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for light in new:
        banks[bank_name(light.file)][language_of(light.asked)].append(light.position)
    two = [halves.values() for halves in banks.values() if sum(len(half) >= FEWEST for half in halves.values()) > 1]
    positions = sorted(position for halves in two for half in halves for position in half)
    numbered = [
        Numbered(entry.position, entry.question.prompt, entry.question.language, entry.question.number, entry.file)
        for entry in entries.at(positions)
        if entry.question is not None
    ]
    return [_later_first(pair) for pair in across_languages(numbered)]


def _later_first(pair: Pair) -> Pair:
    is_in_order = pair.key > pair.other  # type: ignore[operator]
    return pair if is_in_order else pair._replace(key=pair.other, other=pair.key)


def _asked_in_bank() -> Iterator[tuple[UUID, str]]:
    """What the newest versions ask, in every language."""
    rows = QuestionVersion.objects.newest().order_by().values_list("question_id", "texts__title", "texts__prompt")
    for question_id, title, prompt in rows.iterator():
        if title:
            yield question_id, f"{title} {prompt[:600]}"
