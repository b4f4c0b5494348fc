#!/usr/bin/env python3
"""torchvision's networks with random weights: exported as ONNX with what PyTorch computes, or timed on request.

    networks.py export FOLDER NAME SIZE …   NAME.onnx, and for each SIZE (224x224) NAME.SIZE.input and NAME.SIZE.logits, float32
    networks.py serve                       answers `load NAME FOLDER` and `run COUNT`, one line each

Needs python3-torch and python3-torchvision.
"""

import os
import pathlib
import sys
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # before the libraries are loaded
    os.environ.setdefault(variable, "1")

import torch  # noqa: E402
import torchvision  # noqa: E402


def network(name):
    """A network whose normalisations fit its random weights, so that values neither vanish nor explode on their way."""
    torch.manual_seed(1)
    model = getattr(torchvision.models, name)(weights=None)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # the mean over all batches seen
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias, 0.0, 0.1)
    for layer in model.modules():
        if isinstance(layer, torch.nn.Linear) and not layer.weight.any():
            torch.nn.init.normal_(layer.weight, 0.0, 0.02)
    if norms:
        with torch.no_grad():
            model.train()
            model(torch.randn(4, 3, 96, 96))
    return model.eval()


def write(folder, name, sizes):
    model = network(name)
    height, width = sizes[0]
    image = torch.randn(1, 3, height, width)
    axes = {"image": {2: "height", 3: "width"}} if len(sizes) > 1 else None
    torch.onnx.export(model, image, folder / f"{name}.onnx", opset_version=13, input_names=["image"], output_names=["logits"],
                      dynamic_axes=axes)
    for height, width in sizes:
        image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(height * 10000 + width))
        with torch.inference_mode():
            logits = model(image)
        image.numpy().tofile(folder / f"{name}.{height}x{width}.input")
        logits.numpy().tofile(folder / f"{name}.{height}x{width}.logits")
    return model


class Server:
    """Holds one network and its input."""

    def answer(self, words):
        if words[0] == "load":
            self.model = write(pathlib.Path(words[2]), words[1], [(224, 224)])
            self.image = torch.randn(1, 3, 224, 224)
            return "0"
        if words[0] == "run":  # nanoseconds of processor time of one run, the mean of COUNT
            start = time.process_time_ns()
            with torch.inference_mode():
                for _ in range(int(words[1])):
                    self.model(self.image)
            return str((time.process_time_ns() - start) // int(words[1]))
        raise ValueError(f"no request {words[0]}")


def serve():
    torch.set_num_threads(1)
    print(f"ok PyTorch {torch.__version__}, torchvision {torchvision.__version__}", flush=True)
    server = Server()
    for line in sys.stdin:
        try:
            reply = "ok " + server.answer(line.split())
        except Exception as problem:  # whatever it is, the other side wants one line
            reply = f"error {type(problem).__name__}: {problem}".replace("\n", " ")
        print(reply, flush=True)


def main():
    if sys.argv[1:] == ["serve"]:
        serve()
    elif len(sys.argv) > 4 and sys.argv[1] == "export":
        write(pathlib.Path(sys.argv[2]), sys.argv[3], [tuple(map(int, size.split("x"))) for size in sys.argv[4:]])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
