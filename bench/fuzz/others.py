"""Bundles, settings and kept results: small sound ones, and what must hold of mutated ones."""

import json
import shutil
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

from bench.fuzz.records import Seed
from ecgviewer import paths
from ecgviewer.analysis.cache.database import FILE, Store
from ecgviewer.gui.dialogs.card_pages import model_pages
from ecgviewer.gui.settings import SETTINGS, Purpose, Settings
from ecgviewer.gui.storage.layouts import Layout, is_state, screen_width
from ecgviewer.model.bundle import BundleError, sha256
from ecgviewer.model.ensemble import load_ensemble, preprocessing_of
from ecgviewer.signal.params import CONTEXT

_MEMBERS = {"paper": "slap", "clinical": "resnet34-1"}
_CARD, _WEIGHTS, _ENSEMBLE = "card.json", "weights.safetensors", "ensemble.json"
_DOCKS = ("summary", "recording", "beats")
_KEY, _RECORDING = "a" * 64, "b" * 64


def write_bundle(folder: Path, ensemble: str) -> list[Seed]:
    """An ensemble of one shipped network in a folder; its three files."""
    source, member = paths.model_weights() / ensemble, _MEMBERS[ensemble]
    shutil.copytree(source / member, folder / member)
    card = json.loads((source / _ENSEMBLE).read_text())
    short = {
        key: card[key] for key in ("name", "title", "unseen_sentence", "leaks", "intended_use")
    }
    about = {"metrics": {"accuracy": 0.9}, "unseen": {"S": {"f1": 0.5}}, "weights": [1.0]}
    hashes = {member: sha256((folder / member / _CARD).read_bytes())}
    figures = {"precision": card["precision"], "calibration": {"temperature": 1.0}}
    whole = {**short, **about, **figures, "members": [member], "member_cards_sha256": hashes}
    (folder / _ENSEMBLE).write_text(json.dumps(whole, indent=1))
    names = (_ENSEMBLE, f"{member}/{_CARD}", f"{member}/{_WEIGHTS}")
    return [Seed(n, (folder / n).read_bytes(), n.endswith(".json")) for n in names]


def mend_hashes(folder: Path, seeds: list[Seed]) -> None:
    """Put the hashes of a mutated file into the cards above it, as a forger would."""
    ensemble, card, weights = seeds
    mended = (folder / card.name).read_bytes()
    mended = mended.replace(_hash(weights.data), _hash((folder / weights.name).read_bytes()))
    (folder / card.name).write_bytes(mended)
    whole = (folder / ensemble.name).read_bytes()
    (folder / ensemble.name).write_bytes(whole.replace(_hash(card.data), _hash(mended)))


def _hash(data: bytes) -> bytes:
    return sha256(data).encode()


def try_bundle(folder: Path) -> str:
    """Load a bundle, show its card, ask it of two beats."""
    try:
        preprocessing_of(folder)
        ensemble = load_ensemble(folder, device="cpu", precision="fp32")
    except BundleError as error:
        return "" if len(str(error).splitlines()) <= 1 else "a refusal of several lines"
    model_pages(ensemble)
    assert 0 <= ensemble.review_below <= 1
    assert ensemble.delta is None or ensemble.delta >= 0
    windows = np.random.default_rng(1).normal(size=(2, 2, 400)).astype(np.float32)
    context = np.zeros((2, CONTEXT.columns), np.float32)
    found = ensemble.predict(windows, context).probabilities
    return "" if np.isfinite(found).all() else "wrong and green: probabilities that are no numbers"


def write_settings(path: Path) -> Seed:
    """A file of settings with every row set."""
    store = QSettings(str(path), QSettings.Format.IniFormat)
    settings = Settings(store)
    settings.theme, settings.ensemble, settings.hide_patient = "dark", "paper", True
    settings.keep_results, settings.rate_intervals = False, 12
    settings.keys = {"open": ("Ctrl+O",), "quit": ()}
    settings.recent_paths = (path.parent / "a.hea", path.parent / "b c,d.hea")
    for purpose in ("open", "export", "download"):
        settings.set_folder(purpose, path.parent)
    window = _window()
    geometry, state = window.saveGeometry(), window.saveState()
    settings.save_layout(Layout("screen", bytes(geometry.data()), bytes(state.data())))
    # as versions before kept it, without a checksum
    settings.layout_version, settings.geometry, settings.state = 2, geometry, state
    settings.sync()
    return Seed(path.name, path.read_bytes(), text=True)


def _window() -> QMainWindow:
    """A window with docks, of which a layout can be taken."""
    if QApplication.instance() is None:
        QApplication([])
    window = QMainWindow()
    for name in _DOCKS:
        dock = QDockWidget(name)
        dock.setObjectName(name)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    return window


def try_settings(path: Path) -> str:
    """Read every setting, and write it again."""
    settings = Settings(QSettings(str(path), QSettings.Format.IniFormat))
    for row in SETTINGS.values():
        value = settings.value_of(row)
        if value is not None and not row.check(value) and value != row.default:
            return f"{row.key} is {value!r}"
    before = settings.layout_before()
    old = [before] if before is not None and is_state(before.state, _DOCKS) else []
    for layout in (*settings.layouts, *old):
        window = _window()
        if screen_width(layout.geometry) is not None:
            window.restoreGeometry(layout.geometry)
        window.restoreState(layout.state)
    purposes: tuple[Purpose, ...] = ("open", "export", "download")
    for purpose in purposes:
        settings.folder(purpose)
    settings.add_recent(path)
    settings.rate_intervals = 9
    settings.sync()
    return "" if settings.rate_intervals == 9 else "what was set is not kept"


def kept_columns() -> dict[str, np.ndarray]:
    """What is kept under the key of the fuzzer's database."""
    return {"samples": np.arange(500), "classes": np.zeros(500, np.int8)}


def write_results(folder: Path) -> Seed:
    """A database of kept results."""
    store = Store(folder)
    for k in range(4):
        store.put(_KEY if k == 0 else f"{k}" * 64, kept_columns(), recording=_RECORDING)
    return Seed(FILE, store.path.read_bytes(), text=False)


def try_results(folder: Path) -> str:
    """Ask a database for a result and for its size, keep another, forget all."""
    store = Store(folder)
    store.knows(_RECORDING)
    found = store.get(_KEY)
    wanted = kept_columns()
    if found is not None and not all(np.array_equal(found.columns[n], wanted[n]) for n in wanted):
        return "wrong and green: another result under the key"
    store.size()
    store.put("c" * 64, wanted, recording=_RECORDING)
    store.remove("1" * 64)
    store.forget()
    return ""
