"""Layers by the names of their parameters."""

import torch.nn.functional as F


def conv(x, p, name, **options):
    return F.conv2d(x, p[name + ".weight"], p.get(name + ".bias"), **options)


def linear(x, p, name):
    return F.linear(x, p[name + ".weight"], p.get(name + ".bias"))


def bn(x, p, name):
    return F.batch_norm(x, p[name + ".running_mean"], p[name + ".running_var"], p[name + ".weight"], p[name + ".bias"])


def conv_bn_relu(x, p, first, second, **options):
    return F.relu(bn(conv(x, p, first, **options), p, second))


def pooled(x):
    """Means over height and width, B×C."""
    return x.mean((2, 3))


def per_channel(a):
    """B×C as factors of B×C×H×W."""
    return a[:, :, None, None]


def tokens(x):
    """B×C×H×W as B×N×C."""
    return x.flatten(2).transpose(1, 2)


def split_heads(x, heads):
    """B×N×C as B×heads×N×d."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)


def multi_head(x, p, prefix, heads):
    """Self-attention of a vision transformer on B×N×C: the result and the B×heads×N×N weights."""
    q, k, v = (split_heads(part, heads) for part in linear(x, p, prefix + "qkv").chunk(3, dim=-1))
    a = ((q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5).softmax(dim=-1)
    return linear(merge_heads(a @ v), p, prefix + "proj"), a
