#!/usr/bin/env python3
"""Makes tests/golden/window_msa__3 … __6.safetensors: maps which one window covers along both axes, one of them, or none.

The numbers are those of torchvision's shifted_window_attention, which decides for each axis whether it is shifted; the weights
of its softmax are noted as they pass. Run with python3-torch and python3-torchvision: tests/torchvision/shifted_windows.py
"""
import json
import pathlib
import struct

import torch
from torchvision.models import swin_transformer

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
# height, width, window, shift, channels, heads
CASES = [(7, 7, 7, 3, 8, 2), (5, 20, 7, 3, 6, 1), (13, 4, 5, 2, 8, 2), (3, 2, 4, 2, 6, 3)]


class NotingSoftmax:
    """torch.nn.functional, which keeps what its softmax gave last."""

    def __init__(self, functional):
        self._functional = functional
        self.weights = None

    def __getattr__(self, name):
        return getattr(self._functional, name)

    def softmax(self, x, dim):
        self.weights = self._functional.softmax(x, dim=dim)
        return self.weights


def relative_bias(table, window):
    """heads×N×N of the table, as torchvision looks it up."""
    side = torch.arange(window)
    y, x = (axis.flatten() for axis in torch.meshgrid(side, side, indexing="ij"))
    index = (y[:, None] - y + window - 1) * (2 * window - 1) + x[:, None] - x + window - 1
    return table[index].permute(2, 0, 1)[None]


def attend(x, p, window, shift, heads):
    """Output C×H×W and weights windows×heads×N×N."""
    swin_transformer.F = NotingSoftmax(torch.nn.functional)
    y = swin_transformer.shifted_window_attention(
        x.permute(1, 2, 0)[None], p["qkv.weight"], p["proj.weight"], relative_bias(p["relative_position_bias_table"], window),
        [window, window], heads, [shift, shift], qkv_bias=p["qkv.bias"], proj_bias=p["proj.bias"])
    return y[0].permute(2, 0, 1), swin_transformer.F.weights


def safetensors(metadata, tensors):
    header, data = {"__metadata__": metadata}, b""
    for key, value in sorted(tensors.items()):
        raw = value.detach().contiguous().numpy().astype("<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def main():
    torch.manual_seed(5)
    for number, (height, width, window, shift, channels, heads) in enumerate(CASES, 3):
        params = {"qkv.weight": torch.randn(3 * channels, channels) / channels ** 0.5, "qkv.bias": torch.randn(3 * channels),
                  "proj.weight": torch.randn(channels, channels) / channels ** 0.5, "proj.bias": torch.randn(channels),
                  "relative_position_bias_table": torch.randn((2 * window - 1) ** 2, heads)}
        x = torch.randn(channels, height, width)
        output, weights = attend(x, params, window, shift, heads)
        hyperparams = {"C": channels, "heads": heads, "qkv_bias": True, "shift": shift, "window": window}
        metadata = {"id": "window_msa", "hyperparams": json.dumps(hyperparams),
                    "source": "torchvision.models.swin_transformer.shifted_window_attention",
                    "tolerance_abs": json.dumps({"output": 4e-05, "attn.matrix": 1e-05})}
        tensors = {"input": x, "output": output, "attn.matrix": weights}
        tensors.update({f"param.{name}": value for name, value in params.items()})
        (GOLDEN / f"window_msa__{number}.safetensors").write_bytes(safetensors(metadata, tensors))


main()
