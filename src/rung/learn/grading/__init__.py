"""Grading: the learner's file in a process of its own, the checks in another, and the verdict."""

from rung.learn.grading.client import GradingError
from rung.learn.grading.client import start as start_server
from rung.learn.grading.client import stop as stop_server
from rung.learn.grading.grade import grade
from rung.learn.grading.verdict import CheckResult, Limits, Verdict

__all__ = ["CheckResult", "GradingError", "Limits", "Verdict", "grade", "start_server", "stop_server"]
