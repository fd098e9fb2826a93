"""Who may sign what, at the border of each rule: one step beyond it the answer is another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketcontent.approvals.scope import signables
from ketcontent.approvals.status import why_no_clinician, why_not
from ketcontent.pages import PageView
from tests.approvals.test_signoffs import made


@pytest.mark.parametrize(
    ("credential", "counts"), [("MD", True), ("MD, PhD", True), ("GMC 12 34", True), ("–.", False)]
)
def test_a_credential_is_one_that_says_anything(credential: str, counts: bool) -> None:
    ada = {"person": "ada", "profession": "physician", "credential": credential}
    assert (why_no_clinician(ada) == "") == counts


def test_only_who_answers_for_a_waiver_cannot_sign_it() -> None:
    one = next(one for one in signables(PageView(made(), "page")) if one.key == "a-1")
    assert why_not("editorial", {"person": "bo"}, one, author="bo") == ""
    assert why_not("editorial", {}, one, author="") == ""  # whom no table has answers for nothing
    waiver = replace(one, owner="bo")
    assert why_not("editorial", {"person": "bo"}, waiver, author="") == (
        "'bo' answers for this waiver and cannot sign it"
    )
    assert why_not("editorial", {"person": "cy"}, waiver, author="") == ""
