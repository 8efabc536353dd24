"""What a project's answers are, and so how they are scored, compared and looked into."""

from .classes import Classes
from .language import Language
from .number import Number
from .task import Task
