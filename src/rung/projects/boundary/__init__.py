"""Project boundary: what shapes can a small network draw between classes?"""
