"""Mechanisms which weigh branches, kernels or layers."""

import torch
import torch.nn.functional as F

from .layers import bn, conv, conv_bn_relu, linear, pooled


def sk(x, p, h, extras):
    branches = []
    for k, size in enumerate(h["kernels"]):
        dilation = (size - 1) // 2
        groups = x.shape[1] // p[f"paths.{k}.conv.weight"].shape[1]
        branches.append(conv_bn_relu(x, p, f"paths.{k}.conv", f"paths.{k}.bn", padding=dilation, dilation=dilation,
                                     groups=groups))
    u = torch.stack(branches, dim=1)
    s = u.sum(1).mean((2, 3), keepdim=True)
    z = conv_bn_relu(s, p, "attn.fc_reduce", "attn.bn")
    a = conv(z, p, "attn.fc_select").view(1, len(branches), -1, 1, 1).softmax(dim=1)
    return (u * a).sum(1), {"branch": a[0, :, :, 0, 0]}


def split_attention(x, p, h, extras):
    radix = h["radix"]
    groups = x.shape[1] // p["conv.weight"].shape[1]
    cardinality = groups // radix
    u = conv_bn_relu(x, p, "conv", "bn0", padding=1, groups=groups)
    splits = u.view(1, radix, -1, *u.shape[2:])
    gap = splits.sum(1).mean((2, 3), keepdim=True)
    z = conv_bn_relu(gap, p, "fc1", "bn1", groups=cardinality)
    logits = conv(z, p, "fc2", groups=cardinality)
    if radix > 1:
        a = logits.view(1, cardinality, radix, -1).transpose(1, 2).softmax(dim=1).reshape(1, radix, -1, 1, 1)
    else:
        a = torch.sigmoid(logits).view(1, 1, -1, 1, 1)
    return (splits * a).sum(1), {"branch": a[0, :, :, 0, 0]}


def condconv(x, p, h, extras):
    r = torch.sigmoid(linear(pooled(x), p, "routing_fn"))
    k, groups = h["k"], h.get("groups", 1)
    kernel = (r @ p["conv.weight"]).view(-1, x.shape[1] // groups, k, k)
    bias = (r @ p["conv.bias"])[0] if "conv.bias" in p else None
    return F.conv2d(x, kernel, bias, padding=k // 2, groups=groups), {"branch": r[0]}


def dynamic_conv(x, p, h, extras):
    z = x.mean((2, 3), keepdim=True)
    logits = conv(F.relu(conv(z, p, "attention.fc1")), p, "attention.fc2").flatten(1)
    a = (logits / h["T"]).softmax(dim=1)
    w = p["weight"]
    kernel = (a @ w.flatten(1)).view(w.shape[1:])
    bias = (a @ p["bias"])[0] if "bias" in p else None
    groups = x.shape[1] // w.shape[2]
    return F.conv2d(x, kernel, bias, padding=w.shape[3] // 2, groups=groups), {"branch": a[0]}


def highway(x, p, h, extras):
    gates = []
    for k in range(h["layers"]):
        padding = p[f"gate.{k}.weight"].shape[2] // 2
        transformed = F.relu(conv(x, p, f"transform.{k}", padding=padding))
        gate = torch.sigmoid(conv(x, p, f"gate.{k}", padding=padding))
        x = gate * transformed + (1 - gate) * x
        gates.append(gate)
    return x, {"gate": lambda: torch.cat(gates)}


FUNCTIONS = {f.__name__: f for f in (sk, split_attention, condconv, dynamic_conv, highway)}
