"""Mechanisms in which positions attend to a few codes instead of each other."""

import torch
import torch.nn.functional as F

from .layers import bn, conv


def emanet(x, p, h, extras):
    f = conv(x, p, "conv1").flatten(2)
    mu = p["mu"]
    for _ in range(h["stages"]):
        z = (f.transpose(1, 2) @ mu).softmax(dim=2)
        mu = f @ (z / (1e-6 + z.sum(1, keepdim=True)))
        mu = mu / (1e-6 + mu.norm(dim=1, keepdim=True))
    r = F.relu(mu @ z.transpose(1, 2)).view_as(x)
    return F.relu(bn(conv(r, p, "conv2.0"), p, "conv2.1") + x), {"matrix": z}


def a2(x, p, h, extras):
    a = conv(x, p, "convA").flatten(2)
    gather = conv(x, p, "convB").flatten(2).softmax(dim=2)
    distribute = conv(x, p, "convV").flatten(2).softmax(dim=1)
    z = (a @ gather.transpose(1, 2) @ distribute).unflatten(2, x.shape[2:])
    out = conv(z, p, "conv_reconstruct") if "conv_reconstruct.weight" in p else z
    grid = gather.shape[1:2] + x.shape[2:]
    return out, {"gather": gather.view(grid), "distribute": distribute.view(grid)}


def external(x, p, h, extras):
    f = conv(x, p, "conv1").flatten(2)
    a = F.conv1d(f, p["linear_0.weight"]).softmax(dim=2)
    a = a / (1e-9 + a.sum(1, keepdim=True))
    y = F.conv1d(a, p["linear_1.weight"]).view_as(x)
    return F.relu(bn(conv(y, p, "conv2.0"), p, "conv2.1") + x), {"matrix": a}


def hamburger(x, p, h, extras):
    def updated(factor, numerator, denominator):
        return factor * numerator / (denominator + 1e-6)

    bases = p["ham.bases"]
    f = F.relu(conv(x, p, "lower_bread.0")).view(bases.shape[0], bases.shape[1], -1)
    coef = (f.transpose(1, 2) @ bases).softmax(dim=2)
    for _ in range(h["steps"]):
        coef = updated(coef, f.transpose(1, 2) @ bases, coef @ (bases.transpose(1, 2) @ bases))
        bases = updated(bases, f @ coef, bases @ (coef.transpose(1, 2) @ coef))
    coef = updated(coef, f.transpose(1, 2) @ bases, coef @ (bases.transpose(1, 2) @ bases))
    y = (bases @ coef.transpose(1, 2)).reshape(1, -1, *x.shape[2:])
    return F.relu(bn(conv(y, p, "upper_bread.0"), p, "upper_bread.1") + x), {"matrix": coef}


FUNCTIONS = {f.__name__: f for f in (emanet, a2, external, hamburger)}
