"""Project cat-dog: tell cats from dogs, from nothing and on what ImageNet has taught."""
