"""The play keys, speeds and what is playing now."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QToolBar, QWidget

from ecgviewer.beats.beat import Beat
from ecgviewer.gui.playback.clock import PAPER_SPEED, SPEEDS
from ecgviewer.gui.style.icons import icon
from ecgviewer.gui.style.plain import RichLabel, tip
from ecgviewer.gui.style.theme import Theme
from ecgviewer.gui.style.wording import count
from ecgviewer.gui.window.menus import Actions

_KEYS = ("previous_beat", "previous_frame", "play", "next_frame", "next_beat")


class PlaybackToolbar(QToolBar):
    """Step, play, speed; serial number, class and confidence of the current beat."""

    speed_chosen = Signal(int)  # place in SPEEDS

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Play", parent)
        self.setObjectName("play_bar")
        self.setIconSize(QSize(16, 16))
        self._theme, self._actions = theme, actions
        self._playing = False
        self._beat: Beat | None = None
        for name in _KEYS:
            self.addAction(actions[name])
        self.speed = QComboBox(self)
        self.speed.addItems([speed.label for speed in SPEEDS])
        self.speed.setCurrentIndex(PAPER_SPEED)
        keys = actions.key_words(slower="slower", faster="faster")
        self.speed.setToolTip(tip(f"Speed of playback{keys}"))
        self.speed.activated.connect(self.speed_chosen)
        self.addWidget(self.speed)
        self.now = RichLabel(self)
        self.now.setToolTip("Current beat: serial number, class, confidence")
        # room for the longest text, so that nothing moves while it plays
        width = self.fontMetrics().horizontalAdvance("  beat 100,000  V  0.999  ")
        self.now.setMinimumWidth(width)
        self.addWidget(self.now)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for name in _KEYS:
            shape = "pause" if name == "play" and self._playing else name
            self._actions[name].setIcon(icon(shape, theme.text))
        self.show_beat(self._beat)

    def show_playing(self, playing: bool) -> None:
        """Turn the play key into a pause key, or back."""
        self._playing = playing
        self._actions["play"].setText("&Pause" if playing else "&Play")
        self.set_theme(self._theme)

    def show_speed(self, place: int) -> None:
        """Show the speed that was chosen by key."""
        self.speed.setCurrentIndex(place)

    def show_beat(self, beat: Beat | None) -> None:
        """Show the current beat."""
        self._beat = beat
        if beat is None:
            self.now.setText("")
            return
        head = f"&nbsp; beat <b>{count(beat.number)}</b> &nbsp;"
        if beat.beat_class is None:
            word = "pending" if beat.pending else "not classified"
            self.now.setText(f"{head} <span style='color:{self._theme.muted}'>{word}</span>")
            return
        color = self._theme.class_colors[beat.beat_class]
        confidence = "" if beat.confidence is None else f"&nbsp; {beat.confidence:.3f}"
        self.now.setText(
            f"{head} <span style='color:{color}'>&#9632;</span> <b>{beat.beat_class.name}</b>"
            f"{confidence}"
        )
