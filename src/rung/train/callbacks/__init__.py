"""The things done beside a training, one a file: `rung train PROJECT --explain` shows where each acts."""

from .clipping import ClipGradients
from .early_stopping import EarlyStopping
from .ema import Ema
from .mixed_precision import MixedPrecision
from .randomness import Randomness
from .rate_finder import RateFinder
from .schedule import Schedule
from .validation import Validation
