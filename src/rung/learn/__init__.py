"""Lessons: loading, stubs, grading, evidence, review and the map."""
