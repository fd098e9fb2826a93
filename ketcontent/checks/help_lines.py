"""Judge whether a reader in crisis can trust the numbers that a page gives and links to."""

from __future__ import annotations

import re

from ketcontent.checks.statements import statement_fault
from ketcontent.diagnostics import Diagnostic
from ketcontent.markup import phone_links
from ketcontent.pages import PageView


def judge_help_lines(view: PageView) -> list[Diagnostic]:
    """Return the crisis contacts that no public page gives, and links that dial another number.

    A reader taps a link and sees neither digits nor mistake; who reads the page on paper dials what
    is printed. Both must reach the same place.
    """
    page = view.edition()
    faults: list[Diagnostic] = []
    if any(one.urgent for one in page.statements):
        faults += [
            Diagnostic(
                rule="help-line-no-source",
                message=f"No public page is named that gives {row['name']}.",
                hint="Put the address of such a page into url, best that of those who run it.",
                table="help_lines",
                key=f"{row['market']}/{row['name']}",
                column="url",
                cell="",
            )
            for row in view.rows("help_lines")
            if not row["url"]
        ]
    for one in page.statements:
        for words, number in phone_links(one.text):
            if re.sub(r"\D", "", words) != re.sub(r"\D", "", number):
                faults.append(
                    statement_fault(
                        page,
                        one,
                        "phone-link-differs",
                        f"The link '{words}' dials {number}.",
                        "Let the link show the number that it dials, and no other digits.",
                        of_notice=True,
                    )
                )
    return faults
