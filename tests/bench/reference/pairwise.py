"""Mechanisms in which positions attend to positions."""

import functools

import torch
import torch.nn.functional as F

from .layers import bn, conv, conv_bn_relu, linear, merge_heads, multi_head, split_heads, tokens


def nonlocal_block(x, p, h, queries, keys, values):
    """Non-local block on B×C×cells: the attended values go through W and are added to x."""
    f = queries.transpose(1, 2) @ keys
    a = f / f.shape[-1] if h.get("dot") else f.softmax(dim=-1)
    y = (a @ values.transpose(1, 2)).transpose(1, 2).unflatten(2, x.shape[2:])
    function = F.conv2d if x.dim() == 4 else F.conv3d
    if "W.0.weight" in p:
        z = bn(function(y, p["W.0.weight"], p["W.0.bias"]), p, "W.1")
    else:
        z = function(y, p["W.weight"], p["W.bias"])
    return z + x, a


def reduced(x, p, name, pool):
    """A 1×1 convolution and, with sub-sampling, its 2×2 maxima."""
    return F.max_pool2d(conv(x, p, name + ".0"), 2) if pool else conv(x, p, name)


def nonlocal_embedded(x, p, h, extras):
    pool = h["sub_sample"]
    theta, phi, g = conv(x, p, "theta"), reduced(x, p, "phi", pool), reduced(x, p, "g", pool)
    out, a = nonlocal_block(x, p, h, theta.flatten(2), phi.flatten(2), g.flatten(2))
    return out, {"matrix": a}


def nonlocal_dot(x, p, h, extras):
    return nonlocal_embedded(x, p, {**h, "dot": True}, extras)


def nonlocal_gaussian(x, p, h, extras):
    pool = h["sub_sample"]
    phi = F.max_pool2d(x, 2) if pool else x
    out, a = nonlocal_block(x, p, h, x.flatten(2), phi.flatten(2), reduced(x, p, "g", pool).flatten(2))
    return out, {"matrix": a}


def position_attention(x, p, prefix):
    """SAGAN's block, DANet's too."""
    q = conv(x, p, prefix + "query_conv").flatten(2).transpose(1, 2)
    k = conv(x, p, prefix + "key_conv").flatten(2)
    v = conv(x, p, prefix + "value_conv").flatten(2)
    a = torch.bmm(q, k).softmax(dim=-1)
    o = torch.bmm(v, a.transpose(1, 2)).view_as(x)
    return p[prefix + "gamma"] * o + x, a


def sagan(x, p, h, extras):
    out, a = position_attention(x, p, "")
    return out, {"matrix": a}


def danet(x, p, h, extras):
    position, a = position_attention(x, p, "sa.")
    cells = x.flatten(2)
    energy = torch.bmm(cells, cells.transpose(1, 2))
    channels = (energy.max(dim=-1, keepdim=True)[0] - energy).softmax(dim=-1)
    channel = p["sc.gamma"] * torch.bmm(channels, cells).view_as(x) + x
    return position + channel, {"matrix": a, "channel_matrix": channels}


def mhsa(x, p, h, extras):
    y, a = multi_head(tokens(x), p, "", h["heads"])
    return y.transpose(1, 2).view_as(x), {"matrix": a[0]}


def criss_cross(x, p):
    """One pass: columns as B·W sequences of H, rows as B·H sequences of W."""
    height = x.shape[2]
    q, k, v = (conv(x, p, name + "_conv") for name in ("query", "key", "value"))
    column = torch.einsum("bcij,bckj->bijk", q, k)
    column = column.masked_fill(torch.eye(height, dtype=torch.bool)[None, :, None, :], -float("inf"))
    row = torch.einsum("bcij,bcil->bijl", q, k)
    a = torch.cat([column, row], dim=-1).softmax(dim=-1)
    o = torch.einsum("bijk,bckj->bcij", a[..., :height], v) + torch.einsum("bijl,bcil->bcij", a[..., height:], v)
    return p["gamma"] * o + x, a


def ccnet(x, p, h, extras):
    weights = []
    for _ in range(h["recurrence"]):
        x, a = criss_cross(x, p)
        weights.append(a)
    return x, {"criss": lambda: torch.cat(weights)}


def axis_attention(sequences, p, prefix, heads):
    """Multi-head attention on B×L×C without bias in the projections of queries, keys and values."""
    q = linear(sequences, p, prefix + "to_q")
    k, v = linear(sequences, p, prefix + "to_kv").chunk(2, dim=-1)
    q, k, v = (split_heads(part, heads) for part in (q, k, v))
    a = ((q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5).softmax(dim=-1)
    return linear(merge_heads(a @ v), p, prefix + "to_out"), a


def axial(x, p, h, extras):
    columns, a_h = axis_attention(x[0].permute(2, 1, 0), p, "axial_attentions.0.fn.", h["heads"])
    columns = columns.permute(2, 1, 0)[None]
    parallel = h.get("sum_axial_out", True)
    rows, a_w = axis_attention((x if parallel else columns)[0].permute(1, 2, 0), p, "axial_attentions.1.fn.", h["heads"])
    rows = rows.permute(2, 0, 1)[None]
    return columns + rows if parallel else rows, {"axial_h": a_h, "axial_w": a_w}


@functools.lru_cache(maxsize=8)
def relative_index(window):
    """Swin's table row of each pair of a window's tokens."""
    side = torch.arange(window)
    y, x = (axis.flatten() for axis in torch.meshgrid(side, side, indexing="ij"))
    return (y[:, None] - y + window - 1) * (2 * window - 1) + x[:, None] - x + window - 1


@functools.lru_cache(maxsize=8)
def shift_mask(height, width, window, shifts):
    """−100 where two tokens of a window come from different regions of the rolled map."""
    def regions(length, shift):
        k = torch.arange(length)
        return (k >= length - window).long() + (k >= length - shift).long() if shift else torch.zeros_like(k)

    region = (regions(height, shifts[0])[:, None] * 3 + regions(width, shifts[1])).view(1, height, width, 1)
    region = windows_of(region, window).squeeze(-1)
    return (region[:, None, :] != region[:, :, None]).float() * -100.0


def windows_of(x, window):
    """B×H×W×C as windows×tokens×C."""
    b, height, width, channels = x.shape
    x = x.view(b, height // window, window, width // window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def window_msa(x, p, h, extras):
    window = h["window"]
    heads = p["relative_position_bias_table"].shape[1]
    height, width = x.shape[2:]
    y = F.pad(x, (0, -width % window, 0, -height % window)).permute(0, 2, 3, 1)
    padded = y.shape
    # As in torchvision, nothing is rolled along an axis which one window covers.
    shifts = tuple(0 if length <= window else h.get("shift", 0) for length in padded[1:3])
    if any(shifts):
        y = torch.roll(y, (-shifts[0], -shifts[1]), dims=(1, 2))
    y = windows_of(y, window)
    q, k, v = (split_heads(part, heads) for part in linear(y, p, "qkv").chunk(3, dim=-1))
    bias = p["relative_position_bias_table"][relative_index(window)].permute(2, 0, 1)
    logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1) + bias
    if any(shifts):
        logits = logits + shift_mask(padded[1], padded[2], window, shifts)[:, None].to(y.dtype)
    a = logits.softmax(dim=-1)
    y = linear(merge_heads(a @ v), p, "proj")
    y = y.view(1, padded[1] // window, padded[2] // window, window, window, -1).permute(0, 1, 3, 2, 4, 5).reshape(padded)
    if any(shifts):
        y = torch.roll(y, shifts, dims=(1, 2))
    return y[:, :height, :width].permute(0, 3, 1, 2).contiguous(), {"matrix": a}


def isa_block(x, p, name):
    """Self-attention within each of B sub-maps."""
    def embedded(branch):
        y = conv_bn_relu(x, p, f"{name}.{branch}.0", f"{name}.{branch}.1.0")
        return conv_bn_relu(y, p, f"{name}.{branch}.2", f"{name}.{branch}.3.0").flatten(2)

    q, k = embedded("f_query"), embedded("f_key")
    v = conv(x, p, name + ".f_value").flatten(2)
    a = ((q.transpose(1, 2) @ k) * k.shape[1] ** -0.5).softmax(dim=-1)
    y = (v @ a.transpose(1, 2)).unflatten(2, x.shape[2:])
    return conv_bn_relu(y, p, name + ".W.0", name + ".W.1.0"), a


def isa(x, p, h, extras):
    down_h, down_w = h["down"]
    channels, height, width = x.shape[1:]
    pad_h, pad_w = -height % down_h, -width % down_w
    y = F.pad(x, (pad_w // 2, pad_w - pad_w // 2, pad_h // 2, pad_h - pad_h // 2))
    out_h, out_w = y.shape[2] // down_h, y.shape[3] // down_w
    y = y.view(channels, out_h, down_h, out_w, down_w).permute(2, 4, 0, 1, 3).reshape(-1, channels, out_h, out_w)
    y, long_range = isa_block(y, p, "long_range_sa")
    y = y.view(down_h, down_w, channels, out_h, out_w).permute(3, 4, 2, 0, 1).reshape(-1, channels, down_h, down_w)
    y, short_range = isa_block(y, p, "short_range_sa")
    y = y.view(out_h, out_w, channels, down_h, down_w).permute(2, 0, 3, 1, 4)
    y = y.reshape(1, channels, out_h * down_h, out_w * down_w)
    top, left = pad_h // 2, pad_w // 2
    return y[:, :, top:top + height, left:left + width], {"long": long_range, "short": short_range}


@functools.lru_cache(maxsize=4)
def mask_index(height, width, mask_h, mask_w):
    """For neighbour p and position q the cell of q's mask which lies on p, and whether there is one."""
    i, j = (axis.flatten() for axis in torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij"))
    a = i[:, None] - i + (mask_h - 1) // 2
    b = j[:, None] - j + (mask_w - 1) // 2
    inside = (a >= 0) & (a < mask_h) & (b >= 0) & (b < mask_w)
    return torch.where(inside, a * mask_w + b, torch.zeros_like(a)), inside


def psanet_branch(x, p, h, suffix, collect):
    y = conv_bn_relu(x, p, f"reduce{suffix}.0", f"reduce{suffix}.1")
    shrink = h["shrink"]
    if shrink != 1:
        size = [(length - 1) // shrink + 1 for length in x.shape[2:]]
        y = F.interpolate(y, size=size, mode="bilinear", align_corners=True)
    height, width = y.shape[2:]
    mask = conv(conv_bn_relu(y, p, f"attention{suffix}.0", f"attention{suffix}.1"), p, f"attention{suffix}.3")
    index, inside = mask_index(height, width, h.get("mask_h") or 2 * height - 1, h.get("mask_w") or 2 * width - 1)
    k = mask.flatten(2).gather(1, index[None]) * inside
    if not collect:
        k = k.transpose(1, 2)
    if h.get("softmax", True):
        k = k.softmax(dim=1)
    return torch.bmm(y.flatten(2), k).view_as(y) / h.get("norm", 1.0), k


def psanet(x, p, h, extras):
    kind = h["psa_type"]
    gathered, maps = [], {}
    for suffix, collect in {0: [("", True)], 1: [("", False)], 2: [("", True), ("_p", False)]}[kind]:
        y, k = psanet_branch(x, p, h, suffix, collect)
        gathered.append(y)
        maps["collect" if collect else "distribute"] = k
    y = conv_bn_relu(torch.cat(gathered, dim=1), p, "proj.0", "proj.1")
    if h["shrink"] != 1:
        y = F.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=True)
    return torch.cat([x, y], dim=1), maps


FUNCTIONS = {f.__name__: f for f in (nonlocal_embedded, nonlocal_dot, nonlocal_gaussian, sagan, danet, mhsa, ccnet, axial,
                                     window_msa, isa, psanet)}
