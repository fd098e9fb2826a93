"""The pictures of a review.

Each chart is an SVG that inherits the colour of the text around it, so that it reads in a light
and in a dark scheme, with a text alternative that says what it shows and the table it was drawn
from. Shapes and words tell the series apart, never colour alone. It is as wide as its column, and
its letters keep their size.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ketcontent.approvals import signoff_statuses
from ketcontent.checks import CLAIMS, FLESCH_KINCAID_TARGET, readability
from ketcontent.markup import FACTS, render, trusted
from ketcontent.model import Content
from ketcontent.pages import Edition, PageView, assemble
from ketcontent.reports.display import Table


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its text alternative and its table."""

    svg: str
    """The picture."""
    caption: str
    """What it shows, as its title."""
    alternative: str
    """What it says, in a sentence or two."""
    table: Table
    """The table it was drawn from."""

    def to_html(self) -> str:
        """Return the chart as a figure, its table folded below it."""
        return render(
            "chart.html.j2",
            chart=self,
            svg=trusted(self.svg),
            table=trusted(self.table.to_html()),
        )

    def to_markdown(self) -> str:
        """Return what the chart says, and its table."""
        return f"{self.alternative}\n\n{self.table.to_markdown()}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.alternative,
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps({"kind": "part"}),
        }


def bars(frame: pd.DataFrame, caption: str, *, unit: str, target: float | None = None) -> Chart:
    """Return a chart of bars, a row of the frame a bar, its other columns stacked.

    Parameters
    ----------
    frame
        The first column names the bars; up to three more hold numbers.
    caption
        What the chart shows.
    unit
        What the numbers count.
    target
        A line that the bars should not pass.
    """
    names = [str(name) for name in frame.iloc[:, 0]]
    series = [str(name) for name in frame.columns[1:]]
    said = []
    for name, *sizes in frame.itertuples(index=False):
        parts = [
            f"{size:.12g} {unit if len(series) == 1 else f'{one} {unit}'.strip()}"
            for one, size in zip(series, sizes, strict=True)
        ]
        said.append(f"{name}: {', '.join(parts)}.")
    aim = [f"The target is {target:g}."] if target is not None else []
    alternative = " ".join([f"{caption}.", *said, *aim])

    rows = [[float(size) for size in sizes] for _, *sizes in frame.itertuples(index=False)]
    longest = max([*map(sum, rows), 1.04 * (target or 0.0)]) or 1.0  # its line is seen
    mark = _mark(alternative)
    fills = ("#3b7dbd", f"url(#{mark}b)", f"url(#{mark}c)")  # at least 3:1 on white and near black
    legend = list(zip(fills, series, strict=False)) if len(series) > 1 else []
    top = _LINE * (len(legend) + (target is not None))
    drawn = []
    for place, (name, sizes) in enumerate(zip(names, rows, strict=True)):
        starts = [sum(sizes[:number]) for number in range(len(sizes))]
        drawn.append(
            {
                "name": name,
                "said": f"{sum(sizes):.12g}",
                "y": top + _BAR * place,
                "parts": [
                    (fill, _share(start, longest), _share(size, longest))
                    for fill, start, size in zip(fills, starts, sizes, strict=False)
                ],
            }
        )
    svg = render(
        "bars.html.j2",
        alternative=alternative,
        mark=mark,
        height=top + _BAR * len(names) + _LINE,
        unit=unit,
        top=top,
        legend=legend,
        bars=drawn,
        target=None if target is None else _target(target, longest),
    )
    return Chart(svg.strip(), caption, alternative, Table(frame, caption, "None."))


_LINE, _BAR = 18, 38
"""The pixels of a line above the bars, and of a bar with its name."""


def _share(size: float, whole: float) -> float:
    """Return a size in hundredths of the whole, as a drawing has it."""
    return round(100 * size / whole, 2)


def _target(target: float, longest: float) -> dict[str, Any]:
    """Return where the line of a target is, and its words, which stay within the drawing."""
    place = _share(target, longest)
    anchor = "start" if place < 20 else "end" if place > 80 else "middle"
    return {"place": place, "anchor": anchor, "said": f"target {target:g}"}


def _mark(said: str) -> str:
    """Return how the ids of a drawing begin: several stand on a page, and an id is one on it."""
    return f"_{hashlib.sha256(said.encode()).hexdigest()[:8]}_"


def strip(frame: pd.DataFrame, caption: str) -> Chart:
    """Return a chart of marks along the page, a row a statement in reading order.

    Parameters
    ----------
    frame
        Columns ``statement`` and ``kind``: ``benefit``, ``risk`` or anything else.
    caption
        What the chart shows.
    """
    kinds = [kind if kind in ("benefit", "risk") else "other" for kind in frame["kind"]]
    runs: list[tuple[str, int]] = []
    for kind in kinds:
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + 1)
        else:
            runs.append((kind, 1))
    said = ", ".join(f"{number} {kind}" for kind, number in runs)
    alternative = f"{caption}. In reading order: {said}."
    lanes = [
        (lane, [_share(n + 0.5, len(kinds)) for n, kind in enumerate(kinds) if kind == lane])
        for lane in ("benefit", "other", "risk")
    ]
    svg = render("strip.html.j2", alternative=alternative, mark=_mark(alternative), lanes=lanes)
    return Chart(svg.strip(), caption, alternative, Table(frame, caption, "None."))


def evidence_map(content: Content, document: str) -> Chart:
    """Return how many claims of each grade are supported, contradicted, or rest on nothing.

    A claim counts as contradicted when a source says otherwise, whatever else supports it.
    """
    frame = content.evidence[content.evidence["document"] == document]
    roles: dict[str, set[str]] = {}
    for statement, role in zip(frame["statement"], frame["role"], strict=True):
        roles.setdefault(statement, set()).add(role)
    grades = ["high", "moderate", "low", "very-low", "not graded"]
    columns = ["supported", "contradicted", "no support"]
    counts = {grade: dict.fromkeys(columns, 0) for grade in grades}
    for one in assemble(content, document).statements:
        if one.kind not in CLAIMS or one.notice:
            continue
        said = roles.get(one.statement, set())
        column = (
            "contradicted"
            if "contradicts" in said
            else "supported"
            if "supports" in said
            else "no support"
        )
        counts[one.certainty or "not graded"][column] += 1
    rows = [{"certainty": grade, **counts[grade]} for grade in grades]
    return bars(pd.DataFrame(rows), "Claims by certainty and support", unit="claims")


def balance(content: Content, document: str, *, edition: Edition = "current") -> Chart:
    """Return where benefits and risks stand along a page."""
    rows = [
        {"statement": one.statement, "kind": one.kind or "not set"}
        for one in assemble(content, document, edition=edition).statements
    ]
    frame = pd.DataFrame(rows, columns=["statement", "kind"])
    return strip(frame, "Benefits and risks along the page")


def reading_grades(content: Content, document: str, *, edition: Edition = "current") -> Chart:
    """Return the reading grade of each section, against the target."""
    found = readability(content, document, edition=edition)
    frame = found[["section", "flesch_kincaid"]].rename(columns={"flesch_kincaid": "grade"})
    frame = frame[frame["grade"].notna()].round(1)
    caption = "Flesch-Kincaid grade of each section, drug names left out"
    return bars(frame, caption, unit="grade", target=FLESCH_KINCAID_TARGET)


def coverage(content: Content, document: str) -> Chart:
    """Return how many of the sign-offs that a page needs are valid, stale, refused or missing."""
    found = signoff_statuses(PageView(content, document))
    rows = []
    for capacity in dict.fromkeys(one.capacity for one in found):
        states = [one.state for one in found if one.capacity == capacity]
        lapsed = states.count("stale") + states.count("refused")
        row = {"capacity": capacity, "valid": states.count("valid")}
        rows.append({**row, "stale or refused": lapsed, "missing": states.count("missing")})
    frame = pd.DataFrame(rows, columns=["capacity", "valid", "stale or refused", "missing"])
    order = {name: place for place, name in enumerate(("editorial", "clinical", "lay"))}
    frame = frame.sort_values("capacity", key=lambda names: names.map(order), ignore_index=True)
    return bars(frame, "Sign-offs", unit="statements")
