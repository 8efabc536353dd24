"""One training on many processes: who is which, what they tell each other, how they are started and ended."""

from .join import join, leave, started_among
from .together import ALONE, ProcessError, Together
