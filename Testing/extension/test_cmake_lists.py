from pathlib import Path, PurePosixPath

import pytest

from Testing.extension.cmake_lists import LISTS, ROOT, FileList, files_of_the_tree, write_lists

A_LIST = FileList("folder/CMakeLists.txt", "FILES", lambda path: path.suffix == ".py")


@pytest.mark.parametrize("file_list", LISTS, ids=lambda it: it.name)
def test_a_list_holds_what_the_tree_holds(file_list: FileList) -> None:
    text = (ROOT / file_list.cmake_file).read_text(encoding="utf-8")
    assert file_list.written_in(text) == file_list.entries(files_of_the_tree(ROOT)), "run `make cmake-lists`"


def test_every_shipped_file_is_in_one_list() -> None:
    listed = [
        (PurePosixPath(file_list.cmake_file).parent / entry).as_posix()
        for file_list in LISTS
        for entry in file_list.written_in((ROOT / file_list.cmake_file).read_text(encoding="utf-8"))
    ]
    shipped = ("LVSegU/", "LVSegULib/", "Resources/SampleData/", "Testing/Python/")
    tree = [name for name in files_of_the_tree(ROOT) if name.startswith(shipped)]
    assert sorted(listed) == sorted(name for name in tree if not name.endswith("CMakeLists.txt"))


def test_the_folder_of_the_module_holds_one_script() -> None:
    """Slicer takes every top-level script of that folder for a module."""
    scripts = [name for name in files_of_the_tree(ROOT) if name.endswith(".py")]
    assert [name for name in scripts if name.startswith("LVSegU/") and name.count("/") == 1] == ["LVSegU/LVSegU.py"]
    assert [name for name in scripts if "/" not in name] == []


def test_other_entries_are_written_and_the_rest_stays() -> None:
    text = "# first\nset(FILES\n  old.py\n  )\nset(MORE\n  it.py\n  )\n"
    tree = ("folder/b/c.py", "folder/a.py", "folder/notes.txt")
    new = A_LIST.write_into(text, A_LIST.entries(tree))
    assert new == "# first\nset(FILES\n  a.py\n  b/c.py\n  )\nset(MORE\n  it.py\n  )\n"
    assert A_LIST.written_in(new) == ["a.py", "b/c.py"]


def test_an_empty_list_can_be_filled() -> None:
    assert A_LIST.write_into("set(FILES\n  )\n", ["a.py"]) == "set(FILES\n  a.py\n  )\n"


@pytest.mark.parametrize("text", ["", "set(FILES a.py)\n", "set(OTHER\n  a.py\n  )\n"])
def test_a_list_that_is_not_there_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"folder/CMakeLists.txt: expected set\(FILES with one file a line"):
        A_LIST.written_in(text)


def test_outside_of_a_clone_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RuntimeError, match="run this in a clone of the repository"):
        write_lists(tmp_path)
