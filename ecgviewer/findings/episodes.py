"""What a record's episodes are called, in one line."""

from ecgviewer.beats.scan import Episode
from ecgviewer.signal.params import ACTIVITY


def episode_words(episodes: tuple[Episode, ...], fs: float) -> list[str]:
    """One phrase for each kind there is, such as "suspected flutter 6 x, 2:22 in all".

    Parameters
    ----------
    episodes : tuple of Episode
        In any order.
    fs : float
        Hz, of their samples.
    """
    said = []
    lengths = {
        kind: [(e.stop - e.start) / fs for e in episodes if e.kind == kind]
        for kind in ("flutter", "unexplained", "electrode off", "pause")
    }
    if flutter := lengths["flutter"]:
        said.append(f"suspected ventricular flutter {_times(flutter)}")
    if silent := lengths["unexplained"]:
        said.append(f"silence {_times(silent)}, unexplained")
    if off := lengths["electrode off"]:
        said.append(f"electrode off {_times(off)}")
    if pauses := lengths["pause"]:
        said.append(_pauses(pauses))
    return said


def _pauses(lengths: list[float]) -> str:
    n, longest = len(lengths), max(lengths)
    least = ACTIVITY.asystole_s
    stood = sum(length >= least for length in lengths)
    text = f"{n} pause{'s' if n > 1 else ''}, longest {longest:.1f} s"
    return f"{text}, {stood} of {least:g} s or more (asystole)" if stood else text


def _times(lengths: list[float]) -> str:
    if len(lengths) == 1:
        return _clock(lengths[0])
    return f"{len(lengths)} x, {_clock(sum(lengths))} in all"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
