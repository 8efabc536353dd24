"""Every operation of the engine, as Function classes on plain arrays; one idea a file."""

from rung.scratch.ops.activation import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from rung.scratch.ops.activation_fast import FastReLU
from rung.scratch.ops.attention import Attention
from rung.scratch.ops.attention_fast import FastAttention, PackedAttention
from rung.scratch.ops.conv import Conv2d, ConvTranspose2d
from rung.scratch.ops.conv_fast import FastConv2d
from rung.scratch.ops.ctc import CTC
from rung.scratch.ops.distance import BCE, KLDiv
from rung.scratch.ops.dropout import Dropout
from rung.scratch.ops.einsum import Einsum
from rung.scratch.ops.elementwise import (
    Abs,
    Add,
    Cast,
    Clip,
    Clone,
    Cos,
    Div,
    Exp,
    Log,
    Log1p,
    Maximum,
    Minimum,
    Mul,
    Neg,
    Pow,
    Sin,
    Sqrt,
    Square,
    Sub,
    Where,
)
from rung.scratch.ops.embedding import Embedding
from rung.scratch.ops.index import Gather, GetItem, Scatter, ScatterAdd
from rung.scratch.ops.linear import Linear
from rung.scratch.ops.linear_fast import FastLinear
from rung.scratch.ops.loss import L1, MSE, NLL, BCEWithLogits, CrossEntropy, Hinge, Huber
from rung.scratch.ops.loss_fast import FastCrossEntropy
from rung.scratch.ops.matmul import MatMul
from rung.scratch.ops.norm import BatchNorm, LayerNorm, RMSNorm
from rung.scratch.ops.norm_fast import FastBatchNorm, FastLayerNorm
from rung.scratch.ops.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from rung.scratch.ops.pool_fast import FastMaxPool2d
from rung.scratch.ops.recurrent import GRU, LSTM, RNN
from rung.scratch.ops.recurrent_fast import FastGRU, FastLSTM
from rung.scratch.ops.reduce import Amax, Amin, CumSum, LogSumExp, Mean, Norm, Prod, Sum, Var
from rung.scratch.ops.shape import Cat, Expand, Flip, Pad, Permute, Reshape, Roll, Stack, Triangle
from rung.scratch.ops.smooth import ELU, GELU, SELU, GELUTanh, Hardtanh, PReLU, SiLU, Softplus
from rung.scratch.ops.smooth_fast import FastGELU, FastGELUTanh
