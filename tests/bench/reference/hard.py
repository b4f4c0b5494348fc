"""Mechanisms which look at a part of the picture."""

import torch
import torch.nn.functional as F

from .layers import conv, linear


def ram_glimpse(x, p, h, extras):
    g, scales, factor = h["g"], h["k"], h["s"]
    height, width = x.shape[2:]
    centre = 0.5 * ((extras["location"].float() + 1) * torch.tensor([width, height]))
    cx, cy = centre.int().tolist()
    largest = g * factor ** (scales - 1)
    padded = F.pad(x, (largest,) * 4)
    patches, boxes = [], []
    for scale in range(scales):
        size = g * factor ** scale
        x0, y0 = cx - size // 2, cy - size // 2
        patch = padded[:, :, y0 + largest:y0 + largest + size, x0 + largest:x0 + largest + size]
        patches.append(F.avg_pool2d(patch, size // g) if scale else patch)
        boxes.append([x0, y0, x0 + size, y0 + size])

    def coverage():
        count = x.new_zeros(height, width)
        for x0, y0, x1, y1 in boxes:
            count[max(0, y0):max(0, y1), max(0, x0):max(0, x1)] += 1
        return count

    return torch.cat(patches, dim=1), {"box": lambda: x.new_tensor(boxes), "spatial": coverage}


def hard_topk(x, p, h, extras):
    kind = h.get("saliency", "mean_abs")
    if kind == "l2":
        saliency = x.pow(2).sum(1).sqrt()
    else:
        saliency = (x.abs() if kind == "mean_abs" else x).mean(1)
    flat = saliency.flatten()
    k = max(1, int(h["ratio"] * flat.numel() + 1e-9))
    kept = torch.sort(flat, descending=True, stable=True)[1][:k]
    mask = torch.zeros_like(flat).scatter_(0, kept, 1.0).view_as(saliency)
    return x * mask, {"spatial": mask[0], "saliency": saliency[0]}


def st_gumbel(x, p, h, extras):
    rows, columns = h["gh"], h["gw"]
    height, width = x.shape[2:]
    logits = F.adaptive_avg_pool2d(conv(x, p, "score"), (rows, columns)).flatten()
    weights = (logits / h.get("tau", 1.0)).softmax(dim=0)
    row, column = divmod(int(logits.argmax()), columns)
    y0, y1 = row * height // rows, (row + 1) * height // rows
    x0, x1 = column * width // columns, (column + 1) * width // columns
    mask = x.new_zeros(height, width)
    mask[y0:y1, x0:x1] = 1
    return x * mask, {"branch": weights, "spatial": mask, "box": lambda: x.new_tensor([x0, y0, x1, y1])}


def draw_filters(centre, delta, variance, count, length):
    mu = centre + (torch.arange(1, count + 1, dtype=centre.dtype) - count / 2 - 0.5) * delta
    pixels = torch.arange(1, length + 1, dtype=centre.dtype)
    f = torch.exp(-(pixels - mu[:, None]).pow(2) / (2 * variance))
    return f / f.sum(1, keepdim=True).clamp(min=1e-8), mu


def draw_attention(x, p, h, extras):
    n = h["N"]
    height, width = x.shape[2:]
    t = linear(extras["hidden"], p, "read")
    gx, gy = (width + 1) / 2 * (t[0] + 1), (height + 1) / 2 * (t[1] + 1)
    variance, gamma = t[2].exp(), t[4].exp()
    delta = (max(height, width) - 1) / (n - 1) * t[3].exp()
    fx, mu_x = draw_filters(gx, delta, variance, n, width)
    fy, mu_y = draw_filters(gy, delta, variance, n, height)
    maps = {"fx": fx, "fy": fy, "theta": lambda: torch.stack([gx, gy, variance, delta, gamma]),
            "spatial": lambda: torch.outer(fy.sum(0), fx.sum(0)),
            "box": lambda: torch.stack([mu_x[0], mu_y[0], mu_x[-1], mu_y[-1]]) - 1}
    return gamma * (fy @ x @ fx.T), maps


FUNCTIONS = {f.__name__: f for f in (ram_glimpse, hard_topk, st_gumbel, draw_attention)}
