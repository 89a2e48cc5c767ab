import io

from rich.console import Console

from train.fit.progress import TrainingProgress

BATCH = {"batch": 20, "of": 40, "loss": 0.3, "beats": 4_000}
EPOCH = {
    "epoch": 0,
    "loss": 0.25,
    "validation_loss": 0.5,
    "accuracy": 0.875,
    "macro_f1": 0.75,
    "seconds": 90.0,
}


def shown(*events, terminal):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=140, color_system=None)
    with TrainingProgress(console, "run", epochs=3, done=1) as progress:
        for event in events:
            progress(event)
    return out.getvalue()


def test_bars_show_loss_rate_and_remaining_time():
    text = shown(BATCH, terminal=True)
    assert "loss 0.3000" in text
    assert "beats/s" in text
    assert "left" in text
    assert "20/40" in text
    assert "1/3" in text  # a resumed run starts where it was


def test_without_a_terminal_there_is_one_line_an_epoch():
    lines = shown(BATCH, EPOCH, terminal=False).splitlines()
    assert lines == [
        "run epoch 1: loss 0.2500, validation 0.5000, accuracy 0.8750, macro-F1 0.7500, 1.5 min"
    ]
