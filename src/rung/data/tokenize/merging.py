"""Byte-pair encoding itself: learning which pairs to merge, and merging them in a piece of text."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise

Pair = tuple[int, int]
LONG = 40  # symbols from which on a heap is quicker than looking at every pair again


def learn(
    words: Mapping[tuple[int, ...], int],
    tokens: list[bytes],
    count: int,
    report: Callable[[int, int], None] | None = None,
) -> dict[Pair, int]:
    """Learn `count` merges, each of the neighbours that are most frequent together by then.

    Of pairs that are equally frequent the one with the smaller numbers comes first, as the library
    `tokenizers` does it. Fewer are learned where no pair is left.

    Args:
        words: how often each piece occurs, as token numbers.
        tokens: the bytes of each token so far; grows by one a merge.
        count: how many tokens to add.
        report: called with (merges so far, merges wanted).

    Returns:
        {pair: token it becomes}, in the order learned.

    Cost: one pass over the pieces, then for each merge only the pieces that hold the pair.

    Example:
        >>> tokens = [b"a", b"b", b"c"]
        >>> learn({(0, 1, 2): 3, (0, 1): 2}, tokens, 2), tokens[3:]
        ({(0, 1): 3, (3, 2): 4}, [b'ab', b'abc'])
    """
    pieces, times = [list(word) for word in words], list(words.values())
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)  # the pieces that hold a pair, or once held it
    for i, piece in enumerate(pieces):
        for pair in pairwise(piece):
            counts[pair] += times[i]
            where[pair].add(i)
    heap = [(-n, pair) for pair, n in counts.items()]
    heapq.heapify(heap)
    numbers = {token: i for i, token in enumerate(tokens)}
    merges: dict[Pair, int] = {}
    goal = len(tokens) + count
    while len(tokens) < goal and heap:
        n, pair = heapq.heappop(heap)
        if -n != counts[pair]:  # it has become rarer since: to be compared again, with its own count
            if counts[pair] > 0:
                heapq.heappush(heap, (-counts[pair], pair))
            continue
        token = tokens[pair[0]] + tokens[pair[1]]
        number = numbers.setdefault(token, len(tokens))
        if number == len(tokens):
            tokens.append(token)
        merges[pair] = number
        changed: Counter[Pair] = Counter()
        for i in where.pop(pair):
            before = pieces[i]
            after = replaced(before, pair, number)
            for old in pairwise(before):
                changed[old] -= times[i]
            for new in pairwise(after):
                changed[new] += times[i]
                where[new].add(i)
            pieces[i] = after
        del changed[pair], counts[pair]
        for other, by in changed.items():
            counts[other] += by
            if by > 0:
                heapq.heappush(heap, (-counts[other], other))
        if report:
            report(len(tokens) - goal + count, count)
    return merges


def replaced(piece: list[int], pair: Pair, number: int) -> list[int]:
    """Return the piece with each occurrence of the pair, from the left, as the one token.

    Example:
        >>> replaced([7, 7, 7, 1], (7, 7), 9)
        [9, 7, 1]
    """
    out: list[int] = []
    i = 0
    while i < len(piece):
        if i + 1 < len(piece) and (piece[i], piece[i + 1]) == pair:
            out.append(number)
            i += 2
        else:
            out.append(piece[i])
            i += 1
    return out


def merged(piece: list[int], ranks: Mapping[Pair, tuple[int, int]]) -> list[int]:
    """Merge the pairs of a piece, the one that was learned first first, until no pair is left.

    Args:
        piece: token numbers.
        ranks: {pair: (when it was learned, token it becomes)}.

    Cost: quadratic in the piece's length here, which is right for words; `merged_long` for the rest.

    Example:
        >>> merged([0, 1, 2, 0, 1], {(0, 1): (0, 3), (3, 2): (1, 4)})
        [4, 3]
    """
    if len(piece) >= LONG:
        return merged_long(piece, ranks)
    never = (len(ranks), -1)
    while len(piece) > 1:
        pair = min(pairwise(piece), key=lambda p: ranks.get(p, never)[0])
        if pair not in ranks:
            break
        piece = replaced(piece, pair, ranks[pair][1])
    return piece


def merged_long(piece: list[int], ranks: Mapping[Pair, tuple[int, int]]) -> list[int]:
    """Do what `merged` does, with a linked list and a heap of the pairs that wait.

    Args:
        piece: token numbers.
        ranks: {pair: (when it was learned, token it becomes)}.

    Cost: n log n, so that a line of a million equal letters ends too.
    """
    n = len(piece)
    symbols, after, before = list(piece), list(range(1, n + 1)), list(range(-1, n - 1))
    waiting: list[tuple[int, int, Pair, int]] = []

    def wait(i: int) -> None:
        """Put the pair that begins at i into the heap, if it can be merged."""
        if i >= 0 and after[i] < n:
            pair = (symbols[i], symbols[after[i]])
            if pair in ranks:
                heapq.heappush(waiting, (ranks[pair][0], i, pair, ranks[pair][1]))

    for i in range(n - 1):
        wait(i)
    while waiting:
        _, i, pair, number = heapq.heappop(waiting)
        j = after[i]
        if j >= n or (symbols[i], symbols[j]) != pair:
            continue  # one of its two was merged with another meanwhile
        symbols[i], symbols[j] = number, -1
        after[i] = after[j]
        if after[i] < n:
            before[after[i]] = i
        wait(before[i])
        wait(i)
    return [s for s in symbols if s >= 0]
