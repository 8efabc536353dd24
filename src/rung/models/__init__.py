"""The models of papers in PyTorch: one paper, one file."""
