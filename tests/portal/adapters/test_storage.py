"""One contract for every storage: a folder, and an object store stood in for by fsspec's memory."""

from __future__ import annotations

import errno
import os

import fsspec
import pytest

from portal.adapters.storage import FsspecStorage
from portal.ports import StorageError


def test_what_was_written_can_be_read(storage):
    write(storage, "song", b"some bytes")
    with storage.local_copy("song") as path:
        assert path.read_bytes() == b"some bytes"


def test_an_empty_object_is_an_object(storage):
    write(storage, "song", b"")
    with storage.local_copy("song") as path:
        assert path.read_bytes() == b""


def test_an_object_is_not_there_before_all_of_it_is(storage):
    with storage.open_new("song") as target:
        target.write(b"half")
        assert not exists(storage, "song")
    assert exists(storage, "song")


def test_an_exception_while_writing_leaves_nothing(storage, leftovers):
    with pytest.raises(KeyError):
        write_half(storage, KeyError())
    assert leftovers() == []


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(storage, leftovers):
    with pytest.raises(StorageError):
        write_half(storage, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert leftovers() == []


def test_a_missing_object_is_a_storage_error(storage):
    with pytest.raises(StorageError), storage.local_copy("song"):
        pass


def test_errors_of_the_reader_stay_the_readers(storage):
    write(storage, "song", b"x")
    with pytest.raises(FileNotFoundError), storage.local_copy("song"):
        raise FileNotFoundError


def test_a_deleted_object_is_gone(storage):
    write(storage, "song", b"x")
    storage.delete("song")
    assert not exists(storage, "song")


def test_deleting_what_is_not_there_is_no_error(storage):
    storage.delete("song")


@pytest.mark.parametrize("name", ["", "../song", "/etc/passwd", "a/b", ".hidden", "a\\b", "a\0", "..", "x" * 65, "s\n"])
def test_only_names_of_our_own_making_are_taken(storage, name):
    with pytest.raises(StorageError):
        storage.delete(name)
    with pytest.raises(StorageError), storage.open_new(name):
        pass
    with pytest.raises(StorageError), storage.local_copy(name):
        pass


def test_a_folder_lends_the_file_itself(tmp_path):
    storage = FsspecStorage(f"file://{tmp_path}")
    write(storage, "song", b"x")
    with storage.local_copy("song") as path:
        assert path == tmp_path / "song"


def test_a_copy_from_elsewhere_is_removed_after_use():
    storage = FsspecStorage("memory://contract")
    write(storage, "song", b"x")
    with storage.local_copy("song") as path:
        pass
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    storage = FsspecStorage(f"file://{tmp_path}/file")
    with pytest.raises(StorageError), storage.open_new("song"):
        pass


def write(storage, name, content):
    with storage.open_new(name) as target:
        target.write(content)


def write_half(storage, error):
    with storage.open_new("song") as target:
        target.write(b"half")
        raise error


def exists(storage, name):
    try:
        with storage.local_copy(name):
            return True
    except StorageError:
        return False


@pytest.fixture(params=["folder", "memory"])
def url(request, tmp_path):
    return f"file://{tmp_path}/uploads" if request.param == "folder" else "memory://contract"


@pytest.fixture
def storage(url):
    yield FsspecStorage(url)
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def leftovers(url):
    files, path = fsspec.core.url_to_fs(url)
    return lambda: files.find(path)
