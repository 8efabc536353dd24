"""`python -m rung.studio.prepare`: every lesson's page made ahead, for a first visit without a wait."""

import asyncio
import sys

from rung.learn.lesson import lessons

from .rendered import Renderer


def main() -> int:
    """Make the pages that are missing, one line of progress; 0, since the studio makes the rest itself."""
    slugs = sorted(lessons())
    done = 0

    async def tell(slug: str) -> None:
        nonlocal done
        done += 1
        sys.stdout.write(f"\rPreparing the lessons ... {done} of {len(slugs)}")
        sys.stdout.flush()

    asyncio.run(Renderer(tell).all(slugs))
    if done:
        sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
