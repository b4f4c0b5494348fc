"""Case files: safetensors with `input`, extra inputs, `param.*`, `output` and `attn.*`; the metadata say what they are."""

import json
import struct

import numpy as np
import torch

from . import FUNCTIONS


def read(path):
    """Tensors by name as float32 arrays, and the metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}; only F32 is read")
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).copy()
    return tensors, metadata


def write(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    arrays = {name: np.ascontiguousarray(array, "<f4") for name, array in sorted(tensors.items())}
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in arrays.values()))


class Case:
    """What one file gives to its mechanism, ready to run."""

    def __init__(self, tensors, metadata, dtype=torch.float32):
        def tensor(array):
            return torch.from_numpy(array).to(dtype)

        self.id = metadata["id"]
        self.hyperparams = json.loads(metadata.get("hyperparams", "{}"))
        self.clip = tensors["input"].ndim == 4
        self.x = tensor(tensors["input"])
        if not self.clip:
            self.x = self.x[None]
        self.params, self.extras = {}, {}
        for name, array in tensors.items():
            if name.startswith("param."):
                self.params[name[len("param."):]] = tensor(array)
            elif name not in ("input", "output") and not name.startswith(("attn.", "aux.")):
                self.extras[name] = tensor(array)

    def run(self):
        with torch.no_grad():
            return FUNCTIONS[self.id](self.x, self.params, self.hyperparams, self.extras)

    def results(self):
        """`output` and every `attn.*` in the shapes of the files."""
        with torch.no_grad():
            output, maps = self.run()
            found = {"output": output if self.clip else output[0]}
            for name, value in maps.items():
                found["attn." + name] = value() if callable(value) else value
        return {name: value.numpy() for name, value in found.items()}
