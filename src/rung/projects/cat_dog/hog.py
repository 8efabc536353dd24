"""What people used before networks: histograms of edges and of colours (Dalal & Triggs, 2005)."""

from __future__ import annotations

import numpy as np


def hog(pictures: np.ndarray, cell: int = 8, angles: int = 9) -> np.ndarray:
    """Return histograms of the directions of edges: in each cell, normed over blocks of 2 x 2 cells.

    Args:
        pictures: bytes (n, h, w, 3); h and w are multiples of `cell`.
        cell: height and width of a cell, in pixels.
        angles: how many directions are told apart, from 0 to 180 degrees.

    Returns:
        (n, (h / cell - 1) * (w / cell - 1) * 4 * angles) float32.

    Source: dalal2005hog.
    """
    grey = pictures.astype(np.float32).mean(axis=3) / 255  # (n, h, w)
    down, right = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, right)
    turn = np.arctan2(down, right) % np.pi / np.pi * angles  # 0 to angles
    low = np.floor(turn).astype(int) % angles
    share = turn - np.floor(turn)  # an edge between two directions counts for both
    n, height, width = grey.shape
    rows, columns = height // cell, width // cell
    cells = np.zeros((n, rows, columns, angles), np.float32)
    for angle in range(angles):
        here = strength * ((low == angle) * (1 - share) + ((low + 1) % angles == angle) * share)
        cells[..., angle] = (
            here[:, : rows * cell, : columns * cell].reshape(n, rows, cell, columns, cell).sum(axis=(2, 4))
        )
    corners = [cells[:, i : rows - 1 + i, j : columns - 1 + j] for i in (0, 1) for j in (0, 1)]
    blocks = np.concatenate(corners, axis=3)  # (n, rows - 1, columns - 1, 4 angles)
    blocks /= np.linalg.norm(blocks, axis=3, keepdims=True) + 1e-3  # light and shade fall out
    return blocks.reshape(n, -1)


def colours(pictures: np.ndarray, levels: int = 4) -> np.ndarray:
    """Return how often each colour occurs: (n, levels ** 3), the root of each share.

    Args:
        pictures: bytes (n, h, w, 3).
        levels: of red, of green and of blue.
    """
    level = pictures.reshape(len(pictures), -1, 3) // (256 // levels)
    which = level @ np.array([levels * levels, levels, 1])
    counts = np.stack([np.bincount(row, minlength=levels**3) for row in which])
    return np.sqrt(counts / which.shape[1]).astype(np.float32)


def edges_and_colours(pictures: np.ndarray) -> np.ndarray:
    """Return both for pictures halved in size: edges at 16 pixels of the original, and its colours."""
    n, height, width, _ = pictures.shape
    half = pictures[:, : height // 16 * 16, : width // 16 * 16]
    half = half.reshape(n, height // 16 * 8, 2, width // 16 * 8, 2, 3).mean(axis=(2, 4))
    return np.concatenate([hog(half), colours(pictures)], axis=1)
