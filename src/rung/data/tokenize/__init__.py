"""Tokenizers: a text as whole numbers and back; by words, by characters, by bytes that were put together."""

from rung.data.tokenize.bytepair import BytePair as BytePair
from rung.data.tokenize.characters import Characters as Characters
from rung.data.tokenize.interface import Tokenizer as Tokenizer
from rung.data.tokenize.stored import load as load
from rung.data.tokenize.words import Words as Words
