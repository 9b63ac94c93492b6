"""A file is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policydsl.reports.write import write_file


def test_text_and_bytes(tmp_path: Path) -> None:
    write_file(tmp_path / "甲.txt", "一\n二")
    assert (tmp_path / "甲.txt").read_bytes() == "一\n二".encode()
    write_file(tmp_path / "甲.txt", b"\x00\x01")
    assert (tmp_path / "甲.txt").read_bytes() == b"\x00\x01"
    assert [path.name for path in tmp_path.iterdir()] == ["甲.txt"]


def test_a_failure_leaves_the_file_of_before_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "甲.txt"
    write_file(place, "从前")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_file(place, "以后")
    assert place.read_text("utf-8") == "从前"
    assert [path.name for path in tmp_path.iterdir()] == ["甲.txt"]


def test_rights_are_kept_and_given_by_the_mask(tmp_path: Path) -> None:
    place = tmp_path / "甲.txt"
    old = os.umask(0o022)
    try:
        write_file(place, "一")
    finally:
        os.umask(old)
    assert place.stat().st_mode & 0o777 == 0o644
    place.chmod(0o600)
    write_file(place, "二")
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed(tmp_path: Path) -> None:
    write_file(tmp_path / "实.txt", "一")
    (tmp_path / "链.txt").symlink_to(tmp_path / "实.txt")
    write_file(tmp_path / "链.txt", "二")
    assert (tmp_path / "链.txt").is_symlink()
    assert (tmp_path / "实.txt").read_text("utf-8") == "二"


def test_a_folder_or_a_missing_folder_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path, "一")
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "没有" / "甲.txt", "一")


def test_a_device_is_written_to(tmp_path: Path) -> None:
    write_file("/dev/null", "一")
    assert not Path("/dev/null").is_file()
