"""Ways to make a trained network of PyTorch smaller, one a file, and what each costs and brings."""
