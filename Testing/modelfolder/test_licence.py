"""What licences say about commercial use."""

from __future__ import annotations

import pytest

from LVSegULib.modelfolder.licence import (
    allows_commercial_use,
    commercial_use_in_a_word,
    full_name,
    inherited,
    restriction,
)

ALLOWING = (
    "MIT",
    "MIT, commercial use too",
    "CC0 1.0",
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "Apache-2.0",
    "BSD 3-Clause",
    "public domain",
    "MIT, no commercial restrictions",
    "CC BY 4.0; commercial use is not restricted",
)
FORBIDDING = (
    "CC BY-NC-SA 4.0",
    "CC BY-NC 4.0",
    "CC-BY-NC-ND-4.0",
    "non-commercial",
    "noncommercial use",
    "Research use only",
    "MIT for code; weights not for commercial use",
    "CC BY 4.0; no commercial use",
    "CC BY 4.0, without commercial use",
    "Apache-2.0, but not to be used for commercial ends",
    "MIT; commercial use is forbidden",
    "CC BY 4.0 (commercial use not allowed)",
)
SILENT = ("", "LicenseRef-hospital", "ask us")


@pytest.mark.parametrize("licence", ALLOWING)
def test_licences_that_allow_commercial_use(licence: str) -> None:
    assert allows_commercial_use(licence) is True
    assert (commercial_use_in_a_word(licence), restriction(licence)) == ("yes", "")


@pytest.mark.parametrize("licence", FORBIDDING)
def test_licences_that_forbid_it(licence: str) -> None:
    assert allows_commercial_use(licence) is False
    assert (commercial_use_in_a_word(licence), restriction(licence)) == ("no", f"{licence}: research only")


@pytest.mark.parametrize("licence", SILENT)
def test_licences_whose_words_do_not_tell(licence: str) -> None:
    assert allows_commercial_use(licence) is None
    assert (commercial_use_in_a_word(licence), restriction(licence)) == ("ask", "")


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("CC BY-NC-SA 4.0", "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International"),
        ("cc-by-nd-3.0", "Creative Commons Attribution-NoDerivatives 3.0"),
        ("CC BY 4.0", "Creative Commons Attribution 4.0 International"),
        ("MIT", "MIT"),
    ],
)
def test_names_in_full(licence: str, name: str) -> None:
    assert full_name(licence) == name


@pytest.mark.parametrize(
    ("licences", "licence"),
    [
        ([], ""),
        (["MIT", "CC BY 4.0", ""], ""),
        (["CC BY-NC-SA 4.0"], "CC BY-NC-SA 4.0"),
        (["MIT", "CC BY-SA 4.0"], "CC BY-SA 4.0"),  # whoever changes it gives it on under the same licence
        (["CC BY-NC-SA 4.0", "LicenseRef-hospital", "CC BY-NC-SA 4.0 "], "CC BY-NC-SA 4.0; LicenseRef-hospital"),
    ],
)
def test_what_is_made_of_bound_works_is_bound(licences: list[str], licence: str) -> None:
    assert inherited(licences) == licence
