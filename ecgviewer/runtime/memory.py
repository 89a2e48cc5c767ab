"""What the C library does with freed memory."""

import ctypes
import sys

# glibc's malloc.h
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_THRESHOLD = 4 << 20  # bytes; from here on an array is given back as soon as it is freed
_ARENAS = 2


def give_back() -> None:
    """Have freed memory go back to the system; glibc alone is told, others are left as they are.

    An analysis starts threads over and over and frees arrays of all sizes: by default each thread
    gets a heap of its own, and arrays up to 32 MB stay in it. A week's window held 85 MB so.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    mallopt(_M_ARENA_MAX, _ARENAS)
    mallopt(_M_MMAP_THRESHOLD, _THRESHOLD)
