"""The log: nothing in it acts on a terminal, and while names are hidden it holds none."""

import logging

import pytest

from ecgviewer.errors import note
from ecgviewer.record import RecordError
from ecgviewer.runtime import log_file

LOG = logging.getLogger("ecgviewer.tests")
NAME = "/data/ward7/smith.hea"


@pytest.fixture
def handler():
    log_file.hide_names(False)  # whatever ran before
    handler = log_file.start()
    yield handler
    log_file.stop(handler)
    log_file.hide_names(False)


def text() -> str:
    return log_file.path().read_text(encoding="utf-8")


def fail() -> None:
    raise ValueError(f"what is {NAME}?")


def log_all() -> None:
    """Errors of every kind, with a name in each."""
    note(LOG, "task failed", RecordError(NAME, "smith is no record"))
    note(LOG, "task failed", FileNotFoundError(2, "No such file", NAME))
    LOG.warning("%s could not be put back as it was: %s", NAME, OSError(NAME))
    logging.getLogger("elsewhere").warning(f"{NAME} of a library")
    try:
        fail()
    except ValueError as error:
        note(LOG, "task failed", error)
        LOG.error("uncaught exception", exc_info=error)


def test_a_message_is_one_line_and_nothing_in_it_acts(handler):
    LOG.warning("a name: %s", "x\n2026-01-01 ERROR forged\x1b[31m\x9b\u202e")
    assert text().count("\n") == 1
    assert r"x\n2026-01-01 ERROR forged\x1b[31m\x9b\u202e" in text()


def test_a_text_that_no_file_takes_is_written_all_the_same(handler, capsys):
    # to this handler alone: who gathers what tests log cannot send it on
    handler.handle(logging.makeLogRecord({"msg": "a name: \udcff", "levelno": logging.WARNING}))
    assert r"\udcff" in text()
    assert capsys.readouterr().err == ""


def test_names_are_logged_while_they_are_shown(handler):
    log_all()
    assert "smith is no record" in text()
    assert f"what is {NAME}?" in text()


def test_no_name_is_logged_while_they_are_hidden(handler):
    log_file.hide_names(True)
    log_all()
    assert "smith" not in text()
    assert "ward7" not in text()
    assert "task failed: … (RecordError)" in text()
    assert "in fail" in text()  # where it happened stays
    assert "ValueError" in text()


def test_the_log_so_far_can_be_forgotten(handler):
    log_file.forget()
    log_all()
    log_file.path().with_name("ecgviewer.log.1").write_text(NAME)
    log_file.forget()
    assert text() == ""
    assert [path.name for path in log_file.path().parent.iterdir()] == ["ecgviewer.log"]
    LOG.warning("after")
    assert text().endswith("after\n")
    assert "\0" not in text()
