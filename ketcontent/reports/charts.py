"""The pictures of a review.

Each chart is an SVG that inherits the colour of the text around it, so that it reads in a light
and in a dark scheme, with a text alternative that says what it shows and the table it was drawn
from. Shapes and words tell the series apart, never colour alone.

Drawn with matplotlib: its SVG has real text, and the same data give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ketcontent.approvals import signoff_statuses
from ketcontent.checks import CLAIMS, FLESCH_KINCAID_TARGET, readability
from ketcontent.markup import FACTS, render, trusted
from ketcontent.model import Content
from ketcontent.pages import Edition, PageView, assemble
from ketcontent.reports.display import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = "#010203"  # stands for the colour of the text around the chart

_FILLS = {"a": "#3b7dbd", "b": "#c8641e", "c": "#7a7f87"}  # at least 3:1 on white and on near black

_HATCHES = {"a": "", "b": "////", "c": "xxx"}


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

    def draw(axes: Axes) -> None:
        left = [0.0] * len(names)
        for mark, name in zip(_FILLS, series, strict=False):
            sizes = [float(size) for size in frame[name]]
            axes.barh(
                names,
                sizes,
                left=left,
                label=name,
                color=_FILLS[mark],
                hatch=_HATCHES[mark],
                edgecolor=_INK,
                linewidth=0.6,
                height=0.6,
            )
            left = [before + size for before, size in zip(left, sizes, strict=True)]
        axes.margins(y=0.02)
        axes.invert_yaxis()
        axes.set_xlabel(unit, color=_INK)
        if target is not None:
            axes.axvline(target, color=_INK, linestyle="--", linewidth=1.2)
            axes.text(
                target,
                1.0,
                f"target {target:g}",
                color=_INK,
                ha="center",
                va="bottom",
                transform=axes.get_xaxis_transform(),
            )
        if len(series) > 1:
            axes.legend(
                frameon=False,
                labelcolor=_INK,
                loc="upper center",
                ncols=len(series),
                bbox_to_anchor=(0.4, 1.0 + 0.9 / max(3, len(names))),
            )

    said = []
    for name, *sizes in frame.itertuples(index=False):
        parts = [
            f"{size:.12g} {unit if len(series) == 1 else f'{one} {unit}'.strip()}"
            for one, size in zip(series, sizes, strict=True)
        ]
        said.append(f"{name}: {', '.join(parts)}.")
    aim = [f"The target is {target:g}."] if target is not None else []
    alternative = " ".join([f"{caption}.", *said, *aim])
    height = 0.9 + 0.34 * max(1, len(names))
    svg = _svg(draw, height, alternative, names, above=target is not None or len(series) > 1)
    return Chart(svg, caption, alternative, Table(frame, caption, "None."))


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
    levels = ["risk", "other", "benefit"]

    def draw(axes: Axes) -> None:
        marks = {"benefit": ("^", 2, "a"), "risk": ("v", 0, "b"), "other": ("|", 1, "c")}
        for kind, (marker, level, fill) in marks.items():
            places = [place for place, one in enumerate(kinds, start=1) if one == kind]
            axes.scatter(places, [level] * len(places), marker=marker, s=46, color=_FILLS[fill])
        axes.set_yticks([0, 1, 2], levels)
        axes.set_ylim(-0.6, 2.6)
        axes.set_xlabel("statement, in reading order", color=_INK)

    runs: list[tuple[str, int]] = []
    for kind in kinds:
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + 1)
        else:
            runs.append((kind, 1))
    said = ", ".join(f"{number} {kind}" for kind, number in runs)
    alternative = f"{caption}. In reading order: {said}."
    svg = _svg(draw, 1.6, alternative, levels, above=False)
    return Chart(svg, caption, alternative, Table(frame, caption, "None."))


_WIDTH = 7.2  # inches

_BELOW = 0.45  # for the numbers and what they count

_EDGE = 0.12

_RIGHT = 0.3  # for half of what stands above the last mark


def _svg(
    draw: Callable[[Axes], None],
    height: float,
    alternative: str,
    names: Sequence[str],
    *,
    above: bool,
) -> str:
    """Return a drawing as SVG that inherits the colour of the text around it.

    Its margins are worked out from the names at its left, and whether words stand above it.
    matplotlib's layouts draw all of it one time more to find them, at a third of the whole time.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    settings: Any = {
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "ketcontent",  # the same drawing, the same ids
        "font.family": "sans-serif",
        "font.size": 9.5,
        "hatch.color": _INK,
        "hatch.linewidth": 0.5,
    }
    out = io.StringIO()
    with mpl.rc_context(settings):
        font = FontProperties()
        widths = [text_to_path.get_text_width_height_descent(one, font, False)[0] for one in names]
        # The page's own font may be wider; and a bar needs room, however long its name.
        left = min(_WIDTH * 0.7, 1.1 * max(widths, default=0.0) / 72 + _EDGE)
        top = height - (0.32 if above else _EDGE)
        figure = Figure(figsize=(_WIDTH, height))
        axes = figure.add_axes(
            (
                left / _WIDTH,
                _BELOW / height,
                (_WIDTH - left - _RIGHT) / _WIDTH,
                (top - _BELOW) / height,
            )
        )
        draw(axes)
        axes.tick_params(colors=_INK, length=0)
        for name, spine in axes.spines.items():
            spine.set_visible(name in ("bottom", "left"))
            spine.set_color(_INK)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    # A style sheet in a drawing is one of the page around it.
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg, flags=re.DOTALL)
    # Its size follows the column; its font is the page's.
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"font-family: [^;\"]*;?", "", svg)
    svg = re.sub(r"font: ([0-9.]+px)[^;\"]*", r"font-size: \1", svg)
    svg = _own_ids(svg)
    named = render("label.html.j2", text=alternative)
    joints = 'stroke-linejoin="round" stroke-linecap="butt"'
    return svg.replace("<svg ", f'<svg role="img" aria-label="{named}" {joints} ', 1).strip()


def _own_ids(svg: str) -> str:
    """Return a drawing without the ids that nothing refers to, the others like no other's.

    Several charts stand on one page, and an id is one on a page.
    """
    svg = svg.replace("xlink:href=", "href=")
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(
        r' id="([^"]+)"', lambda one: f' id="_{mark}_{one[1]}"' if one[1] in used else "", svg
    )
    return re.sub(r'(url\(#|href="#)([^)"]+)', rf"\g<1>_{mark}_\g<2>", svg)


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
