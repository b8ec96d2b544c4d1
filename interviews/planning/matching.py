"""Different people for every seat. People are bits: bit 0 is the one to prefer."""

Options = list[int]
"""For each seat, the people who could take it, as a bitmask."""


def can_fill(options: Options) -> bool:
    """Whether every seat can have a person of its own (Kuhn's augmenting paths)."""
    held: dict[int, int] = {}
    return all(_place(seat, options, held, [0]) for seat in range(len(options)))


def _place(seat: int, options: Options, held: dict[int, int], seen: list[int]) -> bool:
    while rest := options[seat] & ~seen[0]:
        person = rest & -rest
        seen[0] |= person
        if person not in held or _place(held[person], options, held, seen):
            held[person] = seat
            return True
    return False


def preferred(options: Options) -> list[int] | None:
    """One person's number per seat, the preferred people; None when the seats cannot be filled.

    The sets of people who can sit at once form a matroid, so taking people in order of preference
    whenever they still fit is exact: no other choice is better for any order-preserving price.
    """
    taken: dict[int, int] = {}
    people = 0
    for option in options:
        people |= option
    while people and len(taken) < len(options):
        person = people & -people
        people ^= person
        _sit(person, options, taken, set())
    if len(taken) < len(options):
        return None
    return [taken[seat].bit_length() - 1 for seat in range(len(options))]


def _sit(person: int, options: Options, taken: dict[int, int], seen: set[int]) -> bool:
    for seat, option in enumerate(options):
        if option & person and seat not in seen:
            seen.add(seat)
            if seat not in taken or _sit(taken[seat], options, taken, seen):
                taken[seat] = person
                return True
    return False
