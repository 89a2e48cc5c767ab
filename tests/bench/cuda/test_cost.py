import pytest
import torch
from torch import nn

from bench.cuda import cost
from bench.cuda.limits import sheet_of
from ecgviewer import paths
from ecgviewer.model.bundle import load_bundle
from ecgviewer.model.slap import Slap, SlapOverLeads
from tests.tiny_ensemble import make_ensemble


def test_an_lstms_products_by_hand():
    lstm = nn.LSTM(2, 64, 2, batch_first=True)
    steps = 4 * 64 * (2 + 64) + 4 * 64 * (64 + 64)  # multiplications of one step
    assert cost.lstm_flop(lstm, torch.zeros(3, 400, 2)) == 3 * 400 * 2 * steps


def test_a_bundle_by_hand(tmp_path):
    """Two members of one LSTM, 400 inputs and 8 cells over two leads, and a linear layer."""
    counted = cost.of(load_bundle(make_ensemble(tmp_path / "tiny")).members)
    lstm, head = 2 * 2 * 4 * 8 * (400 + 8), 2 * 8 * 5
    assert counted.flop == 2 * (lstm + head)
    dropout = 8 + 8
    assert counted.elements == 2 * (2 * 400 + 2 * 8 + dropout + 8 + 5)
    network = SlapOverLeads(n_cells=8, n_layers=1, dropout=0.0)
    assert counted.parameters == 2 * sum(p.numel() for p in network.parameters())
    moved = 4 * (counted.elements + counted.parameters / cost.ROWS)
    assert counted.bytes_a_beat("fp32") == pytest.approx(moved)
    assert counted.bytes_a_beat("bf16") == counted.bytes_a_beat("fp32") / 2


def test_the_papers_networks():
    """ResNet-34 in one dimension and SLAP; a convolution's products are counted once."""
    members = load_bundle(paths.model_weights() / "paper").members
    slap = [m for m in members if isinstance(m.network, Slap)]
    steps = 4 * 64 * (2 + 64) + 4 * 64 * (64 + 64)
    assert cost.of(slap).flop == 2 * 400 * steps + 2 * 64 * 5
    resnet = [m for m in members if m not in slap]
    # stem, then per stage: length x (inner convolutions + first + shortcut)
    stem = 200 * 2 * 64 * 15
    stages = [100 * 6 * 64 * 64 * 3]
    for length, width, blocks in ((50, 128, 4), (25, 256, 6), (13, 512, 3)):
        inner = (2 * blocks - 1) * width * width * 3
        stages.append(length * (inner + width * width // 2 * 3 + width * width // 2))
    assert cost.of(resnet).flop == 2 * (stem + sum(stages) + 512 * 5)


@pytest.mark.parametrize(
    ("card", "bytes_s"),
    [
        ("NVIDIA H100 80GB HBM3", 3.35e12),
        ("NVIDIA H100 PCIe", 2.0e12),
        ("NVIDIA H100 NVL", 3.9e12),
        ("NVIDIA H200", 4.8e12),
        ("NVIDIA A100-SXM4-40GB", 1.555e12),
        ("NVIDIA A100-SXM4-80GB", 2.039e12),
        ("NVIDIA A100 80GB PCIe", 1.935e12),
    ],
)
def test_a_cards_data_sheet(card, bytes_s):
    assert sheet_of(card).bytes_s == bytes_s


def test_a_card_without_a_data_sheet():
    assert sheet_of("NVIDIA GeForce RTX 4090") is None
