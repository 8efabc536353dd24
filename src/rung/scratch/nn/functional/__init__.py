"""Layers and losses as functions of tensors, by the names of torch.nn.functional."""

from rung.scratch.nn.functional.activation import (
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    log_softmax,
    prelu,
    relu,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from rung.scratch.nn.functional.classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    kl_div,
    nll_loss,
)
from rung.scratch.nn.functional.convolution import conv1d, conv2d, conv_transpose2d
from rung.scratch.nn.functional.dropout import dropout
from rung.scratch.nn.functional.linear import bilinear, linear
from rung.scratch.nn.functional.normalization import batch_norm, group_norm, layer_norm, rms_norm
from rung.scratch.nn.functional.pooling import (
    adaptive_avg_pool2d,
    avg_pool2d,
    max_pool2d,
    pixel_shuffle,
    upsample,
)
from rung.scratch.nn.functional.regression import (
    cosine_embedding_loss,
    cosine_similarity,
    ctc_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    pairwise_distance,
    smooth_l1_loss,
    triplet_margin_loss,
)
from rung.scratch.nn.functional.sequence import embedding, scaled_dot_product_attention
