"""The pieces of a figure: marks, panels, controls, state; imported by rung.learn.figure."""
