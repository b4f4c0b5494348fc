"""Stage 1: backbone and tail, from scratch or continued.

Each step: one Tiny-ImageNet batch (cross-entropy over all 210 classes) and one Imagenette batch (sharp: over its own 10 classes;
degraded to 64 px: over all 210, so that sharpness is no cue for the class). The sizes change from step to step."""
import argparse
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import data
from nets import Backbone, Tail
from options import Progress, common, cosine, lengths, prepare

WARM_UP = .03           # share of the training in which the rate rises
REPORT_SECONDS = 240


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bb, self.tail = Backbone(), Tail()

    def forward(self, x):
        return self.tail(self.bb(x))


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--data', default='data')
    p.add_argument('--out', default='backbone.pt')
    p.add_argument('--init', default='', help='checkpoint of this script to continue from')
    p.add_argument('--lr', type=float, default=.06)
    p.add_argument('--bs', type=int, default=128, help='Tiny batch at 64 px; batch × area stays about constant')
    p.add_argument('--bs2', type=int, default=40, help='Imagenette batch at 128 px, likewise')
    p.add_argument('--tin-sizes', default='48,64,64,80,96,112')
    p.add_argument('--net-sizes', default='112,128,160,192,224')
    lengths(p, 2846)
    return common(p, seed=2).parse_args()


class Stream:
    """Batches of one data set in random order, again and again."""

    def __init__(self, root, name, device):
        self.x, self.y = data.load(root, name + '_x', device), data.load(root, name + '_y', device).long()
        self.order, self.at, self.seen = torch.randperm(len(self.x)), 0, 0

    def take(self, count):
        count = min(count, len(self.x))
        if self.at + count > len(self.order):
            self.order, self.at = torch.randperm(len(self.x)), 0
        i = self.order[self.at:self.at + count].to(self.x.device)
        self.at += count
        self.seen += count
        return self.x[i], self.y[i]


def validate(net, stream, classes, count, size, mixed):
    """Accuracy inside the data set's own classes and among all."""
    net.eval()
    index = torch.linspace(0, len(stream.x) - 1, min(count, len(stream.x))).long().to(stream.x.device)
    own = everyone = 0
    with torch.no_grad():
        for i in range(0, len(index), 100):
            x = data.resize(data.to_float(stream.x[index[i:i + 100]]), size).contiguous(memory_format=torch.channels_last)
            with mixed():
                o = net(x).float()
            y = stream.y[index[i:i + 100]]
            own += (o[:, classes].argmax(1) == y).sum().item()
            everyone += (o.argmax(1) == y + classes.start).sum().item()
    net.train()
    return f'{own / len(index):.4f} (of 210: {everyone / len(index):.4f})'


def rate(share):
    """Share of the full rate: up in a line, then down in a cosine."""
    return share / WARM_UP if share < WARM_UP else cosine((share - WARM_UP) / (1 - WARM_UP))


class Trainer:
    def __init__(self, args):
        self.args = args
        self.device, self.mixed = prepare(args)
        self.rng = np.random.RandomState(args.seed)
        self.net = Net()
        if args.init:
            k = torch.load(args.init, map_location='cpu')
            self.net.bb.load_state_dict(k['bb'])
            self.net.tail.load_state_dict(k['tail'])
        self.net = self.net.to(self.device).to(memory_format=torch.channels_last).train()
        self.tin, self.nette = (Stream(args.data, n, self.device) for n in ('tin_train', 'nette_train'))
        self.tin_val, self.nette_val = (Stream(args.data, n, self.device) for n in ('tin_val', 'nette_val'))
        self.tin_sizes, self.net_sizes = ([int(s) for s in t.split(',')] for t in (args.tin_sizes, args.net_sizes))
        matrices = [q for q in self.net.parameters() if q.ndim > 1]
        others = [q for q in self.net.parameters() if q.ndim <= 1]
        self.opt = torch.optim.SGD([{'params': matrices, 'weight_decay': 5e-4}, {'params': others, 'weight_decay': 0}],
                                   lr=args.lr, momentum=.9, nesterov=True)

    def logits(self, x):
        with self.mixed():
            return self.net(x).float()

    def tiny(self):
        size = self.tin_sizes[self.rng.randint(len(self.tin_sizes))]
        x, y = self.tin.take(max(32, min(192, int(self.args.bs * 64 * 64 / size / size) // 8 * 8)))
        return F.cross_entropy(self.logits(data.augment(x, size, .4)), y, label_smoothing=.1)

    def imagenette(self):
        size = self.net_sizes[self.rng.randint(len(self.net_sizes))]
        x, y = self.nette.take(max(16, min(64, int(self.args.bs2 * 128 * 128 / size / size) // 4 * 4)))
        degraded = self.rng.rand() < .3
        if degraded:
            size = int(self.rng.choice([80, 96, 112, 128]))
        o = self.logits(data.augment(x, size, .3, 64 if degraded else 0))
        if degraded:
            return F.cross_entropy(o, y + data.N_TIN, label_smoothing=.1)
        return F.cross_entropy(o[:, data.N_TIN:], y, label_smoothing=.1)

    def step(self, lr):
        for g in self.opt.param_groups:
            g['lr'] = lr
        self.opt.zero_grad(set_to_none=True)
        first = self.tiny()
        first.backward()
        second = self.imagenette()
        (second * .6).backward()
        self.opt.step()
        return first.item(), second.item()

    def report(self, step, seconds, losses):
        tiny, nette = (np.mean(v) for v in zip(*losses))
        print(f'{seconds:.0f} s, step {step}: tiny {tiny:.3f}, imagenette {nette:.3f}; validation',
              validate(self.net, self.tin_val, slice(0, data.N_TIN), 800, 64, self.mixed),
              validate(self.net, self.nette_val, slice(data.N_TIN, data.N_TIN + data.N_NET), 400, 160, self.mixed), flush=True)

    def save(self, step):
        torch.save({'bb': self.net.bb.state_dict(), 'tail': self.net.tail.state_dict(), 'args': vars(self.args), 'iters': step,
                    'seen': {'tin': self.tin.seen, 'net': self.nette.seen}}, self.args.out)

    def run(self):
        progress, step, losses, last = Progress(self.args), 0, [], time.time()
        while progress.done(step) < 1:
            losses.append(self.step(self.args.lr * rate(progress.done(step))))
            step += 1
            if time.time() - last > REPORT_SECONDS:
                self.report(step, progress.seconds(), losses)
                self.save(step)
                losses, last = [], time.time()
        self.save(step)
        if losses:
            self.report(step, progress.seconds(), losses)
        print(f'epochs: Tiny {self.tin.seen / len(self.tin.x):.2f}, Imagenette {self.nette.seen / len(self.nette.x):.2f}')


if __name__ == '__main__':
    Trainer(options()).run()
