"""Gates of channels: SE, ECA, SRM, GCT, FcaNet."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .common import Attention


class SE(Attention):
    def __init__(self, C, reduction=16, bias=True):
        super().__init__()
        h = C // reduction
        self.fc = nn.Sequential(nn.Linear(C, h, bias), nn.ReLU(), nn.Linear(h, C, bias), nn.Sigmoid())

    def forward(self, x):
        g = self.fc(x.mean((2, 3)))
        self.attn = {'channel': g}
        return x * g[:, :, None, None]

    def near_identity(self):
        nn.init.constant_(self.fc[2].bias, 2.)


class ECA(Attention):
    def __init__(self, C, k_size=5):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, k_size, padding=k_size // 2, bias=False)

    def forward(self, x):
        g = torch.sigmoid(self.conv(x.mean((2, 3))[:, None]))[:, 0]
        self.attn = {'channel': g}
        return x * g[:, :, None, None]

    def near_identity(self):
        nn.init.constant_(self.conv.weight, .5)


class SRM(Attention):
    def __init__(self, C):
        super().__init__()
        self.cfc = nn.Parameter(torch.zeros(C, 2))
        self.bn = nn.BatchNorm2d(C)

    def forward(self, x):
        f = x.flatten(2).float()
        t = torch.stack([f.mean(2), (f.var(2, unbiased=True) + 1e-5).sqrt()], 2)
        z = (t * self.cfc).sum(2)
        g = torch.sigmoid(self.bn(z[:, :, None, None]))
        self.attn = {'channel': g[:, :, 0, 0], '_style': t}
        return x * g.to(x.dtype)

    def near_identity(self):
        nn.init.normal_(self.cfc, 0, .5)
        nn.init.constant_(self.bn.weight, .3)
        nn.init.constant_(self.bn.bias, 2.)


class GCT(Attention):
    def __init__(self, C, epsilon=1e-5, mode='l2', after_relu=False):
        super().__init__()
        self.eps, self.mode, self.after = epsilon, mode, after_relu
        self.alpha = nn.Parameter(torch.ones(1, C, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, C, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, C, 1, 1))

    def forward(self, x):
        f = x.float()
        if self.mode == 'l2':
            e = (f.pow(2).sum((2, 3), keepdim=True) + self.eps).sqrt() * self.alpha
            n = self.gamma / (e.pow(2).mean(1, keepdim=True) + self.eps).sqrt()
        else:
            e = (f if self.after else f.abs()).sum((2, 3), keepdim=True) * self.alpha
            n = self.gamma / (e.abs().mean(1, keepdim=True) + self.eps)
        g = 1 + torch.tanh(e * n + self.beta)
        self.attn = {'channel': g[:, :, 0, 0]}
        return x * g.to(x.dtype)


def dct_filters(C, h, w, method):
    tables = {
        'top': ('0 0 6 0 0 1 1 4 5 1 3 0 0 0 3 2 4 6 3 5 5 2 6 5 5 3 3 4 2 2 6 1',
                '0 1 0 5 2 0 2 0 0 6 0 4 6 3 5 2 6 3 3 3 5 1 1 2 4 2 1 1 3 0 5 3'),
        'low': ('0 0 1 1 0 2 2 1 2 0 3 4 0 1 3 0 1 2 3 4 5 0 1 2 3 4 5 6 1 2 3 4',
                '0 1 0 1 2 0 1 2 2 3 0 0 4 3 1 5 4 3 2 1 0 6 5 4 3 2 1 0 6 5 4 3'),
        'bot': ('6 1 3 3 2 4 1 2 4 4 5 1 4 6 2 5 6 1 6 2 2 4 3 3 5 5 6 2 5 5 3 6',
                '6 4 4 6 6 3 1 4 4 5 6 5 2 2 5 1 4 3 5 0 3 1 1 2 4 2 1 1 5 3 3 3')}
    n = int(method[3:])
    us, vs = ([int(t) for t in s.split()][:n] for s in tables[method[:3]])

    def basis(f, L):
        p = torch.arange(L, dtype=torch.float64)
        return torch.cos(math.pi * f * (p + .5) / L) / math.sqrt(L) * (1 if f == 0 else math.sqrt(2))
    D = torch.zeros(C, h, w, dtype=torch.float64)
    c = C // n
    for i, (u, v) in enumerate(zip(us, vs)):
        D[i * c:(i + 1) * c] = basis(u * (h // 7), h)[:, None] * basis(v * (w // 7), w)[None]
    return D.float()


class FCA(Attention):
    def __init__(self, C, dct_h=28, dct_w=28, reduction=16, freq_sel_method='top16'):
        super().__init__()
        self.hw = (dct_h, dct_w)
        self.dct_layer = nn.Module()
        self.dct_layer.register_buffer('weight', dct_filters(C, dct_h, dct_w, freq_sel_method))
        self.fc = nn.Sequential(nn.Linear(C, C // reduction, bias=False), nn.ReLU(),
                                nn.Linear(C // reduction, C, bias=False), nn.Sigmoid())

    def forward(self, x):
        p = x.float()
        if tuple(x.shape[2:]) != self.hw:
            p = F.adaptive_avg_pool2d(p, self.hw)
        d = (p * self.dct_layer.weight).sum((2, 3))
        g = self.fc(d)
        self.attn = {'channel': g, '_dct': d}
        return x * g[:, :, None, None]

    def near_identity(self):
        self.fc[0].weight.data *= .3
        self.fc[2].weight.data.abs_()
