"""Freed memory: what was asked of the C library, where it is glibc."""

import ctypes
import platform
import sys

import pytest

from ecgviewer.runtime import memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_glibc_takes_both_settings(monkeypatch):
    asked = []

    class Library:
        def __init__(self, _name):
            self._mallopt = original(None).mallopt

        def mallopt(self, option, value):
            asked.append((option, self._mallopt(option, value)))

    original = ctypes.CDLL
    monkeypatch.setattr(ctypes, "CDLL", Library)
    memory.give_back()
    assert asked == [(-8, 1), (-3, 1)]  # M_ARENA_MAX, M_MMAP_THRESHOLD; 1: taken


def test_other_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    memory.give_back()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", None)
    memory.give_back()
