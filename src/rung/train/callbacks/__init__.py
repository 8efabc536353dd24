"""The things done beside a training, one a file: `rung train PROJECT --explain` shows where each acts."""

from .average_gradients import AverageGradients
from .clipping import ClipGradients
from .early_stopping import EarlyStopping
from .ema import Ema
from .mixed_precision import MixedPrecision
from .randomness import Randomness
from .rate_finder import RateFinder
from .schedule import Schedule
from .stop_together import StopTogether
from .validation import Validation
from .watching import Watching
