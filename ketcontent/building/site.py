"""What a web team takes from the exports: a page without its frame, its data, the map of the site.

They are made of the tables, with what they say held to the same sign-offs as the page, and only
where the address of a site is known.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ketcontent.atomic import write_through
from ketcontent.building.claims import is_listed, lower_editors, lower_index
from ketcontent.building.plan import SITE_MAP, site_address, site_files
from ketcontent.building.releases import feed
from ketcontent.hashing import hash_bytes
from ketcontent.places import read_file

if TYPE_CHECKING:
    from ketcontent.model import Content


def parts_of(content: Content, document: str) -> dict[str, str]:
    """Return what a web team takes of a page (`ketcontent.building.plan.PARTS`), by file name."""
    from ketcontent.approvals import with_signoffs
    from ketcontent.pages import assemble, page_data

    page = with_signoffs(content, assemble(content, document))
    data = json.dumps(page_data(page), indent=1, ensure_ascii=False)
    return {"fragment.html": page.to_fragment(), "page.json": f"{data}\n"}


def settle_list(work: Path, exports: Path, content: Content) -> dict[str, str]:
    """Hold the lists of pages to the pages that are published, and write the map and the feed.

    Returned are the hashes of all of them, by file.
    """
    new = {
        "index.html": lower_index(work / "index.html", exports, content),
        "editors.html": lower_editors(work / "editors.html", exports),
    }
    for name in site_files(content):
        told = site_map(exports, content) if name == SITE_MAP else feed(content)
        write_through(work / name, told.encode())
        new[name] = hash_bytes(told.encode())
    return new


def site_map(exports: Path, content: Content) -> str:
    """Return the map of the site: its list of pages, and those that search engines may list.

    Of a page that was released it says when that last was, as the page itself does.
    """
    address = site_address(content)
    released = content.releases.groupby("document")["released_on"].max().to_dict()
    listed = [(address, "")]
    for document in sorted(content.documents["document"]):
        try:
            page = read_file(exports / document / "index.html", follow=False).decode()
        except (OSError, ValueError):  # it is not published
            continue
        if is_listed(page):
            listed.append((f"{address}{document}/", released.get(document, "")))
    places = "".join(
        f"<url><loc>{escape(one)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
        for one, day in listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{places}</urlset>\n"
    )
