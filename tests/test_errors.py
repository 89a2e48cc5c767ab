import logging
import sys
from pathlib import Path

import pytest

from ecgviewer.errors import ErrorHook, and_list, counted, note, sentence
from ecgviewer.record import RecordError
from ecgviewer.runtime import log_file


def test_names_in_a_sentence():
    assert [and_list(["I", "II", "III"][:n]) for n in range(4)] == [
        "",
        "I",
        "I and II",
        "I, II and III",
    ]
    assert and_list(list("abcdefgh"), most=3) == "a, b, c and 5 more"


def test_one_of_a_thing_is_no_plural():
    assert [counted(n, "beat") for n in (0, 1, 2, 2000)] == [
        "0 beats",
        "1 beat",
        "2 beats",
        "2,000 beats",
    ]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RecordError(Path("a/b.hea"), "the header\nis empty"), "b.hea: the header is empty"),
        (FileNotFoundError(2, "No such file", "x.hea"), "x.hea: No such file."),
        (MemoryError(), "There is not enough memory"),
        (KeyError("x"), "An unexpected error (KeyError: 'x')"),
        (AssertionError(), "An unexpected error (AssertionError)"),
    ],
)
def test_every_error_is_one_sentence(error: Exception, text: str):
    told = sentence(error)
    assert told.startswith(text)
    assert "\n" not in told


def raised(error: Exception):
    try:
        raise error
    except Exception:
        return sys.exc_info()


def test_the_hook_logs_and_tells(caplog):
    told = []
    ErrorHook(told.append)(*raised(ValueError("no")))
    assert told == ["An unexpected error (ValueError: no). The log has the details."]
    assert "Traceback" in caplog.text


def test_an_error_while_telling_is_not_told_again(caplog):
    def broken(text: str) -> None:
        calls.append(text)
        hook(*raised(ValueError("again")))

    calls: list[str] = []
    hook = ErrorHook(broken)
    hook(*raised(ValueError("first")))
    assert len(calls) == 1


def test_ctrl_c_is_left_to_python(capsys):
    told = []
    ErrorHook(told.append)(*raised_base(KeyboardInterrupt()))
    assert told == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


def raised_base(error: BaseException):
    try:
        raise error
    except BaseException:
        return sys.exc_info()


def test_the_log_lies_in_the_users_folder(home):
    handler = log_file.start()
    try:
        logger = logging.getLogger("ecgviewer.test")
        note(logger, "reading failed", RecordError(Path("a.hea"), "is empty"))
        note(logger, "task failed", ValueError("nobody expected it"))
    finally:
        log_file.stop(handler)
    assert home in log_file.path().parents
    text = log_file.path().read_text()
    assert "INFO ecgviewer.test reading failed: a.hea: is empty" in text
    assert "ERROR ecgviewer.test task failed" in text


def test_where_no_log_can_be_written_it_goes_to_stderr(home, monkeypatch):
    monkeypatch.setattr(log_file, "path", lambda: home / "file" / "log")
    (home / "file").write_text("in the way")
    handler = log_file.start()
    log_file.stop(handler)
    assert type(handler) is logging.StreamHandler
