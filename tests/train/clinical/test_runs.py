"""Patients as `clinical` reads them: in which order their copies follow, who never trains."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from tests.train.synthetic import packed_beats, packed_noise
from train.clinical import runs
from train.clinical.configurations import grouped_folds, runs_of
from train.clinical.runs import Patients, cross_validate, read_patients, train_seeds
from train.clinical.scoring import ensemble_of, trained_on
from train.config import Config
from train.data import splits
from train.data.database import RecordBeats
from train.data.sampling import bag, epoch_rows, some_from_copies
from train.data.splits import Split
from train.data.windows import WindowCutter
from train.fit.trainer import Trainer
from train.protocols import PROTOCOLS, Protocol
from train.scoring.score import Scores

MITDB, PACED, SVDB, UNSEEN = ("101", "106", "108"), ("102",), ("800", "802"), ("100", "103")
TRAINING = (*MITDB, *PACED, *SVDB)
NOISY, FIBRILLATING = 2, 2
COPIES = NOISY + FIBRILLATING
CONFIG = Config(
    name="t",
    architecture="slap-over-leads",
    arguments={"n_cells": 8, "n_layers": 1, "dropout": 0.0},
    protocol="ds1+svdb+paced",
    preprocessing="clinical",
    context=True,
    epochs=1,
    batch=16,
    keep_normal=0.5,
    noisy_copies=NOISY,
    noisy_share=0.5,
    fibrillating_copies=FIBRILLATING,
    fibrillating_share=0.4,
)
Names = NDArray[np.str_]


class _Cutter(WindowCutter):
    """Knows the names of its rows' records, and which rows were asked for in training."""

    def __init__(self, records: list[RecordBeats], **options: object) -> None:
        super().__init__(records, **options)
        self.given = records
        self.names: Names = np.concatenate([np.full(len(r.label), r.name) for r in records])
        self.asked: list[NDArray[np.int64]] = []

    def cut(self, rows: Tensor, **options: object) -> Tensor:
        self._note(rows)
        return super().cut(rows, **options)

    def columns(self, rows: Tensor, table: Tensor | int = 0) -> Tensor | None:
        self._note(rows)
        return super().columns(rows, table)

    def _note(self, rows: Tensor) -> None:
        if not torch.is_inference_mode_enabled():  # in which validation is
            self.asked.append(rows.numpy())


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Patients:
    """Six short records of two databases, their copies after them; two more never seen."""
    folder = tmp_path_factory.mktemp("cache")
    packed_beats(folder, SVDB, n=7_500).rename(folder / "svdb.cache")
    # not in the order of the protocol, and those never seen between the others
    packed_beats(folder, ("100", "101", "102", "103", "106", "108"))
    packed_noise(folder)
    small = Protocol({"mitdb": (*MITDB, *PACED), "svdb": SVDB}, {"mitdb": UNSEEN})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "PROTOCOLS", {CONFIG.protocol: small})
        patch.setattr(runs, "WindowCutter", _Cutter)
        return read_patients(folder, CONFIG, copies=True, device="cpu")


@pytest.fixture(scope="module")
def cutter(patients: Patients) -> _Cutter:
    assert isinstance(patients.cutter, _Cutter)
    return patients.cutter


def test_nobody_unseen_is_read(patients: Patients, cutter: _Cutter) -> None:
    assert sorted(r.name for r in patients.records) == sorted(TRAINING)
    assert set(cutter.names) == set(TRAINING)


def test_copies_follow_the_records_the_noisy_ones_first(
    patients: Patients, cutter: _Cutter
) -> None:
    given, records = cutter.given, patients.records
    n = len(records)
    assert [r.name for r in given] == [r.name for r in records] * (1 + COPIES)
    assert all(copy is record for copy, record in zip(given[:n], records, strict=True))
    for k in range(1, 1 + COPIES):
        for copy, record in zip(given[k * n : (k + 1) * n], records, strict=True):
            assert np.array_equal(copy.label, record.label)
            assert np.array_equal(copy.position, record.position)
            assert np.array_equal(copy.ecg, record.ecg) == (k > NOISY)  # noise, or other context
            assert not np.array_equal(copy.context, record.context)


def test_the_cutters_rows_are_what_sampling_counts_on(patients: Patients, cutter: _Cutter) -> None:
    n_beats = len(patients.names)
    assert len(cutter) == n_beats * (1 + CONFIG.copies)
    label, position = cutter.label.numpy(), cutter.position.numpy() - cutter.low.numpy()
    for k in range(1 + CONFIG.copies):
        mine = slice(k * n_beats, (k + 1) * n_beats)
        assert np.array_equal(cutter.names[mine], patients.names)
        assert np.array_equal(label[mine], label[:n_beats])
        assert np.array_equal(position[mine], position[:n_beats])


def test_what_is_drawn_is_the_same_beat_of_the_same_patient(
    patients: Patients, cutter: _Cutter
) -> None:
    n_beats, names = len(patients.names), cutter.names
    labels = cutter.label.numpy()
    rows = np.tile(np.arange(n_beats), 20)
    drawn = some_from_copies(rows, labels, CONFIG, np.random.default_rng(0))
    assert np.array_equal(drawn % n_beats, rows)
    assert np.array_equal(names[drawn], names[rows])
    assert set(drawn // n_beats) == set(range(1 + COPIES))
    assert (drawn[labels[rows] == 1] // n_beats <= NOISY).all()  # no S beat fibrillates


def test_no_row_of_a_fold_is_of_a_record_kept_out(patients: Patients, cutter: _Cutter) -> None:
    names, labels = cutter.names, cutter.label.numpy()
    for kept in grouped_folds(patients.s_beats()):
        split = splits.by_record(patients.records, kept)
        for bagging in ("none", "bootstrap", "halves"):
            config = msgspec.structs.replace(CONFIG, bagging=bagging)
            rows = bag(split.train, config)
            assert not np.isin(names[rows], kept).any()
            for epoch in range(10):
                rng = np.random.default_rng([1, epoch])
                drawn = some_from_copies(epoch_rows(rows, labels, config, rng), labels, config, rng)
                assert not np.isin(names[drawn], kept).any()
                assert set(names[drawn]) | set(kept) == set(TRAINING)
        assert set(names[split.validation]) == set(kept)
        assert split.validation.max() < len(patients.names)  # no copy is validated on


def test_a_run_of_a_fold_asks_for_no_row_of_a_record_kept_out(
    patients: Patients, cutter: _Cutter, tmp_path: Path
) -> None:
    """Context layers, their scale and the windows, as `cross_validate` trains them."""
    kept = grouped_folds(patients.s_beats())[0]
    (config,) = runs_of([CONFIG], "C", 1, kept=kept, fold=0)
    cutter.asked.clear()
    split = splits.by_record(patients.records, kept)
    Trainer(config, cutter, split, tmp_path, report=lambda _: None).run()
    asked = np.concatenate(cutter.asked)
    assert set(cutter.names[asked]) == set(TRAINING) - set(kept)
    assert set(asked // len(patients.names)) == set(range(1 + COPIES))


def test_each_fold_is_trained_and_asked_on_its_own(
    patients: Patients, cutter: _Cutter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, pairs = cutter.names, []

    class Trained:
        is_done = True

        def __init__(self, config: Config, _: object, split: Split, *_a: object, **_k: object):
            pairs.append((config.validation_records, split))

        def resume(self) -> None:
            """There is nothing to go on from."""

    def answer(_: object, cutter: WindowCutter, rows: NDArray[np.int64]) -> Scores:
        label = cutter.label.numpy()[rows]
        return Scores(rows, label, cutter.record.numpy()[rows], np.zeros((len(rows), 1, 5)))

    monkeypatch.setattr(runs, "Trainer", Trained)
    monkeypatch.setattr(runs, "learners_of", lambda *_: type("None_", (), {"networks": ()}))
    monkeypatch.setattr(runs, "score", answer)
    scored = cross_validate([CONFIG], "C", 1, patients, tmp_path, say=lambda _: None)
    assert sorted(scored.rows) == list(range(len(patients.names)))  # each beat once, no copy
    for kept, split in pairs:
        assert kept
        assert set(names[split.validation]) == set(kept)
        assert set(names[split.train]) == set(TRAINING) - set(kept)


def test_without_a_database_its_patients_are_in_no_fold_and_on_no_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    packed_beats(tmp_path, ("100", "103", *MITDB, *PACED))
    small = Protocol({"mitdb": (*MITDB, *PACED), "svdb": SVDB}, {"mitdb": UNSEEN})
    monkeypatch.setattr(runs, "PROTOCOLS", {CONFIG.protocol: small})
    plain = msgspec.structs.replace(
        CONFIG, noisy_copies=0, noisy_share=0.0, fibrillating_copies=0, fibrillating_share=0.0
    )
    unseen = read_patients(tmp_path, plain, unseen=True, device="cpu")
    assert [r.name for r in unseen.records] == list(UNSEEN)
    assert not caplog.messages
    patients = read_patients(tmp_path, plain, device="cpu")
    assert "trained without svdb" in caplog.text
    folds = grouped_folds(patients.s_beats())
    assert sorted(r for fold in folds for r in fold) == sorted((*MITDB, *PACED))
    train_seeds([plain], "C", [1], patients, tmp_path / "runs", say=lambda _: None)
    learners = ensemble_of([plain], "C", [1], tmp_path / "runs")
    assert trained_on(learners.accounts) == [f"mitdb/{name}" for name in (*MITDB, *PACED)]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_trains_on_nobody_it_calls_unseen(name: str) -> None:
    protocol = PROTOCOLS[name]
    for database, unseen in protocol.unseen.items():
        assert not set(unseen) & set(protocol.train.get(database, ()))
    every = [r for part in (protocol.train, protocol.unseen) for v in part.values() for r in v]
    assert len(set(every)) == len(every)  # by name alone too: folds tell records by it
