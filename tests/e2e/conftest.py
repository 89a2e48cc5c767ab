"""The window and records of the window's own tests."""

from tests.gui.conftest import demo, ensemble, opened, record, settings, window

__all__ = ["demo", "ensemble", "opened", "record", "settings", "window"]
