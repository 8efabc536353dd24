"""Pretrained weights and vocabularies by name: where each lies, its card, its checksum, what to install."""

from rung.data.pretrained.files import card as card
from rung.data.pretrained.files import here as here
from rung.data.pretrained.files import names as names
from rung.data.pretrained.files import path as path
from rung.data.pretrained.reading import glove as glove
from rung.data.pretrained.reading import gpt2_tokenizer as gpt2_tokenizer
