"""How findings about licences name the two ends and the way between them."""

from backstamp.bom.licence_facts import End
from backstamp.core.location import Line, Location, Pointer, joined
from backstamp.knowledge.licences import name_of


def licence_words(end: End) -> str:
    """Name the licence of an end as people do."""
    return name_of(end.licence)


def ends(*parts: End) -> tuple[str, ...]:
    """Write each end with its licence and where that is written."""
    return tuple(f"{end.name}: {end.licence or 'no licence'}, {_where(end)}" for end in parts)


def way(path: tuple[str, ...]) -> tuple[str, ...]:
    """Write the way between two ends, if something lies between them."""
    return (f"made of: {' <- '.join(path)}",) if len(path) > 2 else ()


def _where(end: End) -> str:
    if end.is_assumed:
        return "known from the name alone"
    return f"written in {_shown(end.place)}" if end.place else "written nowhere"


def _shown(place: Location) -> str:
    match place.where:
        case Pointer(pointer=pointer) if pointer:
            return f"{joined(place.path)} at {pointer}"
        case Line(line=line):
            return f"{joined(place.path)}, line {line}"
        case _:
            return joined(place.path)
