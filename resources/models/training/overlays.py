"""Sheets to look at: photograph, class activation map, maps of the given modules, each scaled to its 99.5 % quantile.

    overlays.py --modules gc,mhsa --bundle-folder out --out look photo.png …"""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch

import modules
from nets import Backbone, Tail
from options import common, prepare
from st import load_st

HEIGHT = 260


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('images', nargs='+')
    p.add_argument('--bb', default='backbone_recal.pt')
    p.add_argument('--bundle', default='bundle.pt')
    p.add_argument('--bundle-folder', default='out')
    p.add_argument('--modules', required=True)
    p.add_argument('--out', default='look')
    p.add_argument('--size', type=int, default=160)
    p.add_argument('--columns', type=int, default=4)
    return common(p).parse_args()


def label(picture, text):
    cv2.rectangle(picture, (0, 0), (picture.shape[1], 15), (0, 0, 0), -1)
    cv2.putText(picture, text, (3, 11), cv2.FONT_HERSHEY_SIMPLEX, .36, (255, 255, 255), 1, cv2.LINE_AA)
    return picture


def overlay(picture, values, text):
    h, w = picture.shape[:2]
    u = cv2.resize(values.astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    low, high = float(values.min()), float(np.percentile(values, 99.5))
    v = np.clip((u - low) / (high - low + 1e-9), 0, 1)
    coloured = cv2.applyColorMap((v * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return label(cv2.addWeighted(grey, .45, coloured, .65, 0), text)


def cells(picture, a, backbone, tail, chosen, names):
    scale = a.size / min(picture.shape[:2])
    w, h = (max(8, round(side * scale / 8) * 8) for side in (picture.shape[1], picture.shape[0]))
    small = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)
    big = cv2.resize(picture, (HEIGHT * w // h, HEIGHT), interpolation=cv2.INTER_AREA)
    x = torch.from_numpy(small[:, :, ::-1].copy()).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        tap = backbone(x)
        o, feat = tail(tap, True)
        best = int(o[0].argmax())
        cam = torch.einsum('chw,c->hw', feat[0], tail.fc.weight[best]).clamp(min=0).numpy()
        yield label(big.copy(), f'{w}x{h}')
        yield overlay(big, cam, f'CAM: {names[best][:20]} {o[0].softmax(0)[best]:.2f}')
        for name, m in chosen.items():
            q = tail(modules.tail_input(name, tap, m(tap)))[0].softmax(0)
            d = modules.display_map(name, m, tap.shape[2], tap.shape[3])
            if d is not None:
                text = f'{name} {d.min():.2g}..{d.max():.2g}  {names[int(q.argmax())][:14]} {q.max():.2f}'
                yield overlay(big, d[0, 0].numpy(), text)


def load_modules(a):
    chosen = {}
    for name in a.modules.split(','):
        tensors, meta = load_st(str(Path(a.bundle_folder) / 'modules' / (name + '.safetensors')))
        chosen[name] = modules.make(name, json.loads(meta['hyperparams'])).eval()
        modules.load_state(name, chosen[name], tensors)
    return chosen


def main():
    a = options()
    prepare(a)
    Path(a.out).mkdir(parents=True, exist_ok=True)
    backbone, tail = Backbone().eval(), Tail().eval()
    backbone.load_state_dict(torch.load(a.bb, map_location='cpu'))
    tail.load_state_dict(torch.load(a.bundle, map_location='cpu')['tail'])
    names = [c['name'] for c in json.loads((Path(a.bundle_folder) / 'classes.json').read_text(encoding='utf-8'))]
    chosen = load_modules(a)
    for path in a.images:
        picture = cv2.imread(path)
        if picture is None:
            raise SystemExit(f'{path} is no picture')
        shown = list(cells(picture, a, backbone, tail, chosen, names))
        while len(shown) % a.columns:
            shown.append(np.zeros_like(shown[0]))
        rows = [np.hstack(shown[r:r + a.columns]) for r in range(0, len(shown), a.columns)]
        cv2.imwrite(str(Path(a.out) / (Path(path).stem + '.png')), np.vstack(rows))


if __name__ == '__main__':
    main()
