"""How wide the columns of a printed table are: room for every word, and more for those that say more."""

from __future__ import annotations

from holocrine.report.printed.blocks import Words

_LINE, _PADDING, _BOLDER = 122.0, 2.0, 1  # characters of table type: on a line, between columns, more in a bold word
_WHOLE = 7  # characters; a heading this short stays on one line
_WIDEST_WORD = 18  # characters; a longer word is broken
_FAIRNESS = 0.75  # 1 gives what is left by the length of the longest line, 0 the same to every column


def shares(names: list[str], rows: list[list[Words]]) -> list[float]:
    """The columns' parts of the width, in characters: the longest word of each fits, long lines share what is left."""
    least, more = [], []
    for column, name in enumerate(names):
        lines = ["".join(run["text"] for run in line) for row in rows for line in row[column]]
        words = [len(word) for line in lines for word in line.split()]
        heads = [len(word) + _BOLDER for word in ([name] if len(name) <= _WHOLE else name.split())]
        narrowest = min(max([*words, *heads], default=1), _WIDEST_WORD)
        longest = max([len(name), *(len(line) for line in lines)])
        least.append(narrowest + _PADDING)
        more.append((max(longest - narrowest, 0) + 1) ** _FAIRNESS)
    left = max(_LINE - sum(least), 0.0)
    return [width + left * wish / sum(more) for width, wish in zip(least, more, strict=True)]
