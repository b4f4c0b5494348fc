"""Stage 4: one constant added to the ten Imagenette logits, which leaves the accuracy inside each group of labels unchanged.

With --photos it is chosen so that, over sharp photographs, Imagenette pictures called a Tiny class and photographs of Tiny
classes called an Imagenette class are equally frequent; v1 used 3.0."""
import argparse
import json

import numpy as np
import torch

import data
from nets import Backbone, Tail
from options import common, prepare
from photos import read_photos


def margin(backbone, tail, images):
    """Best Tiny logit minus best Imagenette logit at 160 px."""
    with torch.no_grad():
        parts = [tail(backbone(data.resize(data.to_float(images[i:i + 50]), 160))) for i in range(0, len(images), 50)]
    o = torch.cat(parts)
    return o[:, :data.N_TIN].amax(1) - o[:, data.N_TIN:].amax(1)


def balanced(a, tail):
    backbone = Backbone().eval()
    backbone.load_state_dict(torch.load(a.bb, map_location='cpu'))
    wnids = [t[0] for t in json.load(open(a.data + '/tin_classes.json', encoding='utf-8'))]
    tiny = margin(backbone, tail, read_photos(a.photos, wnids)[0])
    nette = margin(backbone, tail, data.load(a.data, 'nette_train_x')[::24])

    def wrong(b):
        return (tiny < b).float().mean().item(), (nette > b).float().mean().item()
    best = float(min(np.arange(-4, 6, .05), key=lambda b: abs(wrong(b)[0] - wrong(b)[1])))
    return best, {'photos': len(tiny), 'wrong_before': wrong(0), 'wrong_after': wrong(best)}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--bb', default='backbone_recal.pt')
    p.add_argument('--bundle', default='bundle.pt')
    p.add_argument('--data', default='data')
    p.add_argument('--bias', type=float, default=3.0)
    p.add_argument('--photos', default='', help='a folder of photographs: balance on them in place of --bias')
    a = common(p).parse_args()
    prepare(a)
    k = torch.load(a.bundle, map_location='cpu')
    if 'calibration' in k:
        raise SystemExit(f'{a.bundle} has been calibrated: {k["calibration"]}')
    tail = Tail().eval()
    tail.load_state_dict(k['tail'])
    bias, found = balanced(a, tail) if a.photos else (a.bias, {})
    k['tail']['fc.bias'][data.N_TIN:] += bias
    k['calibration'] = {'bias': bias, **found}
    torch.save(k, a.bundle)
    print(json.dumps(k['calibration']))


if __name__ == '__main__':
    main()
