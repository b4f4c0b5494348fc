"""Stage 2: recalibrates the backbone's BatchNorm at the sizes it is used at, and caches its frozen features (bf16)."""
import argparse

import numpy as np
import torch
import torch.nn as nn

import data
from nets import Backbone
from options import common, prepare


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--data', default='data')
    p.add_argument('--ckpt', default='backbone.pt')
    p.add_argument('--out', default='feats.pt')
    p.add_argument('--bb-out', default='backbone_recal.pt')
    p.add_argument('--tin128', type=int, default=110, help='Tiny-ImageNet training images per class at 128 px')
    p.add_argument('--tin160', type=int, default=45)
    p.add_argument('--recal-batches', type=int, default=16)
    return common(p).parse_args()


def recalibrate(backbone, nette, tiny, batches, rng, device):
    """Plain means over mixed batches at 128 and 160 px in place of the training's moving averages."""
    for m in backbone.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.reset_running_stats()
            m.momentum = None
    backbone.train()
    with torch.no_grad():
        for i in range(batches):
            size = (128, 160)[i % 2]
            parts = [data.resize(data.to_float(x[rng.permutation(len(x))[:n]]), size) for x, n in ((nette, 48), (tiny, 32))]
            backbone(torch.cat(parts).to(device).contiguous(memory_format=torch.channels_last))


class Extractor:
    def __init__(self, backbone, device, mixed):
        self.backbone, self.device, self.mixed = backbone.eval(), device, mixed

    def __call__(self, images, size, crop=None, degrade=0, boxes=None):
        """Features of `images`, whole or of random crops of at least `crop` of the area; with boxes, those in the crops too."""
        out = torch.empty(len(images), self.backbone.channels, size // 8, size // 8, dtype=torch.bfloat16)
        where = data.random_affine(len(images), crop) if crop else None
        with torch.no_grad():
            for i in range(0, len(images), 64):
                x = data.to_float(images[i:i + 64])
                if degrade:
                    x = data.resize(x, degrade)
                x = data.colour(data.warp(x, where[i:i + 64], size)) if crop else data.resize(x, size)
                with self.mixed():
                    y = self.backbone(x.to(self.device).contiguous(memory_format=torch.channels_last))
                out[i:i + 64] = y.to(torch.bfloat16).cpu()
        return out if boxes is None else (out, data.warp_boxes(boxes, where))


def main():
    a = options()
    device, mixed = prepare(a)
    rng = np.random.RandomState(a.seed)
    nx, ny, vx, vy, tx, ty, tb, wx, wy, wb = (data.load(a.data, n) for n in (
        'nette_train_x', 'nette_train_y', 'nette_val_x', 'nette_val_y', 'tin_train_x', 'tin_train_y', 'tin_train_b',
        'tin_val_x', 'tin_val_y', 'tin_val_b'))
    ny, vy, ty = ny.long() + data.N_TIN, vy.long() + data.N_TIN, ty.long()
    backbone = Backbone()
    backbone.load_state_dict(torch.load(a.ckpt, map_location='cpu')['bb'])
    backbone = backbone.to(device).to(memory_format=torch.channels_last)
    if a.recal_batches:
        recalibrate(backbone, nx, tx, a.recal_batches, rng, device)
    torch.save({k: v.cpu() for k, v in backbone.state_dict().items()}, a.bb_out)
    extract = Extractor(backbone, device, mixed)
    found = {'n128': {'x': extract(nx, 128, .5), 'y': ny}, 'n160': {'x': extract(nx, 160, .6), 'y': ny},
             'd128': {'x': extract(nx, 128, .5, 64), 'y': ny}}
    for name, size, count in (('t128', 128, a.tin128), ('t160', 160, a.tin160)):
        classes = [np.where(ty.numpy() == c)[0] for c in range(data.N_TIN)]
        chosen = np.concatenate([c[rng.permutation(len(c))[:count]] for c in classes])
        features, boxes = extract(tx[chosen], size, .5, 0, tb[chosen])
        found[name] = {'x': features, 'y': ty[chosen], 'box': boxes}
    spaced = np.linspace(0, len(wx) - 1, min(2000, len(wx))).astype(int)
    found['val'] = {'net160': extract(vx[::2], 160), 'nety': vy[::2], 'tin128': extract(wx[spaced], 128),
                    'tiny': wy[spaced].long(), 'box': wb[spaced]}
    torch.save(found, a.out)
    print({k: len(v['x']) for k, v in found.items() if 'x' in v})


if __name__ == '__main__':
    main()
