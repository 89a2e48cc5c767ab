"""From a network and its kind of input to a classifier."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from train import paper_figures
from train.compare.classifier import Classify, Outcome, Problem, Rows, Settings, stratified_sample
from train.compare.features import rr_and_hos
from train.compare.learn import Inputs, Learnt, learn, sigmoids
from train.compare.pictures import pictures
from train.data.augment import Variation
from train.data.windows import drop_leads

Build = Callable[[float], nn.Module]  # width factor -> network
MakeInputs = Callable[[Problem], Inputs]
N_HISTORY = 10  # beats of a sequence of RR and higher-order statistics


@dataclass(frozen=True)
class Member:
    """One network of a classifier.

    Attributes
    ----------
    build : callable
        Makes it from a width factor.
    rate : float
        Largest learning rate.
    weight : float
        Of its sigmoids in the fusion.
    share : float
        Of the run's minutes.
    """

    build: Build
    rate: float
    weight: float = 1.0
    share: float = 1.0


def windows(task: Problem) -> Inputs:
    """Windows as the viewer cuts them; varied while training where the settings say so."""
    cutter, settings = task.cutter, task.settings
    reach = round(settings.jitter_ms * cutter.prep.grid_fs_hz / 1000)  # samples

    def make(rows: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or not settings.augmented:
            return cutter.cut(rows)
        n, device = len(rows), cutter.device
        jitter = torch.randint(-reach, reach + 1, (n,), generator=generator, device=device)
        variation = Variation(
            settings.augment, n, generator=generator, noise=task.noise, fs_hz=cutter.prep.grid_fs_hz
        )
        varied = cutter.cut(rows, jitter=jitter, variation=variation)
        there = cutter.there[rows]
        return drop_leads(varied, settings.lead_dropout, generator, there=there).windows

    return make


def window_pictures(task: Problem) -> Inputs:
    """The three pictures of each window."""
    cut = windows(task)
    return lambda rows, generator: pictures(cut(rows, generator))


def rr_hos_sequences(task: Problem) -> Inputs:
    """RR features and higher-order statistics of a beat and the nine before it, (n, 26, 10).

    Standardised over the training rows. A beat before may lie in any part of the split: its
    signal is context, its class is not used.
    """
    cutter = task.cutter
    values = rr_and_hos(cutter)  # (n, 26)
    mean, sd = values[task.train].mean(0), values[task.train].std(0)
    table = torch.from_numpy((values - mean) / np.maximum(sd, 1e-6)).to(cutter.device)
    table = table.clamp(-10, 10)
    first = torch.searchsorted(cutter.record, cutter.record)  # row of the record's first beat
    back = torch.arange(1 - N_HISTORY, 1, device=cutter.device)

    def make(rows: Tensor, _: torch.Generator | None) -> Tensor:
        places = torch.maximum(rows[:, None] + back, first[rows][:, None])  # (n, 10)
        return table[places].transpose(1, 2)

    return make


def _rate(member: Member, settings: Settings) -> float:
    """Largest learning rate: the member's own or the paper's of table 6."""
    if settings.rates == "paper" and settings.classifier in paper_figures.TABLE_6:
        return paper_figures.TABLE_6[settings.classifier][settings.augmented].rate
    return member.rate


def _train(net: nn.Module, member: Member, task: Problem, make: Inputs, rows: Rows) -> Learnt:
    settings = task.settings
    return learn(
        net,
        make,
        task.cutter.label,
        rows,
        settings,
        rate=_rate(member, settings),
        minutes=settings.max_minutes * member.share,
        say=task.say,
    )


def network(build: Build, *, rate: float, inputs: MakeInputs = windows, beats: int = 0) -> Classify:
    """A classifier of one network."""
    return fused([Member(build, rate)], inputs=inputs, beats=beats)


def fused(
    members: Sequence[Member],
    *,
    inputs: MakeInputs = windows,
    bagging: bool = False,
    beats: int = 0,
) -> Classify:
    """A classifier of several networks, their sigmoids fused with fixed weights.

    Parameters
    ----------
    members : sequence of Member
        Networks, trained one after the other.
    inputs : callable
        Kind of input.
    bagging : bool
        Each member trains on its own sample of the training beats, drawn with replacement.
    beats : int
        Training beats drawn, stratified by class; 0: all. The run's settings may lower it.
    """

    def classify(task: Problem) -> Outcome:
        settings = task.settings
        make = inputs(task)
        rng = np.random.default_rng([settings.seed, settings.fold, 1])
        limit = min((n for n in (beats, settings.beats) if n), default=0)
        rows = stratified_sample(task.labels(task.train), task.train, limit, rng)
        votes = torch.zeros(len(task.validation), 5)
        parts, n_parameters = [], 0
        for i, member in enumerate(members):
            drawn: Rows = rng.choice(rows, len(rows)) if bagging else rows
            torch.manual_seed(settings.seed * 1_009 + i)  # initial weights, dropout
            net = member.build(settings.width).to(task.cutter.device)
            parts.append(_train(net, member, task, make, drawn))
            n_parameters += sum(p.numel() for p in net.parameters())
            found = sigmoids(net, make, task.validation, device=task.cutter.device)
            votes += member.weight * found
        account = {
            "epochs": [round(part.epochs, 2) for part in parts],
            "steps": [part.steps for part in parts],
            "minutes": [round(part.minutes, 2) for part in parts],
            "precision": " + ".join(part.precision for part in parts),
            "learning_rates": [_rate(member, settings) for member in members],
            "parameters": n_parameters,
        }
        called = votes.argmax(1).numpy()
        return Outcome(called, len(rows), account, any(part.stopped for part in parts))

    return classify
