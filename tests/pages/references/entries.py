"""Forty made references of every type, as rows of the table of sources."""

A = "Roe, Jo"
TWO = "Roe, Jo; Lee, Ann B."
SEVEN = "; ".join(f"Name{letter}, Ann" for letter in "abcdefg")
JOURNAL = {"type": "article-journal", "container_title": "J Tea", "issued": "2020", "volume": "3"}
BOOK = {"type": "book", "publisher": "Tea Press", "place": "London", "issued": "2019"}
PART = {**BOOK, "type": "chapter", "container_title": "The tea book", "page": "1-9"}
PAPER = {**PART, "type": "paper-conference", "container_title": "Proceedings of the tea days"}
SITE = {"type": "webpage", "publisher": "Tea Board", "place": "London", "issued": "2020"}
WEB = {**SITE, "url": "https://example.org/tea", "accessed": "2021-05-06"}

ROWS: list[dict[str, str]] = [
    {**JOURNAL, "title": "One author", "authors": A, "issue": "1", "page": "5-9"},
    {**JOURNAL, "title": "Two authors, no issue", "authors": TWO, "page": "5-9"},
    {**JOURNAL, "title": "Six authors", "authors": SEVEN[:-14], "page": "5"},
    {**JOURNAL, "title": "Seven authors", "authors": SEVEN, "page": "5-9"},
    {**JOURNAL, "title": "Does tea help?", "authors": A, "page": "5-9"},
    {**JOURNAL, "title": "Tea helps!", "authors": A, "page": "5-9"},
    {**JOURNAL, "title": "A group", "authors": "{Tea Study Group}; Roe, Jo", "page": "5-9"},
    {**JOURNAL, "title": "Nobody is named", "page": "5-9"},
    {**JOURNAL, "title": "Hyphens", "authors": "Lim, Kyung-Hee; Roe, Jean-Paul", "page": "5"},
    {**JOURNAL, "title": "Particles", "authors": "van der Berg, Anna; d'Arc, Jo", "page": "5"},
    {**JOURNAL, "title": "Suffix", "authors": "King, Martin L., Jr.", "page": "5"},
    {**JOURNAL, "title": "Initials", "authors": "Roe, J. A.; Lee, A.B.", "page": "5"},
    {**JOURNAL, "title": "An article number", "authors": A, "issue": "2", "page": "e0240001"},
    {**JOURNAL, "title": "Before print", "authors": A, "volume": ""},
    {**JOURNAL, "title": "<i>Camellia</i> and H<sub>2</sub>O", "authors": A, "page": "5"},
    {**BOOK, "title": "A whole book", "authors": TWO},
    {**BOOK, "title": "A third edition", "authors": A, "edition": "3"},
    {**BOOK, "title": "An eleventh edition", "authors": A, "edition": "11"},
    {**BOOK, "title": "A revised edition", "authors": A, "edition": "Revised"},
    {**BOOK, "title": "An editor", "editors": A},
    {**BOOK, "title": "Two editors", "editors": TWO, "edition": "2"},
    {**BOOK, "title": "An organization", "authors": "{Tea Board}", "publisher": "Tea Board"},
    {**BOOK, "title": "Without a place", "authors": A, "place": ""},
    {**PART, "title": "A chapter", "authors": A, "editors": "Lee, Ann B."},
    {**PART, "title": "Two editors of it", "authors": A, "editors": "Lee, Ann B.; Poe, Al"},
    {**PART, "title": "A second edition", "authors": A, "editors": "Lee, Ann B.", "edition": "2"},
    {**PART, "title": "Nobody edits it", "authors": TWO},
    {**PART, "title": "What is tea?", "authors": A, "editors": "Lee, Ann B."},
    {**PAPER, "title": "A paper", "authors": A, "editors": "Lee, Ann B."},
    {**PAPER, "title": "A paper of two", "authors": TWO},
    {**BOOK, "type": "report", "title": "A report", "authors": A, "number": "TR-17"},
    {**BOOK, "type": "report", "title": "A report of a board", "authors": "{Tea Board}"},
    {**BOOK, "type": "thesis", "title": "A thesis", "authors": A, "genre": "dissertation"},
    {**BOOK, "type": "thesis", "title": "Of a master", "authors": A, "genre": "master's thesis"},
    {**WEB, "title": "A page", "authors": "{Tea Board}"},
    {**WEB, "title": "A page of a day", "authors": A, "issued": "2020-09-03"},
    {**WEB, "title": "A page of nobody"},
    {**JOURNAL, "type": "article-newspaper", "title": "News", "authors": A, "volume": "",
     "container_title": "The Times", "issued": "2020-06-02", "page": "2"},
    {**JOURNAL, "type": "article-magazine", "title": "More news", "authors": A, "volume": "",
     "container_title": "Tea Weekly", "issued": "2020-05-02", "page": "3"},
    {**BOOK, "type": "dataset", "title": "Numbers", "authors": A, "place": ""},
]  # fmt: skip
ROWS = [{"source": f"s-{n:02d}", **row} for n, row in enumerate(ROWS, start=1)]
