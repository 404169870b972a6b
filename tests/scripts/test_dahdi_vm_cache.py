"""Prepared machines in their cache: complete or not there, one preparation at a time, nobody else's files."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scripts.dahdi_vm.cache import HERE, RECIPE_FILES, UNUSED_S, Cache, recipe_of
from scripts.dahdi_vm.failures import CannotBeTried

KERNEL = "6.1.0-56-amd64"
RECIPE = "0123456789ab"
PROJECT = HERE.parent.parent


def fill(folder: Path) -> None:
    (folder / "vmlinux").write_text("a kernel")


def never(folder: Path) -> None:
    raise AssertionError(f"prepared once too often: {folder}")


def test_a_machine_is_prepared_once(tmp_path):
    Cache(tmp_path, RECIPE).ready(KERNEL, fill)
    machine = Cache(tmp_path, RECIPE).ready(KERNEL, never)
    assert machine.kernel_image.read_text() == "a kernel"


def test_another_kernel_has_a_machine_of_its_own(tmp_path):
    cache = Cache(tmp_path, RECIPE)
    first = cache.ready(KERNEL, fill)
    assert cache.find("6.1.0-57-amd64") is None
    assert cache.ready("6.1.0-57-amd64", fill).folder != first.folder
    assert cache.ready(KERNEL, never) == first


def test_another_recipe_has_a_machine_of_its_own(tmp_path):
    Cache(tmp_path, RECIPE).ready(KERNEL, fill)
    assert Cache(tmp_path, "ba9876543210").find(KERNEL) is None


def test_the_recipe_changes_with_a_files_content_and_with_its_name(tmp_path):
    names = ("a.py", "b.py", "c.py")
    files = [tmp_path / name for name in names]
    for file in files[:2]:
        file.write_text(file.name)
    files[2].write_text("a.py")
    recipe = recipe_of(files[:2])
    assert recipe == recipe_of(files[1::-1])
    assert recipe != recipe_of(files[1:])
    files[0].write_text("a changed")
    assert recipe != recipe_of(files[:2])


def test_every_file_that_prepares_is_in_the_recipe():
    starts_only = {"__main__.py", "cache.py", "failures.py", "kernel_log.py", "machine.py"}
    inside_only = {"guest/start.sh", "guest/tests.sh"}
    files = {str(path.relative_to(HERE)) for path in HERE.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    assert set(RECIPE_FILES) == files - starts_only - inside_only


def test_a_preparation_that_fails_leaves_nothing_that_looks_complete(tmp_path):
    def fail(folder: Path) -> None:
        fill(folder)
        raise CannotBeTried("no network")

    cache = Cache(tmp_path, RECIPE)
    with pytest.raises(CannotBeTried):
        cache.ready(KERNEL, fail)
    assert cache.find(KERNEL) is None
    assert cache.newest() is None


def test_after_a_killed_preparation_the_next_one_starts_from_an_empty_folder(tmp_path):
    program = f"""
import os, signal
from pathlib import Path
from scripts.dahdi_vm.cache import Cache
def prepare(folder):
    (folder / "half").touch()
    os.kill(os.getpid(), signal.SIGKILL)
Cache(Path({str(tmp_path)!r}), {RECIPE!r}).ready({KERNEL!r}, prepare)
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False)
    assert killed.returncode == -signal.SIGKILL
    cache = Cache(tmp_path, RECIPE)
    assert list(tmp_path.rglob("half"))
    assert cache.find(KERNEL) is None
    cache.ready(KERNEL, fill)
    assert not list(tmp_path.rglob("half"))


def test_of_two_preparations_at_once_one_waits_for_the_other(tmp_path):
    inside, go_on, results, told = threading.Event(), threading.Event(), [], queue.Queue()

    def prepare(folder: Path) -> None:
        inside.set()
        assert go_on.wait(20)
        fill(folder)

    def first() -> None:
        results.append(Cache(tmp_path, RECIPE).ready(KERNEL, prepare))

    def second() -> None:
        results.append(Cache(tmp_path, RECIPE, told.put).ready(KERNEL, never))

    threads = [threading.Thread(target=work) for work in (first, second)]
    threads[0].start()
    assert inside.wait(20)
    threads[1].start()
    said = told.get(timeout=20)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert "another process is preparing the machine" in said
    assert len(results) == 2
    assert results[0] == results[1]


def test_the_newest_machine_is_the_one_last_used(tmp_path):
    cache = Cache(tmp_path, RECIPE)
    older = cache.ready("6.1.0-55-amd64", fill)
    os.utime(cache.ready(KERNEL, fill).folder, (1, 1))
    assert cache.newest() == older


def test_what_nobody_used_for_long_is_removed_and_other_peoples_files_stay(tmp_path):
    unused = Cache(tmp_path, "ba9876543210").ready(KERNEL, fill).folder
    half = tmp_path / "6.1.0-40-amd64/aaaaaaaaaaaa.part"
    used = Cache(tmp_path, "cccccccccccc").ready(KERNEL, fill).folder
    foreign = [tmp_path / "image/boot", tmp_path / KERNEL / "notes", tmp_path / "debs/0123456789ab"]
    long_ago = time.time() - UNUSED_S - 60
    for folder in (half, *foreign):
        folder.mkdir(parents=True)
    for folder in (unused, half, *foreign):
        os.utime(folder, (long_ago, long_ago))
    Cache(tmp_path, RECIPE).ready(KERNEL, fill)
    assert not unused.exists()
    assert not half.exists()
    assert used.exists()
    assert all(folder.exists() for folder in foreign)


def test_a_folder_in_which_no_module_can_be_built_is_refused(tmp_path):
    with pytest.raises(CannotBeTried, match="blank"):
        Cache(tmp_path / "my cache")
