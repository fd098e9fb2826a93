"""Write ``ketcontent/reading/inflections.txt``: the commonest words, and what they are forms of.

Needs two libraries that nothing else does: ``pip install lemminflect wordfreq``. A line is a form
and the words that it is a form of, or a word alone that is a form of itself only; the lines are in
order. Degrees are left out on purpose: "safest" says more than "safe".
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import lemminflect
import wordfreq

from ketcontent.reading.words import spelling

COMMONEST = 30_000
MODALS = frozenset(["can", "could", "may", "might", "must", "shall", "should", "will", "would"])
TABLE = Path(__file__).parent.parent / "ketcontent" / "reading" / "inflections.txt"


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
    bases: dict[str, list[str]] = defaultdict(list)
    for base, others in sorted(forms.items()):
        others = {*filter(str.isalpha, others)} - {base}
        if base.isalpha() and base not in MODALS and others:
            for form in map(spelling, (base, *others)):
                if spelling(base) not in bases[form]:
                    bases[form].append(spelling(base))
    for word in map(spelling, known):
        bases.setdefault(word, [word])
    lines = [form if of == [form] else " ".join([form, *of]) for form, of in bases.items()]
    TABLE.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
