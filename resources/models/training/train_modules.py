"""Stage 3: all modules with one shared tail on frozen features.

Each step draws one module, or none; its output feeds the tail (modules.tail_input). The loss is cross-entropy over 210 classes
(for sharp Imagenette images over their own 10, since sharpness would tell the data sets apart), plus, on the Tiny part, a term from
the object's box for modules with a map of positions. The tail's BatchNorm is
frozen after its statistics were taken from the plain features."""
import argparse
import copy
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import data
import modules
from evaluate import evaluate
from nets import Tail
from options import Progress, common, cosine, lengths, prepare

# Few parameters which hardly move at the usual rate.
RATE = {'eca': 5, 'sge': 5, 'sa': 5, 'gct': 3, 'triplet': 3, 'srm': 3}
GAMMA_RATE = 5
# How often a module is drawn, 1 where nothing is said.
WEIGHT = {'none': 3, 'hard_topk': 2, 'se': .8, 'eca': .5, 'srm': .8, 'gct': .8, 'fca': .8, 'sa': .6, 'sk': .8,
          'split_attention': .8, 'highway': .7, 'emanet': .8, 'external': .9, 'lka': .8}
COSTLY = {'mhsa', 'nonlocal_embedded', 'highway'}    # these get 0.6 of the batch
MODULE_SEED = 1000
MODULE_WARM_UP = 20
REPORT_SECONDS = 150


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--feats', default='feats.pt')
    p.add_argument('--ckpt', default='backbone.pt', help='for the first values of the tail')
    p.add_argument('--out', default='bundle.pt')
    p.add_argument('--warm', type=int, default=150, help='first steps: the tail alone')
    p.add_argument('--lr', type=float, default=2e-3)
    p.add_argument('--lr-tail', type=float, default=5e-4)
    p.add_argument('--modules', default=','.join(modules.HP))
    p.add_argument('--wbce', type=float, default=.3)
    p.add_argument('--wmass', type=float, default=.2)
    lengths(p, 8672)
    return common(p).parse_args()


def box_masks(boxes, side):
    """1 where the centre of a cell lies in the box; boxes as fractions of the picture."""
    c = (torch.arange(side).float() + .5) / side
    inx = (c[None] >= boxes[:, 0, None]) & (c[None] <= boxes[:, 2, None])
    iny = (c[None] >= boxes[:, 1, None]) & (c[None] <= boxes[:, 3, None])
    return (iny[:, :, None] & inx[:, None, :]).float()


class Batches:
    """Features, labels, whether sharp, masks of boxes for the last ones, and how many those are."""

    def __init__(self, feats, rng, device):
        self.feats, self.rng, self.device = feats, rng, device
        self.order = {k: [torch.randperm(len(v['x'])), 0] for k, v in feats.items()}

    def take(self, key, count):
        order, at = self.order[key]
        count = min(count, len(order))
        if at + count > len(order):
            order, at = torch.randperm(len(order)), 0
        self.order[key] = [order, at + count]
        return order[at:at + count]

    def next(self, share=1.):
        small = self.rng.rand() < .7
        parts, tiny, count = ((('n128', 20), ('d128', 12)), 't128', 48) if small else ((('n160', 20),), 't160', 36)
        xs, ys, sharp = [], [], []
        for key, n in parts + ((tiny, count),):
            i = self.take(key, int(n * share))
            xs.append(self.feats[key]['x'][i])
            ys.append(self.feats[key]['y'][i])
            sharp.append(torch.full((len(i),), key in ('n128', 'n160')))
        x, boxes = torch.cat(xs), self.feats[tiny]['box'][i].clone()
        if self.rng.rand() < .5:
            x = x.flip(3)
            boxes[:, [0, 2]] = 1 - boxes[:, [2, 0]]
        masks = box_masks(boxes, x.shape[2]).to(self.device)
        x = x.to(self.device).contiguous(memory_format=torch.channels_last)
        return x, torch.cat(ys).to(self.device), torch.cat(sharp).to(self.device), masks, len(boxes)


def loss_classes(logits, y, sharp):
    o, keep = logits.float(), ~sharp
    loss = F.cross_entropy(o[keep], y[keep], label_smoothing=.1, reduction='sum')
    if sharp.any():
        own = o[sharp, data.N_TIN:]
        loss = loss + F.cross_entropy(own, y[sharp] - data.N_TIN, label_smoothing=.1, reduction='sum')
    return loss / len(o)


class Trainer:
    def __init__(self, args):
        self.args = args
        self.device, self.mixed = prepare(args)
        self.rng = np.random.RandomState(args.seed)
        feats = torch.load(args.feats, map_location='cpu')
        self.val = feats.pop('val')
        self.ids = args.modules.split(',')
        self.modules, self.first = {}, {}
        for name in self.ids:
            torch.manual_seed(MODULE_SEED + args.seed)
            m = modules.make(name, modules.HP[name])
            if hasattr(m, 'near_identity'):
                m.near_identity()
            self.first[name] = modules.clean_state(name, copy.deepcopy(m))
            self.modules[name] = m.to(self.device)
        self.tail = Tail()
        self.tail.load_state_dict(torch.load(args.ckpt, map_location='cpu')['tail'])
        self.tail = self.tail.to(self.device).to(memory_format=torch.channels_last)
        self.batches = Batches(feats, self.rng, self.device)
        self.names = ['none'] + self.ids
        weights = np.array([WEIGHT.get(n, 1.) for n in self.names])
        self.chances = weights / weights.sum()
        self.count = {n: 0 for n in self.names}
        self.settle_tail()
        self.opt = self.optimiser()

    def settle_tail(self):
        """BatchNorm statistics of the plain features, then frozen."""
        for m in self.tail.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.reset_running_stats()
                m.momentum = None
        self.tail.train()
        with torch.no_grad():
            for _ in range(24):
                self.tail(self.batches.next()[0].float())
        self.tail.eval()

    def optimiser(self):
        tail = list(self.tail.parameters())
        groups = [{'params': [q for q in tail if q.ndim > 1], 'base': self.args.lr_tail, 'weight_decay': .02},
                  {'params': [q for q in tail if q.ndim <= 1], 'base': self.args.lr_tail, 'weight_decay': 0}]
        for name, m in self.modules.items():
            for key, q in m.named_parameters():
                rate = RATE.get(name, GAMMA_RATE if key.endswith('gamma') else 1)
                decay = .02 if q.ndim > 1 and rate == 1 else 0
                groups.append({'params': [q], 'base': self.args.lr * rate, 'weight_decay': decay})
            m.train()
        return torch.optim.AdamW(groups, lr=self.args.lr)

    def loss_box(self, name, m, masks, count, side):
        kind, good = modules.BOX.get(name), masks.sum((1, 2)) > 2
        if kind is None or not good.any():
            return None
        shown, wanted = modules.display_map(name, m, side, side)[-count:][good][:, 0].float(), masks[good]
        if kind == 'mass':
            return -self.args.wmass * torch.log((shown * wanted).sum((1, 2)).clamp(min=1e-4)).mean()
        if kind == 'logit':
            return self.args.wbce * F.binary_cross_entropy_with_logits(m.attn['spatial'][-count:][good].float(), wanted)
        return self.args.wbce * F.binary_cross_entropy(shown.clamp(1e-4, 1 - 1e-4), wanted)

    def step(self, name):
        x, y, sharp, masks, count = self.batches.next(.6 if name in COSTLY else 1.)
        if self.args.precision == 'float32':     # the cache is bf16
            x = x.float()
        m = self.modules.get(name)
        with self.mixed():
            z = x if m is None else modules.tail_input(name, x, m(x))
            o = self.tail(z.contiguous(memory_format=torch.channels_last))
        loss = loss_classes(o, y, sharp)
        box = None if m is None else self.loss_box(name, m, masks, count, x.shape[2])
        self.opt.zero_grad(set_to_none=True)
        (loss if box is None else loss + box).backward()
        learned = list(self.tail.parameters()) + (list(m.parameters()) if m is not None else [])
        norm = torch.nn.utils.clip_grad_norm_([q for q in learned if q.grad is not None], 2.)
        if torch.isfinite(norm):
            self.opt.step()
        return loss.item(), 0. if box is None else box.item()

    def set_rates(self, step, share, name):
        for k, g in enumerate(self.opt.param_groups):
            g['lr'] = g['base'] * cosine(share) * min(1, (step + 1) / 50)
            if k >= 2 and name != 'none' and self.count[name] < MODULE_WARM_UP:
                g['lr'] *= (self.count[name] + 1) / MODULE_WARM_UP

    def save(self, step):
        torch.save({'tail': self.tail.state_dict(), 'modules': {n: modules.clean_state(n, m) for n, m in self.modules.items()},
                    'init': self.first, 'count': self.count, 'iters': step, 'args': vars(self.args)}, self.args.out)

    def run(self):
        print('start', evaluate('none', None, self.tail, self.val, self.device), flush=True)
        progress, step, means, last = Progress(self.args), 0, {}, time.time()
        while progress.done(step) < 1:
            name = 'none' if step < self.args.warm else self.rng.choice(self.names, p=self.chances)
            self.set_rates(step, progress.done(step), name)
            losses = self.step(name)
            self.count[name] += 1
            step += 1
            means[name] = tuple(.9 * a + .1 * b for a, b in zip(means.get(name, losses), losses))
            if time.time() - last > REPORT_SECONDS:
                print(f'{progress.seconds():.0f} s, step {step}',
                      ' '.join(f'{k} {a:.2f}+{b:.2f}' for k, (a, b) in means.items()), flush=True)
                last = time.time()
                self.save(step)
        self.save(step)
        print('end', step, {n: c for n, c in self.count.items()}, f'{progress.seconds():.0f} s')


if __name__ == '__main__':
    Trainer(options()).run()
