"""Colours of the window in light and dark, and their use on a QApplication.

Class colours keep to the hues of Okabe and Ito (2008), with lightness chosen by a search over
normal, protan, deutan and tritan sight (Machado 2009): 3:1 at least against the paper, and every
pair of classes apart for all four. N is a calm green, V vermilion, S blue, F sky blue, Q brown or
yellow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ecgviewer.aami import BeatClass

ClassColors = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Theme:
    """One set of colours, each "#rrggbb".

    Attributes
    ----------
    name : str
        "light" or "dark".
    paper, grid_minor, grid_major, trace : str
        ECG paper, its 1 mm and 5 mm lines, the trace where no beat colours it.
    text, muted : str
        Writing, and writing that stays back; both 4.5:1 on `paper`, `background` and `panel`.
    background, panel, border, hover : str
        Window, fields and lists, lines between them, what the pointer is on.
    accent, on_accent : str
        Selection, current beat, playback frame, view window; and writing on it.
    warning, error, ok : str
        Badges and messages.
    class_colors : tuple of 5 str
        Order N S V F Q.
    pending : str
        Beats that await their class.
    gap, flat, noisy, pause, unexplained, flutter : str
        Shading of stretches and episodes, drawn at `shade_alpha`.
    shade_alpha : float
        0 to 1.
    """

    name: str
    paper: str
    grid_minor: str
    grid_major: str
    trace: str
    text: str
    muted: str
    background: str
    panel: str
    border: str
    hover: str
    accent: str
    on_accent: str
    warning: str
    error: str
    ok: str
    class_colors: ClassColors
    pending: str
    gap: str
    flat: str
    noisy: str
    pause: str
    unexplained: str
    flutter: str
    shade_alpha: float

    @property
    def dark(self) -> bool:
        """Whether writing is lighter than what it stands on."""
        return QColor(self.paper).lightnessF() < 0.5


THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "light": Theme(
            name="light",
            paper="#fffdfb",
            grid_minor="#f7e7e3",
            grid_major="#ecc9c1",
            trace="#24282e",
            text="#1d2126",
            muted="#596069",
            background="#f3f4f6",
            panel="#ffffff",
            border="#cfd4da",
            hover="#e6e9ee",
            accent="#6a3fa0",
            on_accent="#ffffff",
            warning="#8a5300",
            error="#b3261e",
            ok="#1d6b45",
            class_colors=("#258157", "#0050b4", "#d85000", "#2a8fc2", "#673600"),
            pending="#8a8f97",
            gap="#7d8590",
            flat="#8a7a5c",
            noisy="#a08a3c",
            pause="#5b7fa6",
            unexplained="#b3261e",
            flutter="#c2187a",
            shade_alpha=0.16,
        ),
        "dark": Theme(
            name="dark",
            paper="#14181d",
            grid_minor="#1d2329",
            grid_major="#2e373f",
            trace="#cfd4db",
            text="#e3e7ec",
            muted="#9aa3ae",
            background="#1b1f24",
            panel="#20252b",
            border="#39414a",
            hover="#2b323a",
            accent="#b794f6",
            on_accent="#14181d",
            warning="#f0b849",
            error="#ff8a80",
            ok="#5fc995",
            class_colors=("#4fc08b", "#3d87e0", "#f46a25", "#86c8f5", "#dfed21"),
            pending="#7d858f",
            gap="#9aa3ae",
            flat="#a8977a",
            noisy="#b5a055",
            pause="#7fa3c9",
            unexplained="#ff8a80",
            flutter="#f06bb4",
            shade_alpha=0.18,
        ),
    }
)


def class_color(theme: Theme, beat_class: BeatClass | int | None) -> QColor:
    """Colour of a class; of beats without a class where it is None or negative."""
    if beat_class is None or beat_class < 0:
        return QColor(theme.pending)
    return QColor(theme.class_colors[int(beat_class)])


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the application the theme's colours."""
    app.setStyle("Fusion")  # the one style that takes a palette on every platform
    app.setPalette(palette(theme))
    app.setStyleSheet(stylesheet(theme))


def palette(theme: Theme) -> QPalette:
    """The theme as a Qt palette."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for where, color in {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.background,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.background,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border,
    }.items():
        result.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(group.Disabled, where, QColor(theme.pending))
    return result


def stylesheet(theme: Theme) -> str:
    """What the palette cannot say: quiet frames, tool tips, headers."""
    # Qt's own arrows to the rest of a bar are black on whatever theme
    under_black = max(theme.hover, theme.muted, key=lambda color: QColor(color).lightness())
    return f"""
QToolTip {{ color: {theme.text}; background: {theme.panel};
  border: 1px solid {theme.border}; padding: 3px; }}
QMainWindow::separator {{ background: {theme.background}; width: 5px; height: 5px; }}
QMainWindow::separator:hover {{ background: {theme.border}; }}
QToolBar {{ border: 0; border-bottom: 1px solid {theme.border}; padding: 2px 4px; spacing: 3px; }}
QToolButton#qt_toolbar_ext_button {{ background: {under_black}; border: 0; border-radius: 3px; }}
QStatusBar {{ border-top: 1px solid {theme.border}; }}
QStatusBar::item {{ border: 0; }}
QHeaderView::section {{ color: {theme.muted}; background: {theme.background}; border: 0;
  border-bottom: 1px solid {theme.border}; padding: 3px 6px; }}
QTableView {{ gridline-color: {theme.hover}; border: 1px solid {theme.border};
  selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
QDockWidget::title {{ color: {theme.muted}; background: {theme.background}; padding: 4px 6px; }}
QToolButton:hover, QPushButton:hover {{ background: {theme.hover}; }}
QToolButton[popupMode="2"] {{ padding: 3px 6px; border: 1px solid {theme.border};
  border-radius: 3px; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton:checked {{ background: {theme.hover};
  border: 1px solid {theme.accent}; border-radius: 3px; }}
"""


def mixed(color: str, paper: str, share: float) -> int:
    """0xffRRGGBB of a colour over paper."""
    over, under = QColor(color), QColor(paper)
    parts = zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore[index]
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in parts)
    return QColor(red, green, blue).rgb()
