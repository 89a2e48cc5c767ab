from pathlib import Path

import pytest

from ecgviewer.formats.folders import PlanError, all_records, find_records, plan
from ecgviewer.formats.readers import records_in

HEADER = "{name} 1 360 1000\n{name}.dat 16 200 11 1024 0 0 0 MLII\n"


def a_header(path: Path, text: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(name=path.stem) if text is None else text)
    return path


def test_records_are_found_in_all_folders_in_order(tmp_path: Path) -> None:
    wanted = [a_header(tmp_path / name) for name in ("100.hea", "a/101.hea", "b/c/102.hea")]
    (tmp_path / "a" / "101.dat").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no record")
    assert find_records(tmp_path) == tuple(wanted)


def test_segments_are_no_records_by_themselves(tmp_path: Path) -> None:
    master = a_header(
        tmp_path / "m.hea", "# comment\n\nm/4 1 360 3000\nm_layout 0\nm_1 1000\n~ 1000\nm_2 1000\n"
    )
    for name in ("m_layout", "m_1", "m_2"):
        a_header(tmp_path / f"{name}.hea")
    # the same name in another folder is another record
    other = a_header(tmp_path / "z" / "m_1.hea")
    assert find_records(tmp_path) == (master, other)


@pytest.mark.parametrize("text", ["", "\x00\xff", "m/2 1 360 10\nm 10\n", "x/y 1 360"])
def test_damaged_headers_are_listed(tmp_path: Path, text: str) -> None:
    header = a_header(tmp_path / "m.hea", text)
    assert find_records(tmp_path) == (header,)


def test_hidden_folders_are_searched_where_they_are_named_alone(tmp_path: Path) -> None:
    header = a_header(tmp_path / "tree" / "sub" / "100.hea")
    hidden = a_header(tmp_path / "tree" / ".git" / "annex" / "objects" / "aa" / "SHA-100.hea")
    a_header(tmp_path / "tree" / "sub" / ".cache" / "101.hea")
    tree = tmp_path / "tree"
    assert find_records(tree) == (header,)
    assert all_records([tree]) == (header,)  # what `evaluate` reads
    assert [job.record for job in plan([tree], tmp_path / "out")] == [header]
    assert find_records(tree / ".git") == (hidden,)
    assert all_records([tree / ".git", header]) == (hidden, header)


def test_what_macos_writes_beside_a_header_is_none(tmp_path: Path) -> None:
    header = a_header(tmp_path / "100.hea")
    (tmp_path / "._100.hea").write_bytes(b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ")
    assert find_records(tmp_path) == (header,)
    assert list(records_in(tmp_path)) == [header]
    hidden = a_header(tmp_path / ".101.hea")
    assert find_records(tmp_path) == (hidden, header)


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    header = a_header(tmp_path / "a" / "100.hea")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert find_records(tmp_path) == (header,)


def reports(folder: Path, *records: Path) -> list[str]:
    return [
        job.report.relative_to(folder / "out").as_posix() for job in plan(records, folder / "out")
    ]


def test_one_record_goes_to_a_file(tmp_path: Path) -> None:
    [job] = plan([tmp_path / "100"], tmp_path / "x.csv")
    assert (job.record, job.report) == (tmp_path / "100", tmp_path / "x.csv")
    with pytest.raises(PlanError, match="is a folder"):
        plan([tmp_path / "100"], tmp_path)


def test_a_folder_is_mirrored(tmp_path: Path) -> None:
    for name in ("100.hea", "a/101.hea", "a/b/102.hea"):
        a_header(tmp_path / "in" / name)
    assert reports(tmp_path, tmp_path / "in") == ["100.csv", "a/101.csv", "a/b/102.csv"]


def test_several_records_and_folders_keep_their_places(tmp_path: Path) -> None:
    first = a_header(tmp_path / "in" / "x" / "100.hea")
    second = a_header(tmp_path / "in" / "y" / "100.hea")
    assert reports(tmp_path, first, second) == ["x/100.csv", "y/100.csv"]
    assert reports(tmp_path, first.parent, second) == ["x/100.csv", "y/100.csv"]
    assert reports(tmp_path, first, first.with_suffix(".dat")) == ["100.csv"]


def test_dots_in_names_stay(tmp_path: Path) -> None:
    a_header(tmp_path / "in" / "patient.7.hea")
    assert reports(tmp_path, tmp_path / "in") == ["patient.7.csv"]


def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    a_header(tmp_path / "in" / "a.hea")
    a_header(tmp_path / "in" / "A.hea")
    if len(find_records(tmp_path / "in")) == 1:
        pytest.skip("this file system does not tell upper from lower case")
    with pytest.raises(PlanError, match="both"):
        plan([tmp_path / "in"], tmp_path / "out")


def test_what_does_not_go_together_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    a_header(tmp_path / "in" / "a.hea")
    with pytest.raises(PlanError, match="holds no record"):
        plan([tmp_path / "empty"], tmp_path / "out")
    with pytest.raises(PlanError, match="is a file"):
        plan([tmp_path / "in"], tmp_path / "file")


def test_what_a_refused_header_lists_is_not_hidden_by_it(tmp_path: Path) -> None:
    """A count of segments that is none: the header is refused, its parts are records."""
    master = a_header(tmp_path / "m.hea", "m/4 1 360 3000\nm_1 1000\nm_2 -7\n")
    parts = [a_header(tmp_path / f"{name}.hea") for name in ("m_1", "m_2")]
    assert find_records(tmp_path) == (master, *parts)
