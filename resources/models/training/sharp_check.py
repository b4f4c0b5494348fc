"""Accuracy on sharp photographs, one or more of each class (see photos.py)."""
import argparse
import json

import torch

import data
from nets import NETTE, Backbone, Tail
from options import common, prepare
from photos import read_photos


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('photos')
    p.add_argument('--bb', default='backbone_recal.pt')
    p.add_argument('--bundle', default='bundle.pt')
    p.add_argument('--data', default='data')
    a = common(p).parse_args()
    prepare(a)
    backbone, tail = Backbone().eval(), Tail().eval()
    backbone.load_state_dict(torch.load(a.bb, map_location='cpu'))
    tail.load_state_dict(torch.load(a.bundle, map_location='cpu')['tail'])
    tiny = [t[0] for t in json.load(open(a.data + '/tin_classes.json', encoding='utf-8'))]
    x, y = read_photos(a.photos, tiny + [w for w, _ in NETTE])
    ours = y < data.N_TIN
    for size in (128, 160, 224):
        with torch.no_grad():
            o = torch.cat([tail(backbone(data.resize(data.to_float(x[i:i + 50]), size))) for i in range(0, len(x), 50)])
        right = {k: (o.topk(k, 1).indices == y[:, None]).any(1).float() for k in (1, 5)}
        print(f'{size} px: {int(ours.sum())} photographs of Tiny classes,',
              f'top-1 {right[1][ours].mean():.3f}, top-5 {right[5][ours].mean():.3f},',
              f'called an Imagenette class {(o.argmax(1)[ours] >= data.N_TIN).float().mean():.3f};',
              f'Imagenette classes: {int(right[1][~ours].sum())} of {int((~ours).sum())} right')


if __name__ == '__main__':
    main()
