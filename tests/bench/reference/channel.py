"""Mechanisms which weigh channels."""

import torch
import torch.nn.functional as F

from .layers import bn, conv, linear, per_channel, pooled


def se(x, p, h, extras):
    a = torch.sigmoid(linear(F.relu(linear(pooled(x), p, "fc.0")), p, "fc.2"))
    return x * per_channel(a), {"channel": a[0]}


def eca(x, p, h, extras):
    w = p["conv.weight"]
    a = torch.sigmoid(F.conv1d(pooled(x)[:, None], w, padding=(w.shape[2] - 1) // 2))[:, 0]
    return x * per_channel(a), {"channel": a[0]}


def srm(x, p, h, extras):
    cells = x.flatten(2)
    style = torch.stack([cells.mean(2), torch.sqrt(cells.var(2) + 1e-5)], dim=2)
    z = (style * p["cfc"]).sum(2)
    g = torch.sigmoid(bn(per_channel(z), p, "bn"))
    return x * g, {"channel": g.flatten()}


def gct(x, p, h, extras):
    epsilon = h.get("epsilon") or 1e-5
    if h.get("mode", "l2") == "l2":
        e = (x.pow(2).sum((2, 3), keepdim=True) + epsilon).sqrt() * p["alpha"]
        n = p["gamma"] / (e.pow(2).mean(1, keepdim=True) + epsilon).sqrt()
    else:
        e = (x if h.get("after_relu") else x.abs()).sum((2, 3), keepdim=True) * p["alpha"]
        n = p["gamma"] / (e.abs().mean(1, keepdim=True) + epsilon)
    gate = 1 + torch.tanh(e * n + p["beta"])
    return x * gate, {"channel": gate.flatten()}


def fca(x, p, h, extras):
    d = p["dct_layer.weight"]
    small = x if x.shape[2:] == d.shape[1:] else F.adaptive_avg_pool2d(x, d.shape[1:])
    a = torch.sigmoid(linear(F.relu(linear((small * d).sum((2, 3)), p, "fc.0")), p, "fc.2"))
    return x * per_channel(a), {"channel": a[0]}


def covariance(x):
    """B×C×N → B×C×C, divided by N."""
    centred = x - x.mean(2, keepdim=True)
    return centred @ centred.transpose(1, 2) / x.shape[2]


def gsop(x, p, h, extras):
    t = F.relu(bn(conv(F.relu(x), p, "conv_for_DR", stride=h["stride"]), p, "bn_for_DR"))
    s = bn(covariance(t.flatten(2))[..., None], p, "row_bn")
    rows = conv(s, p, "row_conv_group", groups=s.shape[1])
    a = torch.sigmoid(conv(rows, p, "fc_adapt_channels"))
    return x * a, {"channel": a.flatten()}


def newton_schulz_root(s, iterations):
    """The square root of B×C×C."""
    three = 3.0 * torch.eye(s.shape[1], dtype=s.dtype)
    trace = s.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
    a = s / trace
    z = 0.5 * (three - a)
    y = a @ z
    for _ in range(iterations - 2):
        zy = 0.5 * (three - z @ y)
        y, z = y @ zy, zy @ z
    return trace.sqrt() * (y @ (0.5 * (three - z @ y)))


def soca(x, p, h, extras):
    v = newton_schulz_root(covariance(x.flatten(2)), h["iters"]).mean(1)
    a = torch.sigmoid(conv(F.relu(conv(per_channel(v), p, "conv_du.0")), p, "conv_du.2"))
    return x * a, {"channel": a.flatten()}


def encnet(x, p, h, extras):
    f = F.relu(bn(conv(x, p, "encoding.0"), p, "encoding.1")).flatten(2).transpose(1, 2)
    codes = p["encoding.3.codewords"]
    distance = torch.cdist(f, codes[None], compute_mode="donot_use_mm_for_euclid_dist")
    a = (p["encoding.3.scale"] * distance.pow(2)).softmax(dim=2)
    e = a.transpose(1, 2) @ f - a.sum(1)[..., None] * codes
    en = F.relu(bn(e, p, "encoding.4")).mean(1)
    gamma = torch.sigmoid(linear(en, p, "fc.0"))
    out = F.relu(x + x * per_channel(gamma))
    return out, {"channel": gamma[0], "assign": a[0].T.unflatten(1, x.shape[2:])}


def dia(x, p, h, extras):
    def gates(state, side):
        hidden = F.relu(linear(state, p, f"lstm.{side}.0.seq.0"))
        return linear(hidden, p, f"lstm.{side}.0.seq.2")

    z = pooled(x)
    zero = torch.zeros_like(z[0])
    hidden, cell = extras.get("hidden", zero)[None], extras.get("cell", zero)[None]
    i, f, g, o = (gates(z, "w_ih") + gates(hidden, "w_hh")).chunk(4, dim=1)
    cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
    hidden = torch.sigmoid(o) * torch.sigmoid(cell)
    return x * per_channel(hidden), {"channel": hidden[0]}


FUNCTIONS = {f.__name__: f for f in (se, eca, srm, gct, fca, gsop, soca, encnet, dia)}
