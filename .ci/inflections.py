"""Write ``ketcontent/checks/inflections.txt``: the commonest words, and their forms.

Needs two libraries that nothing else does: ``pip install lemminflect wordfreq``. A line is a word
and its other forms. Degrees are left out on purpose: "safest" says more than "safe".
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import lemminflect
import wordfreq

COMMONEST = 30_000
MODALS = frozenset(["can", "could", "may", "might", "must", "shall", "should", "will", "would"])
TABLE = Path(__file__).parent.parent / "ketcontent" / "checks" / "inflections.txt"


def main() -> None:
    """Write the table."""
    forms: dict[str, set[str]] = defaultdict(set)
    known = [word for word in wordfreq.top_n_list("en", COMMONEST) if word.isalpha()]
    known = [word for word in known if word.isascii() and len(word) > 2]
    for word in known:
        for part in ("NOUN", "VERB"):
            for base in lemminflect.getAllLemmas(word, upos=part).get(part, ()):
                found = lemminflect.getAllInflections(base, upos=part)
                forms[base] |= {one for some in found.values() for one in some}
    lines = [
        " ".join([base, *sorted(filter(str.isalpha, others - {base}))])
        for base, others in sorted(forms.items())
        if base.isalpha() and base not in MODALS
    ]
    lines = [line for line in lines if " " in line]
    inflected = {form for line in lines for form in line.split()}
    lines = sorted([*lines, *({*known} - inflected)])
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
