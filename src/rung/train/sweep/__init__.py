"""A sweep: many short trainings that search for good settings, judged on the validation part alone."""
