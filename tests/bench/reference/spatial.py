"""Mechanisms which weigh positions by pooling, convolutions, gates and transforms."""

import torch
import torch.nn.functional as F

from .layers import bn, conv, linear


def gc_transform(context, p, name):
    t = conv(context, p, name + ".0")
    t = F.layer_norm(t, t.shape[1:], p[name + ".1.weight"], p[name + ".1.bias"])
    return conv(F.relu(t), p, name + ".3")


def gc(x, p, h, extras):
    maps = {}
    if h.get("pooling", "att") == "att":
        mask = conv(x, p, "conv_mask").flatten(2).softmax(dim=2)
        context = (x.flatten(2) @ mask.transpose(1, 2))[..., None]
        maps["spatial"] = mask.view(x.shape[2:])
    else:
        context = x.mean((2, 3), keepdim=True)
    out = x
    if "channel_mul_conv.0.weight" in p:
        gate = torch.sigmoid(gc_transform(context, p, "channel_mul_conv"))
        maps["channel_mul"] = gate.flatten()
        out = out * gate
    if "channel_add_conv.0.weight" in p:
        term = gc_transform(context, p, "channel_add_conv")
        maps["channel_add"] = term.flatten()
        out = out + term
    return out, maps


def attention_gate(x, p, h, extras):
    sub = p["theta.weight"].shape[2]
    theta = conv(x, p, "theta", stride=sub)
    phi = conv(extras["gate"][None], p, "phi")
    phi = F.interpolate(phi, size=theta.shape[2:], mode="bilinear", align_corners=False)
    a = torch.sigmoid(conv(F.relu(theta + phi), p, "psi"))
    a = F.interpolate(a, size=x.shape[2:], mode="bilinear", align_corners=False)
    return bn(conv(a * x, p, "W.0"), p, "W.1"), {"spatial": a[0, 0]}


def genet_gather(x, p, h):
    extent = h.get("extent", 0)
    if not h.get("extra_params"):
        if extent == 0:
            return x.mean((2, 3), keepdim=True)
        return F.avg_pool2d(x, 2 * extent - 1, extent, extent - 1, count_include_pad=False)
    if extent == 0:
        return bn(conv(x, p, "downop.dwconv", groups=x.shape[1]), p, "downop.bn")
    blocks = extent.bit_length() - 1
    for k in range(blocks):
        name = "downop" if blocks == 1 else f"downop.{k}"
        x = bn(conv(x, p, name + ".dwconv", stride=2, padding=1, groups=x.shape[1]), p, name + ".bn")
        if k + 1 < blocks:
            x = F.relu(x)
    return x


def genet(x, p, h, extras):
    z = genet_gather(x, p, h)
    if h.get("mlp"):
        z = conv(F.relu(conv(z, p, "mlp.0")), p, "mlp.2")
    a = torch.sigmoid(F.interpolate(z, size=x.shape[2:], mode="nearest"))
    return x * a, {"full": a[0]}


def stn(x, p, h, extras):
    y = F.relu(F.max_pool2d(conv(x, p, "localization.0", padding=2), 2))
    y = F.relu(F.max_pool2d(conv(y, p, "localization.3", padding=1), 2))
    y = F.adaptive_avg_pool2d(y, h["pool"]).flatten(1)
    theta = linear(F.relu(linear(y, p, "fc_loc.0")), p, "fc_loc.2").view(-1, 2, 3)
    aligned = h.get("align_corners", False)
    grid = F.affine_grid(theta, x.shape, align_corners=aligned)
    out = F.grid_sample(x, grid, padding_mode=h.get("padding_mode", "zeros"), align_corners=aligned)

    def box():
        corners = theta.new_tensor([[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]])
        return corners @ theta[0].T

    return out, {"theta": theta[0], "grid": grid[0], "box": box}


FUNCTIONS = {f.__name__: f for f in (gc, attention_gate, genet, stn)}
