"""From blocks, each of a height, to pages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Draw = Callable[[float], None]  # takes the top


@dataclass(frozen=True, slots=True)
class Block:
    """Something that is not torn apart."""

    height: float
    draw: Draw
    keeps: bool = False  # on the page of the next one
    heading: "Block | None" = None  # stands above it where it is the first on a further page
    foot: "Block | None" = None  # stands below it where it is the last of its page
    at_foot: bool = False  # as far down as there is room


Page = list[tuple[float, Block]]  # each with its top


def pages_of(blocks: Sequence[Block], first: float, further: float, bottom: float) -> list[Page]:
    """Where each block comes to stand; `first` and `further`: the tops of the first page and the others."""
    pages: list[Page] = [[]]
    y = first
    for group in _groups(blocks):
        below = group[-1].foot.height if group[-1].foot else 0.0
        if y + sum(block.height for block in group) + below > bottom and pages[-1]:
            if foot := pages[-1][-1][1].foot:
                pages[-1].append((y, foot))
            pages.append([])
            y = further
            if heading := group[0].heading:
                pages[-1].append((y, heading))
                y += heading.height
        for block in group:
            top = max(y, bottom - block.height) if block.at_foot else y
            pages[-1].append((top, block))
            y = top + block.height
    return pages


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keeps:
            yield group
            group = []
    if group:
        yield group
