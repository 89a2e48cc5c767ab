"""Bytes of annotation files: what lies behind the end mark, and how many annotations that is."""

from pathlib import Path

import pytest

from ecgviewer.formats.readers import open_record
from ecgviewer.formats.wfdb.annotation_bytes import READ, parse_annotations
from tests.formats.records import ecg_like, write_record


def _pair(code: int, value: int) -> bytes:
    return (code << 10 | value).to_bytes(2, "little")


BEATS = _pair(1, 18) + _pair(5, 300) + _pair(1, 300)
KNOWN = f"; {READ}, as many as come before it"


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (b"", ""),
        (bytes(512), ""),
        (b"junk!\n", "6 bytes lie behind its end mark and are text"),
        (b"\n", "1 byte lies behind its end mark and is text"),
        (b"\xff" * 6, "6 bytes lie behind its end mark and are no annotations"),
        (
            BEATS + bytes(2),
            "8 bytes lie behind its end mark and could be 3 annotations more, as after an end mark"
            " too early",
        ),
        (
            _pair(1, 9) + bytes(2),
            "4 bytes lie behind its end mark and could be 1 annotation more, as after an end mark"
            " too early",
        ),
        (
            BEATS,
            "6 bytes lie behind its end mark; no second end mark follows, what they are is not"
            " known",
        ),
    ],
)
def test_what_lies_behind_the_end_mark(behind: bytes, said: str) -> None:
    found, doubt = parse_annotations(BEATS + bytes(2) + behind)
    assert [(one.time, one.code) for one in found] == [(18, 1), (318, 5), (618, 1)]
    assert doubt == (f"{said}{KNOWN}" if said else "")


def test_a_missing_end_mark_may_mean_lost_annotations() -> None:
    assert parse_annotations(BEATS)[1] == f"its end mark is missing; {READ}, others may be lost"


def test_one_annotation_is_no_plural(tmp_path: Path) -> None:
    record = open_record(write_record(tmp_path, ecg_like(500)))
    assert record.verify is not None
    for content, said in (
        (_pair(1, 18) + bytes(2), "atr: 1 annotation, all within the record"),
        (_pair(1, 18), "its end mark is missing; 1 annotation is read, others may be lost"),
        (_pair(1, 600) + bytes(2), "1 of 1 annotation lies outside the record's"),
    ):
        (tmp_path / "rec.atr").write_bytes(content)
        found = [f for f in record.verify(lambda: False).findings if f.check == "annotations"]
        assert said in found[0].message


def test_more_annotations_than_any_record_has_are_refused():
    data = (1 << 10 | 1).to_bytes(2, "little") * 1_000_001 + bytes(2)
    with pytest.raises(ValueError, match="more than 1,000,000 annotations"):
        parse_annotations(data)
