"""Project sentiment: tell whether a review is for or against."""
