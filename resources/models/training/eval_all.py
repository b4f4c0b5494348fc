"""Stage 5: evaluates every trained module; --part i/n gives each of n processes its share. Writes JSON."""
import argparse
import json

import torch

import modules
from evaluate import evaluate, gaussian, loc
from nets import Tail
from options import common, prepare


def load(name, state, device):
    m = modules.make(name, modules.HP[name])
    modules.load_state(name, m, state)
    return m.to(device).eval()


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--feats', default='feats.pt')
    p.add_argument('--bundle', default='bundle.pt')
    p.add_argument('--out', default='metrics.json')
    p.add_argument('--part', default='0/1')
    p.add_argument('--net-step', type=int, default=2, help='use every n-th cached Imagenette validation picture')
    a = common(p).parse_args()
    device, _ = prepare(a)
    val = torch.load(a.feats, map_location='cpu')['val']
    val['net160'], val['nety'] = val['net160'][::a.net_step], val['nety'][::a.net_step]
    k = torch.load(a.bundle, map_location='cpu')
    tail = Tail()
    tail.load_state_dict(k['tail'])
    tail = tail.to(device).eval()
    part, parts = map(int, a.part.split('/'))
    found = {}
    if part == 0:
        found['_gaussian'] = loc(gaussian(len(val['box'])), val['box'])
        found['_tapnorm'] = loc(val['tin128'].float().pow(2).mean(1, keepdim=True).sqrt(), val['box'])
    for name in (['none'] + list(k['modules']))[part::parts]:
        m = None if name == 'none' else load(name, k['modules'][name], device)
        untrained = None if name == 'none' else load(name, k['init'][name], device)
        found[name] = {**evaluate(name, m, tail, val, device, untrained), 'steps': k['count'][name]}
        print(name, json.dumps(found[name]), flush=True)
        with open(a.out, 'w', encoding='utf-8') as f:
            json.dump(found, f, indent=1)


if __name__ == '__main__':
    main()
