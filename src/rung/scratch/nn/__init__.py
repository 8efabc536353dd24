"""Layers, losses and containers, by the names of torch.nn."""

from rung.scratch.nn import functional, init
from rung.scratch.nn.activation import (
    ELU,
    GELU,
    SELU,
    Hardtanh,
    LeakyReLU,
    LogSoftmax,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from rung.scratch.nn.attention import MultiheadAttention
from rung.scratch.nn.container import Flatten, Identity, ModuleList, Sequential
from rung.scratch.nn.conv import Conv1d, Conv2d, ConvTranspose2d
from rung.scratch.nn.dropout import Dropout
from rung.scratch.nn.embedding import Embedding, EmbeddingBag
from rung.scratch.nn.linear import Bilinear, Linear
from rung.scratch.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CosineEmbeddingLoss,
    CrossEntropyLoss,
    CTCLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
    TripletMarginLoss,
)
from rung.scratch.nn.module import Module, Parameter, StateError
from rung.scratch.nn.norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, RMSNorm
from rung.scratch.nn.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, PixelShuffle, Upsample
from rung.scratch.nn.position import LearnedPositions, RotaryPositions, SinusoidalPositions
from rung.scratch.nn.recurrent import GRU, LSTM, RNN
from rung.scratch.nn.summary import summary
from rung.scratch.nn.transformer import TransformerDecoderLayer, TransformerEncoderLayer
