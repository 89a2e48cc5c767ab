"""Window layouts as they are kept between sessions: by screen, each with a checksum.

Qt's `QMainWindow.restoreState` trusts what it is given: of 150 states with 16 bytes changed 6 ended
the process. So nothing reaches it but what this program wrote, byte for byte, and of what versions
before wrote without a checksum only what has the structure of a state.
"""

import base64
import hashlib
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

_N_KEPT = 8  # screens
_VERSION = 3  # a layout saved by another version of the panels is not restored

_GEOMETRY = struct.Struct(">IHH4i4iiBBi4i")  # QWidget.saveGeometry, version 3
_GEOMETRY_MAGIC = 0x1D9D0CB
_FAR = 32_767  # pixels; no screen lies further out
_LARGEST = 2**25  # pixels: Qt's greatest size of a widget, with tabs and separators


@dataclass(frozen=True)
class Layout:
    """Where the window and its panels were left.

    Attributes
    ----------
    screen : str
        Name, size and scale of the screen.
    geometry, state : bytes
        As `QWidget.saveGeometry` and `QMainWindow.saveState` gave them.
    """

    screen: str
    geometry: bytes
    state: bytes

    @property
    def checksum(self) -> str:
        """Of all it holds and of the version of the panels; 32 hexadecimal digits."""
        parts = (str(_VERSION).encode(), self.screen.encode(), self.geometry, self.state)
        summed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hashlib.sha256(summed).hexdigest()[:32]


def as_rows(layouts: Sequence[Layout]) -> list[dict[str, str]]:
    """Layouts as JSON has them, the latest first; those of more than 8 screens are let go."""
    return [
        {
            "screen": layout.screen,
            "geometry": base64.b64encode(layout.geometry).decode(),
            "state": base64.b64encode(layout.state).decode(),
            "checksum": layout.checksum,
        }
        for layout in layouts[:_N_KEPT]
    ]


def of_rows(rows: object) -> tuple[Layout, ...]:
    """The layouts of `as_rows` whose checksums hold; ValueError where it is no list."""
    if not isinstance(rows, list):
        raise ValueError("layouts are a list")
    found = (_layout(row) for row in rows[:_N_KEPT])
    return tuple(layout for layout in found if layout is not None)


def _layout(row: Any) -> Layout | None:  # Any: whatever JSON holds
    try:
        parts = (base64.b64decode(row[name], validate=True) for name in ("geometry", "state"))
        layout = Layout(str(row["screen"]), *parts)
        same = layout.checksum == row["checksum"]
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    return layout if same else None


def screen_width(geometry: bytes) -> int | None:
    """Width of the screen that a geometry was saved on, pixels; None where it is none of Qt's."""
    if len(geometry) != _GEOMETRY.size:
        return None
    magic, major, _, *numbers = _GEOMETRY.unpack(geometry)
    width = int(numbers[11])
    if magic != _GEOMETRY_MAGIC or major != 3 or width < 1:
        return None
    return None if any(abs(number) > _FAR for number in numbers) else width


def is_state(state: bytes, names: Collection[str]) -> bool:
    """Whether bytes have the structure of a state of a window with panels and bars so named.

    Parameters
    ----------
    state : bytes
        Of `QMainWindow.saveState`, perhaps; see QMainWindowLayoutState::saveState in Qt's sources.
    names : collection of str
        Object names of docks and tool bars.
    """
    try:
        _State(state, names).check()
    except (ValueError, struct.error):
        return False
    return True


class _State:
    """Reads a state from its beginning; ValueError or struct.error where it is none."""

    def __init__(self, state: bytes, names: Collection[str]) -> None:
        self._bytes, self._at = state, 0
        self._left = set(names)  # each stands there once

    def check(self) -> None:
        self._expect(self._number() == 0xFF and self._number() == 0)
        self._expect(self._byte() == 0xFD)  # docks
        self._areas()
        self._size()
        self._size()
        for _ in range(4):
            self._expect(self._number() in {1, 2, 4, 8})  # which area has each corner
        self._expect(self._byte() == 0xFC)  # tool bars
        for _ in range(self._count()):
            self._expect(self._number() in range(4))
            for _ in range(self._count()):
                self._name()
                self._expect(self._byte() in {0, 1})
                for _ in range(4):
                    self._size()
        self._expect(self._at == len(self._bytes))

    def _areas(self) -> None:
        areas = []
        for _ in range(self._count()):
            areas.append(self._number())
            self._size()
            self._size()
            self._items(depth=0)
        self._expect(len(set(areas)) == len(areas) and set(areas) <= set(range(4)))

    def _items(self, depth: int) -> None:
        """A row of docks, or docks as tabs."""
        kind = self._byte()
        self._expect(kind in {0xFA, 0xFC} and depth < 8)
        front = self._number() if kind == 0xFA else 0
        self._expect(self._byte() in {1, 2})
        n = self._count()
        self._expect(0 <= front < max(n, 1))
        for _ in range(n):
            if (item := self._byte()) == 0xFB:
                self._name()
                self._expect(self._byte() in range(4))
                self._sizes()
            else:
                self._expect(item == 0xFC)
                self._sizes()
                self._items(depth + 1)

    def _sizes(self) -> None:
        for _ in range(4):
            self._size()

    def _name(self) -> None:
        length = self._number()
        self._expect(0 <= length <= 200)
        name = self._take(length).decode("utf-16-be")
        self._expect(name in self._left)
        self._left.remove(name)

    def _count(self) -> int:
        n = self._number()
        self._expect(0 <= n <= 64)
        return n

    def _size(self) -> None:
        self._expect(-_FAR <= self._number() <= _LARGEST)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _number(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def _take(self, n: int) -> bytes:
        part = self._bytes[self._at : self._at + n]
        self._at += n
        self._expect(len(part) == n)
        return part

    @staticmethod
    def _expect(holds: bool) -> None:
        if not holds:
            raise ValueError
