"""Mechanisms which weigh channels and positions."""

import torch
import torch.nn.functional as F

from .layers import bn, conv, conv_bn_relu, linear, per_channel, pooled


def max_and_mean(x):
    """Over the channels, in this order: B×2×H×W."""
    return torch.cat([x.max(1, keepdim=True)[0], x.mean(1, keepdim=True)], dim=1)


def cbam(x, p, h, extras):
    pools = {"avg": lambda: pooled(x), "max": lambda: x.amax((2, 3))}
    a = torch.sigmoid(sum(linear(F.relu(linear(pools[kind](), p, "ChannelGate.mlp.1")), p, "ChannelGate.mlp.3")
                          for kind in h["pool_types"]))
    out, maps = x * per_channel(a), {"channel": a[0]}
    if not h.get("no_spatial"):
        s = torch.sigmoid(bn(conv(max_and_mean(out), p, "SpatialGate.spatial.conv", padding=3), p, "SpatialGate.spatial.bn"))
        out, maps["spatial"] = out * s, s[0, 0]
    return out, maps


def bam(x, p, h, extras):
    gate = "channel_att.gate_c."
    channel = pooled(x)
    for k in range(h["num_layers"]):
        channel = F.relu(bn(linear(channel, p, f"{gate}gate_c_fc_{k}"), p, f"{gate}gate_c_bn_{k + 1}"))
    channel = linear(channel, p, gate + "gate_c_fc_final")
    gate, d = "spatial_att.gate_s.", h["dilation"]
    spatial = conv_bn_relu(x, p, gate + "gate_s_conv_reduce0", gate + "gate_s_bn_reduce0")
    for k in range(h["dilation_conv_num"]):
        spatial = conv_bn_relu(spatial, p, f"{gate}gate_s_conv_di_{k}", f"{gate}gate_s_bn_di_{k}", padding=d, dilation=d)
    spatial = conv(spatial, p, gate + "gate_s_conv_final")
    joined = per_channel(channel) + spatial if h["combine"] == "add" else per_channel(channel) * spatial
    a = 1 + torch.sigmoid(joined)
    return a * x, {"channel": channel[0], "spatial": spatial[0, 0], "full": a[0]}


def scse(x, p, h, extras):
    a = torch.sigmoid(linear(F.relu(linear(pooled(x), p, "cSE.fc1")), p, "cSE.fc2"))
    s = torch.sigmoid(conv(x, p, "sSE.conv"))
    by_channel, by_position = x * per_channel(a), x * s
    out = torch.max(by_channel, by_position) if h["combine"] == "max" else by_channel + by_position
    return out, {"channel": a[0], "spatial": s[0, 0]}


def simam(x, p, h, extras):
    n = x.shape[2] * x.shape[3] - 1
    d = (x - x.mean((2, 3), keepdim=True)).pow(2)
    v = d.sum((2, 3), keepdim=True) / n
    a = torch.sigmoid(d / (4 * (v + h["e_lambda"])) + 0.5)
    return x * a, {"full": a[0]}


def coord(x, p, h, extras):
    height, width = x.shape[2:]
    joined = torch.cat([x.mean(3, keepdim=True), x.mean(2, keepdim=True).transpose(2, 3)], dim=2)
    y = F.hardswish(bn(conv(joined, p, "conv1"), p, "bn1"))
    rows, columns = y.split([height, width], dim=2)
    a_h = torch.sigmoid(conv(rows, p, "conv_h"))
    a_w = torch.sigmoid(conv(columns.transpose(2, 3), p, "conv_w"))
    return x * a_w * a_h, {"h": a_h[0, :, :, 0], "w": a_w[0, :, 0], "full": lambda: (a_h * a_w)[0]}


def triplet_gate(x, p, branch):
    """The gate of a tensor with what it pools on axis 1."""
    return torch.sigmoid(bn(conv(max_and_mean(x), p, branch + ".conv.conv", padding=3), p, branch + ".conv.bn"))


def triplet(x, p, h, extras):
    over_height, over_width = x.permute(0, 2, 1, 3), x.permute(0, 3, 2, 1)
    cw, hc = triplet_gate(over_height, p, "cw"), triplet_gate(over_width, p, "hc")
    out = (over_height * cw).permute(0, 2, 1, 3) + (over_width * hc).permute(0, 3, 2, 1)
    maps = {"cw": cw[0, 0], "hc": hc[0, 0]}
    if h.get("no_spatial"):
        maps["full"] = lambda: (cw[0, 0][:, None, :] + hc[0, 0].T[:, :, None]) / 2
        return out / 2, maps
    hw = triplet_gate(x, p, "hw")
    maps["spatial"] = hw[0, 0]
    maps["full"] = lambda: (cw[0, 0][:, None, :] + hc[0, 0].T[:, :, None] + hw[0]) / 3
    return (out + x * hw) / 3, maps


def strip_pooling(x, p, h, extras):
    rows = bn(conv(x.mean(3, keepdim=True), p, "conv1", padding=(1, 0)), p, "bn1")
    columns = bn(conv(x.mean(2, keepdim=True), p, "conv2", padding=(0, 1)), p, "bn2")
    a = torch.sigmoid(conv(F.relu(rows + columns), p, "conv3"))
    return x * a, {"full": a[0]}


def lka_map(x, p, prefix):
    channels = x.shape[1]
    y = conv(x, p, prefix + "conv0", padding=2, groups=channels)
    y = conv(y, p, prefix + "conv_spatial", padding=9, dilation=3, groups=channels)
    return conv(y, p, prefix + "conv1")


def lka(x, p, h, extras):
    if not h.get("wrap"):
        a = lka_map(x, p, "")
        return x * a, {"full": a[0]}
    u = F.gelu(conv(x, p, "proj_1"))
    a = lka_map(u, p, "spatial_gating_unit.")
    return conv(u * a, p, "proj_2") + x, {"full": a[0]}


def psa_channel(x, p, sequential):
    query = conv(x, p, "conv_q_right").flatten(2).softmax(dim=2)
    context = (conv(x, p, "conv_v_right").flatten(2) @ query.transpose(1, 2))[..., None]
    if not sequential:
        return torch.sigmoid(conv(context, p, "conv_up"))
    t = conv(context, p, "conv_up.0")
    t = F.layer_norm(t, t.shape[1:], p["conv_up.1.weight"], p["conv_up.1.bias"])
    return torch.sigmoid(conv(F.relu(t), p, "conv_up.3"))


def psa_spatial(x, p, sequential):
    g = conv(x, p, "conv_q_left").mean((2, 3))[:, None]
    theta = conv(x, p, "conv_v_left").flatten(2)
    context = g @ theta.softmax(dim=2) if sequential else (g @ theta).softmax(dim=2)
    return torch.sigmoid(context).unflatten(2, x.shape[2:])


def psa(x, p, h, extras):
    sequential = h["mode"] == "sequential"
    a = psa_channel(x, p, sequential)
    refined = x * a
    s = psa_spatial(refined if sequential else x, p, sequential)
    out = refined * s if sequential else refined + x * s
    return out, {"channel": a.flatten(), "spatial": s[0, 0]}


def sge(x, p, h, extras):
    groups = p["weight"].shape[1]
    grouped = x.view(groups, -1, *x.shape[2:])
    t = (grouped * grouped.mean((2, 3), keepdim=True)).sum(1).flatten(1)
    t = t - t.mean(1, keepdim=True)
    t = t / (t.std(1, keepdim=True) + 1e-5)
    a = torch.sigmoid(t * p["weight"].view(groups, 1) + p["bias"].view(groups, 1)).view(groups, 1, *x.shape[2:])
    return (grouped * a).view_as(x), {"group": a[:, 0]}


def sa(x, p, h, extras):
    half = p["cweight"].shape[1]
    first, second = x.view(-1, 2 * half, *x.shape[2:]).chunk(2, dim=1)
    a = torch.sigmoid(p["cweight"] * first.mean((2, 3), keepdim=True) + p["cbias"])
    normal = F.group_norm(second, half, p["gn.weight"], p["gn.bias"])
    s = torch.sigmoid(p["sweight"] * normal + p["sbias"])
    out = torch.cat([first * a, second * s], dim=1).view(1, 2, -1, *x.shape[2:])
    out = out.transpose(1, 2).reshape(x.shape)
    return out, {"full": lambda: torch.cat([a.expand_as(first), s], dim=1).view(x.shape[1:])}


def residual_block(x, p, name):
    y = conv(F.relu(bn(x, p, name + ".bn1")), p, name + ".conv1")
    y = conv(F.relu(bn(y, p, name + ".bn2")), p, name + ".conv2", padding=1)
    return conv(F.relu(bn(y, p, name + ".bn3")), p, name + ".conv3") + x


def ran(x, p, h, extras):
    x = residual_block(x, p, "first_residual_blocks")
    trunk = residual_block(residual_block(x, p, "trunk_branches.0"), p, "trunk_branches.1")
    m = F.max_pool2d(x, 3, stride=2, padding=1)
    m = residual_block(residual_block(m, p, "softmax1_blocks.0"), p, "softmax1_blocks.1")
    m = F.interpolate(m, size=x.shape[2:], mode="bilinear", align_corners=True) + trunk
    m = conv(F.relu(bn(m, p, "softmax2_blocks.0")), p, "softmax2_blocks.2")
    m = torch.sigmoid(conv(F.relu(bn(m, p, "softmax2_blocks.3")), p, "softmax2_blocks.5"))
    return residual_block((1 + m) * trunk, p, "last_blocks"), {"full": m[0]}


def relation_gate(own, relations, p, kind):
    """own: embedded features, B×E×L×1; relations: B×L×L; gives one gate per place, B×1×L×1."""
    joint = torch.cat([relations.transpose(1, 2), relations], dim=1)[..., None]
    joint = conv_bn_relu(joint, p, f"gg_{kind}.0", f"gg_{kind}.1")
    y = torch.cat([own.mean(1, keepdim=True), joint], dim=1)
    y = conv_bn_relu(y, p, f"W_{kind}.0", f"W_{kind}.1")
    return torch.sigmoid(bn(conv(y, p, f"W_{kind}.3"), p, f"W_{kind}.4"))


def relations_of(places, p, kind):
    """places: B×E×L×1."""
    theta = conv_bn_relu(places, p, f"theta_{kind}.0", f"theta_{kind}.1")[..., 0]
    phi = conv_bn_relu(places, p, f"phi_{kind}.0", f"phi_{kind}.1")[..., 0]
    own = conv_bn_relu(places, p, f"gx_{kind}.0", f"gx_{kind}.1")
    return relation_gate(own, theta.transpose(1, 2) @ phi, p, kind)


def rga(x, p, h, extras):
    s = relations_of(x.flatten(2)[..., None], p, "spatial").view(1, 1, *x.shape[2:])
    refined = x * s
    a = relations_of(refined.flatten(2).transpose(1, 2)[..., None], p, "channel").view(1, -1, 1, 1)
    return refined * a, {"spatial": s[0, 0], "channel": a.flatten()}


FUNCTIONS = {f.__name__: f for f in (cbam, bam, scse, simam, coord, triplet, strip_pooling, lka, psa, sge, sa, ran, rga)}
