"""Settings: files of earlier versions are read unchanged; what is of no use counts as absent."""

import logging
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from ecgviewer.gui.settings import SETTINGS, Settings
from ecgviewer.gui.storage.layouts import Layout

# As the version before the table of settings wrote it.
BEFORE = r"""[General]
ensemble=paper
geometry=@ByteArray(\x1\xd9\xd0\xcb\0\x3geo)
hide_patient=true
keep_results=false
layout_version=2
recents=/data/Zoë/p02.hea, "/data/ward 7, east/p01.hea"
state=@ByteArray(\0\0\0\xff\0\x61\x62\x63)
theme=dark

[folders]
export={folder}
open={folder}
"""


def read(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "written.ini"
    file.write_text(text, encoding="utf-8")
    return Settings(QSettings(str(file), QSettings.Format.IniFormat))


def test_a_file_of_the_version_before_is_read_unchanged(tmp_path):
    settings = read(tmp_path, BEFORE.replace("{folder}", tmp_path.as_posix()))
    assert (settings.theme, settings.ensemble) == ("dark", "paper")
    assert (settings.hide_patient, settings.keep_results) == (True, False)
    recents = ["/data/Zoë/p02.hea", "/data/ward 7, east/p01.hea"]
    assert settings.recents() == [Path(name) for name in recents]
    assert settings.folder("open") == settings.folder("export") == tmp_path
    assert settings.folder("download") == Path.home()
    assert settings.layout_before() == Layout(
        "", b"\x01\xd9\xd0\xcb\x00\x03geo", b"\0\0\0\xff\0abc"
    )
    assert settings.keys == {}


def test_values_are_written_as_the_version_before_wrote_them(tmp_path):
    settings = read(tmp_path, "")
    settings.theme, settings.ensemble = "dark", "paper"
    settings.hide_patient, settings.keep_results = False, False
    for name in ("/data/ward 7, east/p01.hea", "/data/Zoë/p02.hea"):
        settings.recent_paths = (Path(name), *settings.recent_paths)
    settings.set_folder("open", tmp_path)
    settings.set_folder("export", tmp_path)
    settings.layout_version = 2  # as it was read: this version keeps layouts under another key
    settings.geometry = QByteArray(b"\x01\xd9\xd0\xcb\x00\x03geo")
    settings.state = QByteArray(b"\x00\x00\x00\xff\x00abc")
    settings.sync()
    expected = BEFORE.replace("{folder}", tmp_path.as_posix())
    expected = expected.replace("hide_patient=true", "hide_patient=false")
    assert (tmp_path / "written.ini").read_text(encoding="utf-8") == expected


def test_nothing_stored_means_the_defaults(tmp_path):
    settings = read(tmp_path, "")
    assert (settings.theme, settings.ensemble) == ("light", "")
    assert (settings.hide_patient, settings.keep_results) == (False, True)
    assert settings.recents() == []
    assert settings.layouts == ()
    assert settings.layout_before() is None


def test_one_recent_recording_alone_and_none(tmp_path):
    settings = read(tmp_path, "[General]\nrecents=/data/p01.hea\n")
    assert settings.recents() == [Path("/data/p01.hea")]
    settings.clear_recents()
    settings.sync()
    assert Settings(QSettings(settings.store.fileName(), settings.store.format())).recents() == []


def test_the_latest_recording_comes_first_and_once_and_ten_are_kept(tmp_path):
    settings = read(tmp_path, "")
    for name in [*"abcdefghijkl", "k"]:
        settings.add_recent(tmp_path / name)
    assert [path.name for path in settings.recents()] == list("kljihgfedc")


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        ("theme", "blue"),
        ("theme", "light, dark"),
        ("ensemble", "a, b"),
        ("hide_patient", "perhaps"),
        ("keep_results", "1"),
        ("recents", "@ByteArray(abc)"),
        ("keys", "{play: P}"),
        ("keys", '"[1, 2]"'),
        ("keys", "[" * 100_000),
        ("keys", '"{' + ", ".join(rf"\"a{i}\": \"P\"" for i in range(1_000)) + '}"'),
        ("keys", r'"{\"play\": \"' + "P" * 10_000 + r'\"}"'),
        ("ensemble", "e" * 10_000),
        ("ensemble", r"cli\0nical"),
        ("recents", "/data/" + "p" * 100_000),
        ("rate_intervals", "9" * 100_000),
        ("rate_intervals", "0"),
        ("rate_intervals", "-3"),
        ("rate_intervals", "1e9"),
        ("rate_intervals", "nan"),
        ("layouts", "1, 2"),
        ("layouts", '"{}"'),
        ("layouts", "[" * 100_000),
        ("folders/open", r"/data\0/ward"),
        ("folders/open", "/data/" + "p" * 300),
        ("folders/open", "/data" * 2_000),
        ("keys", r'"{\"play\": [1]}"'),
        ("layout_version", "second"),
        ("geometry", "wide"),
        ("state", "1, 2"),
        ("folders/open", "a, b"),
        ("folders/export", "gone/for/good"),
        ("folders/open", r"/a\0b"),
    ],
)
def test_a_value_of_no_use_counts_as_absent_and_the_log_names_its_key(
    tmp_path, caplog, key, stored
):
    group, _, name = key.rpartition("/")
    settings = read(tmp_path, f"[{group or 'General'}]\n{name}={stored}\n")
    assert settings.store.contains(key)
    row = SETTINGS[key]
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert settings.value_of(row) == row.default
    (record,) = caplog.records  # once, however often it is read
    assert key in record.getMessage()
    assert stored not in record.getMessage()  # a path may name a patient


def test_a_layout_of_another_version_is_dropped_without_a_word(tmp_path, caplog):
    text = BEFORE.replace("layout_version=2", "layout_version=1")
    with caplog.at_level(logging.DEBUG):
        assert read(tmp_path, text).layout_before() is None
    assert caplog.records == []


def test_own_keys_come_back_as_they_were_given(tmp_path):
    settings = read(tmp_path, "")
    own = {"play": ("P",), "gain_up": (), "open": ("Ctrl+,", '"', "Ctrl+K, Ctrl+O")}
    settings.keys = own
    settings.sync()
    again = Settings(QSettings(settings.store.fileName(), settings.store.format()))
    assert again.keys == own


def test_own_keys_can_be_written_by_hand(tmp_path):
    settings = read(
        tmp_path, r'[General]\nkeys="{\"play\": \"P\", \"theme\": []}"'.replace(r"\n", "\n")
    )
    assert settings.keys == {"play": ("P",), "theme": ()}


def test_a_value_that_cannot_be_used_is_not_stored(tmp_path):
    with pytest.raises(ValueError, match="'blue' cannot be the setting 'theme'"):
        read(tmp_path, "").theme = "blue"


def test_layouts_are_kept_by_screen_the_latest_first(tmp_path):
    settings = read(tmp_path, "")
    first, second = Layout("eDP 1", b"g1", b"s1"), Layout("HDMI 2", b"g2", b"s2")
    for layout in (first, second, moved := Layout("eDP 1", b"g3", b"s3")):
        settings.save_layout(layout)
    settings.sync()
    again = Settings(QSettings(settings.store.fileName(), settings.store.format()))
    assert list(again.layouts) == [moved, second]
    again.drop_layout(moved)
    assert list(again.layouts) == [second]


def test_of_a_layout_whose_bytes_are_not_those_saved_nothing_is_restored(tmp_path):
    settings = read(tmp_path, "")
    settings.save_layout(Layout("eDP", bytes(range(60)), bytes(range(200))))
    settings.save_layout(kept := Layout("HDMI", b"g", b"s"))
    settings.sync()
    file = Path(settings.store.fileName())
    text = file.read_text()
    for value in ("AAECAwQ", "eDP"):
        assert value in text
        file.write_text(text.replace(value, value[::-1]))
        later = file.stat().st_mtime_ns + 10**9 * (1 + len(value))
        os.utime(file, ns=(later, later))  # Qt reads again what is of another size or time
        again = Settings(QSettings(str(file), QSettings.Format.IniFormat))
        assert list(again.layouts) == [kept]


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_cannot_be_asked_for_is_no_error_and_not_remembered(tmp_path, monkeypatch):
    settings = read(tmp_path, f"[folders]\nopen={tmp_path.as_posix()}\n")
    assert settings.folder("open") == tmp_path
    for name in ("is_dir", "resolve"):  # a network that is gone, a folder of somebody else
        monkeypatch.setattr(Path, name, refuse)
    assert settings.folder("open") == Path.home()
    settings.set_folder("export", tmp_path)
    assert not settings.store.contains("folders/export")
    settings.add_recent(tmp_path / "p01.hea")
    assert settings.recents() == [tmp_path / "p01.hea"]


def test_nothing_that_names_a_recording_is_kept_while_patient_fields_are_hidden(tmp_path):
    settings = read(tmp_path, BEFORE.replace("hide_patient=true", "hide_patient=false"))
    file = tmp_path / "written.ini"
    folder = tmp_path / "ward7"
    folder.mkdir()
    for purpose in ("open", "export", "download"):
        settings.set_folder(purpose, folder)
    settings.sync()
    assert "p02" in file.read_text(encoding="utf-8")
    settings.hide_patient = True
    assert not any(name in file.read_text(encoding="utf-8") for name in ("p01", "p02", "ward"))
    settings.add_recent(folder / "p03.hea")
    settings.sync()
    text = file.read_text(encoding="utf-8")
    assert not any(name in text for name in ("p01", "p02", "p03", "ward"))
    assert settings.folder("open") == folder  # until the program ends
    settings.hide_patient = False
    settings.sync()
    assert "p03.hea" in file.read_text(encoding="utf-8")
    assert [path.name for path in settings.recents()] == ["p03.hea", "p02.hea", "p01.hea"]


def test_what_an_earlier_version_left_is_taken_out_at_the_start(tmp_path):
    read(tmp_path, BEFORE.replace("{folder}", tmp_path.as_posix()))
    text = (tmp_path / "written.ini").read_text(encoding="utf-8")
    assert "p01" not in text
    assert tmp_path.as_posix() not in text


def test_qt_s_own_dialogs_keep_no_folder_either(tmp_path):
    dialogs = QSettings(QSettings.Scope.UserScope, "QtProject")
    dialogs.setValue("FileDialog/lastVisited", "file:///data/ward7")
    dialogs.setValue("FileDialog/history", ["file:///data/ward7"])
    dialogs.sync()
    settings = read(tmp_path, "")
    settings.sync()
    assert dialogs.contains("FileDialog/history")
    settings.hide_patient = True
    dialogs.sync()
    assert not dialogs.contains("FileDialog/history")
    assert not dialogs.contains("FileDialog/lastVisited")


def test_a_window_follows_what_another_has_hidden(tmp_path):
    """Two windows share one file: what one hides the other must not write."""
    file = tmp_path / "written.ini"
    one = read(tmp_path, "")
    other = Settings(QSettings(str(file), QSettings.Format.IniFormat))
    other.add_recent(tmp_path / "p07.hea")
    other.sync()
    assert "p07" in file.read_text(encoding="utf-8")
    one.hide_patient = True
    one.sync()
    other.store.sync()
    other.add_recent(tmp_path / "p08.hea")
    other.sync()
    text = file.read_text(encoding="utf-8")
    assert "p07" not in text
    assert "p08" not in text
