"""A text → its words and marks, in any script: the one tokenizer of the package.

A letter is what a reader takes for one: a consonant with its vowel signs, a letter with its
accents, an emoji with its modifiers (extended grapheme clusters, Unicode Standard Annex 29). No
token ends inside a letter. Scripts that write no space between words (Chinese, Japanese, Thai,
Lao, Khmer, Burmese) have one token a letter, since only a dictionary knows their words.
"""

from __future__ import annotations

from functools import lru_cache

import regex

_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_LETTER = rf"(?:(?=\w)(?!{_SPACELESS})\X)"
_SPACE = r"(?=\s)\X(?<=\s)"  # a space may carry a mark, and is seen then
_FLAG = r"\p{RI}{2}[\p{M}\u200d]*"  # \X looks back over all flags before it
_SYLLABLE = rf"(?={_SPACELESS})\X(?:(?=\p{{M}})\X)*"  # \X leaves vowel signs of Burmese alone
_TOKEN = regex.compile(rf"{_LETTER}+(?:[’'\-.]{_LETTER}+)*|{_SYLLABLE}|(?:{_SPACE})+|{_FLAG}|\X")


def tokens(text: str) -> list[str]:
    """Return a text cut into words, marks and runs of white space; joined, they are the text.

    Examples
    --------
    >>> tokens("It isn’t  safe.")
    ['It', ' ', 'isn’t', '  ', 'safe', '.']
    """
    return [str(found) for found in _TOKEN.findall(text)]


def words(text: str) -> list[str]:
    """Return the words and the marks of a text, in order.

    Examples
    --------
    >>> words("It isn’t “safe”.")
    ['It', 'isn’t', '“', 'safe', '”', '.']
    >>> words("नमस्ते।")
    ['नमस्ते', '।']
    """
    return [token for token in tokens(text) if not token.isspace()]


@lru_cache(maxsize=4096)  # of a page that is judged again, most texts are as they were
def word_count(text: str) -> int:
    """Return how many words a text has; a mark is none."""
    return sum(any(map(str.isalnum, word)) for word in words(text))
