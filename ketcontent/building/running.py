"""Run what is stale, and publish each page when the last of its runs is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ketcontent.building.cache import WORK
from ketcontent.building.claims import overstated
from ketcontent.building.decide import entry_of
from ketcontent.building.inputs import ANOTHER, Inputs
from ketcontent.building.plan import KEPT, is_recorded
from ketcontent.building.site import settle_list
from ketcontent.building.stored import keep_run, take_run

if TYPE_CHECKING:
    from pathlib import Path

    from ketcontent.building.cache import CacheEntry
    from ketcontent.building.decide import Decision, Given, Views
    from ketcontent.building.publish import Manifest, Publication
    from ketcontent.execution import Failure, Progress


def run_and_publish(
    pages: Sequence[Publication],
    views: Views,
    pool: Callable[[], Any],
    manifest: Manifest,
    progress: Callable[[Progress], None] | None,
    seen: Inputs,
    cache: Path | None = None,
) -> tuple[dict[str, dict[str, CacheEntry]], list[Failure], str]:
    """Run what is stale, publish each page when the last of its runs is done.

    Of many pages, a hundredth is put in place at a time: the manifest, which names all, is written
    before and after. Returned are the entries of what was made, by page, and the failures in order
    of the runs. What was made elsewhere is taken from the folder `cache`, and what is made kept
    there; where that cannot be, the last says why, and the build goes on.
    """
    from ketcontent.execution import run_all

    by_page = {one.page: one for one in pages if one.decision.stale}
    made: dict[str, dict[str, CacheEntry]] = {page: {} for page in by_page}
    left = {
        page: {one.name: one for one in publication.decision.stale if one.run}
        for page, publication in by_page.items()
    }
    laid_out: set[str] = set()
    finished: list[Publication] = []
    failures: dict[int, Failure] = {}
    unkept = ""

    def go_on(page: str) -> None:
        """Lay out a page as soon as its record can be written; publish it when all is made."""
        waited_for = [name for one in left[page].values() for name in one.outputs]
        # The review, which takes longest, is no part of the record.
        if page and page not in laid_out and not any(map(is_recorded, waited_for)):
            made[page] |= by_page[page].lay_out()
            laid_out.add(page)
        if page and not left[page]:
            finished.append(by_page[page])
            if len(finished) >= len(pages) / 100:
                manifest.publish(finished, made)
                finished.clear()

    exports = pages[0].exports
    work, kept = exports / WORK, exports / KEPT
    for page, decisions in left.items():
        given = by_page[page].decision.given
        made[page] |= _taken(cache, decisions.values(), given, exports, views)
        left[page] = {name: one for name, one in decisions.items() if name not in made[page]}
    for page in [page for page, decisions in left.items() if not decisions]:
        go_on(page)
    runs = [one.run for decisions in left.values() for one in decisions.values() if one.run]
    with pool() if runs else nullcontext() as executor:
        for place, outcome in run_all(executor, runs, work, kept, progress):
            page = runs[place].document
            given = by_page[page].decision.given
            failure = outcome.failure or overstated(runs[place], work, kept, given, views)
            if failure is not None:
                failures[place] = failure
            elif page not in {failure.document for failure in failures.values()}:
                decision = left[page].pop(runs[place].executed)
                known = seen.stand_for(runs[place])  # else it may have run what nobody planned
                decision = decision if known else replace(decision, key=ANOTHER)
                made[page][decision.name] = entry = entry_of(decision, outcome, given, views)
                if cache and known and not unkept:
                    unkept = keep_run(cache, entry, kept / decision.name, work)
                go_on(page)
    if finished:
        manifest.publish(finished, made)
    if "" in by_page and not left[""]:  # last, since it says no more of a page than that page
        new = settle_list(pages[0].work, exports, views.content)
        made[""] = {
            name: replace(entry, outputs={**entry.outputs, **new})
            for name, entry in made[""].items()
        }
        manifest.publish([by_page[""]], made)
    return made, [failures[place] for place in sorted(failures)], unkept


def _taken(
    cache: Path | None, decisions: Iterable[Decision], given: Given, exports: Path, views: Views
) -> dict[str, CacheEntry]:
    """Take the runs of a page that a build elsewhere made; return the entry of each."""
    work, kept = exports / WORK, exports / KEPT
    taken = {}
    for one in decisions:
        if (
            cache
            and one.run
            and one.stored
            and take_run(cache, one.stored, kept / one.name, work)
            and overstated(one.run, work, kept, given, views) is None
        ):
            taken[one.name] = replace(one.stored.entry, tables=given.hash)
    return taken
