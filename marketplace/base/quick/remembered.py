"""What is drawn or printed of a few choices, and again of the same ones."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Generic, TypeVar, TypeVarTuple

from marketplace.base.quick.tricks import Trick

REMEMBERED = Trick("remembered", "what is drawn or printed of the same choices is kept with them")

Given = TypeVarTuple("Given")
Drawn = TypeVar("Drawn")


def remembered(most: int) -> Callable[[Callable[[*Given], Drawn]], Callable[[*Given], Drawn]]:
    """Marks a function whose answer depends on its arguments alone: the last `most` answers are kept."""

    def marked(draw: Callable[[*Given], Drawn]) -> Callable[[*Given], Drawn]:
        kept = lru_cache(most)(draw)

        @wraps(draw)
        def answer(*given: *Given) -> Drawn:
            return kept(*given) if REMEMBERED.on else draw(*given)

        return REMEMBERED.used_by(answer)

    return marked


class Lately(Generic[Drawn]):
    """The last `most` that were put or asked for, by all that they are made of."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Drawn] = OrderedDict()

    def get(self, key: Hashable) -> Drawn | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, drawn: Drawn) -> Drawn:
        self._kept[key] = drawn
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return drawn

    def clear(self) -> None:
        self._kept.clear()


class Remembered(Lately[Drawn]):
    """The same for what takes its time, as REMEMBERED has it; `use` is the feature that keeps it."""

    def __init__(self, most: int, use: str) -> None:
        super().__init__(most)
        REMEMBERED.uses.append(use)

    def get(self, key: Hashable) -> Drawn | None:
        return super().get(key) if REMEMBERED.on else None

    def put(self, key: Hashable, drawn: Drawn) -> Drawn:
        return super().put(key, drawn) if REMEMBERED.on else drawn
