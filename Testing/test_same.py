from __future__ import annotations

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.same import check_known, same_patients


def test_names_that_are_linked_are_one_patient() -> None:
    assert same_patients(["anne=anna", "bob=rob", "ann=anne"]) == [["bob", "rob"], ["anne", "anna", "ann"]]
    assert same_patients([]) == []


@pytest.mark.parametrize("wrong", ["anna", "anna=", "=anna", "anna==ann"])
def test_what_is_no_pair_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="give the names of one patient as A=B"):
        same_patients([wrong])


def test_every_name_must_be_somebodys() -> None:
    check_known([["anna", "ann"]], ["ann", "anna", "bob"])
    with pytest.raises(UsageError, match="same names anne, who is not in the data"):
        check_known([["anna", "anne"]], ["anna", "bob"])
