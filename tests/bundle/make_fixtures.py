"""What PyTorch computes with the shipped bundle on four small pictures. See README.md beside this file.

    python3 make_fixtures.py            needs torch, numpy, onnx and OpenCV's Python module
"""
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUNDLE = ROOT / 'resources/models/fovea-v1'
sys.path.insert(0, str(ROOT / 'resources/models/training'))

import modules  # noqa: E402
from nets import Backbone, Tail  # noqa: E402
from onnx_weights import load_onnx  # noqa: E402
from st import load_st, save_st  # noqa: E402

VALUES = 256
# Width and height: multiples of 8, grids of even and odd sides.
PICTURES = {'astronaut.png': (96, 96), 'chelsea.png': (120, 80), 'coffee.png': (104, 72), 'rocket.jpg': (128, 88)}


def small(path, width, height):
    """The largest central part of these proportions, averaged down; BGR bytes."""
    picture = cv2.imread(str(path))
    h, w = picture.shape[:2]
    scale = min(w / width, h / height)
    cw, ch = int(width * scale), int(height * scale)
    x, y = (w - cw) // 2, (h - ch) // 2
    return cv2.resize(picture[y:y + ch, x:x + cw], (width, height), interpolation=cv2.INTER_AREA)


def summary(tensor):
    """Up to VALUES evenly spaced values, the mean and the L2 norm."""
    flat = tensor.detach().reshape(-1)
    count = min(VALUES, len(flat))
    index = torch.arange(count) * len(flat) // count
    double = flat.double()
    return torch.cat([flat[index].float(), torch.stack([double.mean(), double.norm()]).float()])


def networks():
    backbone = load_onnx(Backbone(), str(BUNDLE / 'backbone.onnx'), torch.rand(1, 3, 64, 64)).eval()
    tail = load_onnx(Tail(), str(BUNDLE / 'tail.onnx'), torch.rand(1, 128, 8, 8)).eval()
    return backbone, tail


def load_module(name):
    tensors, meta = load_st(str(BUNDLE / 'modules' / (name + '.safetensors')))
    module = modules.make(name, json.loads(meta['hyperparams'])).eval()
    modules.load_state(name, module, tensors)
    return module


def compute(picture, backbone, tail, trained):
    """Every tensor by its name in the fixture, without the batch axis."""
    image = torch.from_numpy(np.ascontiguousarray(picture[:, :, ::-1])).permute(2, 0, 1)[None].float() / 255
    found = {}
    with torch.no_grad():
        tap = backbone(image)
        logits, feat = tail(tap, True)
        found.update({'plain/tap': tap[0], 'plain/feat': feat[0], 'plain/logits': logits[0]})
        for name, module in trained.items():
            output = module(tap)
            found[name + '/output'] = output[0]
            for key, value in module.attn.items():
                if not key.startswith('_'):
                    found[f'{name}/attn.{key}'] = value[0]
            found[name + '/logits'] = tail(modules.tail_input(name, tap, output))[0]
    return found


def main():
    torch.set_num_threads(1)
    backbone, tail = networks()
    manifest = json.loads((BUNDLE / 'manifest.json').read_text(encoding='utf-8'))
    trained = {name: load_module(name) for name in sorted(manifest['modules'])}
    for name, (width, height) in PICTURES.items():
        picture = small(ROOT / 'resources/samples' / name, width, height)
        stem = Path(name).stem
        cv2.imwrite(str(HERE / (stem + '.png')), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        found = compute(picture, backbone, tail, trained)
        shapes = {key: list(value.shape) for key, value in found.items()}
        save_st(str(HERE / (stem + '.safetensors')), {key: summary(value) for key, value in found.items()},
                {'picture': stem + '.png', 'bundle': manifest['name'], 'values': VALUES, 'torch': torch.__version__,
                 'shapes': json.dumps(shapes, separators=(',', ':'))})
        print(stem, picture.shape, len(found), 'tensors')


if __name__ == '__main__':
    main()
