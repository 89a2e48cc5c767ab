"""Fonts derived from the widget's own."""

from PySide6.QtGui import QFont


def small(font: QFont) -> QFont:
    """The font of notes."""
    result = QFont(font)
    result.setPointSizeF(max(6.5, font.pointSizeF() * 0.86))
    return result


def tiny(font: QFont) -> QFont:
    """The font of the strip's names."""
    result = QFont(font)
    result.setPointSizeF(max(6.0, font.pointSizeF() * 0.8))
    return result


def bold(font: QFont) -> QFont:
    """The font of names and letters."""
    result = QFont(font)
    result.setBold(True)
    return result
