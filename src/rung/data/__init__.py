"""Data sets by name, each with its card: what it is, where from, its licence, and what is wrong with it."""

from rung.data.dataset import Card as Card
from rung.data.dataset import Dataset as Dataset
from rung.data.errors import CorruptDataError as CorruptDataError
from rung.data.errors import MissingDataError as MissingDataError
from rung.data.registry import card as card
from rung.data.registry import files as files
from rung.data.registry import load as load
from rung.data.registry import names as names
from rung.data.registry import state as state
