"""Weights of branches: SK, split attention, highway."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from .common import Attention


class _ConvBn(nn.Module):
    def __init__(self, C, k, groups):
        super().__init__()
        d = (k - 1) // 2
        self.conv, self.bn = nn.Conv2d(C, C, 3, padding=d, dilation=d, groups=groups, bias=False), nn.BatchNorm2d(C)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class SK(Attention):
    def __init__(self, C, kernels=(3, 5), groups=32, d=32):
        super().__init__()
        self.m = len(kernels)
        self.paths = nn.ModuleList(_ConvBn(C, k, groups) for k in kernels)
        a = nn.Module()
        a.fc_reduce, a.bn = nn.Conv2d(C, d, 1, bias=False), nn.BatchNorm2d(d)
        a.fc_select = nn.Conv2d(d, C * self.m, 1, bias=False)
        self._modules['attn_'] = a

    def forward(self, x):
        B, C = x.shape[:2]
        U = torch.stack([p(x) for p in self.paths], 1)
        a = self._modules['attn_']
        z = F.relu(a.bn(a.fc_reduce(U.sum(1).mean((2, 3), keepdim=True))))
        w = torch.softmax(a.fc_select(z).view(B, self.m, C).float(), 1).to(U.dtype)
        self.attn = {'branch': w}
        return (U * w[..., None, None]).sum(1)

    def near_identity(self):
        for p in self.paths:
            w = p.conv.weight.data
            nn.init.dirac_(p.conv.weight, p.conv.groups)
            w.add_(torch.randn_like(w) * .02)


class SplitAttention(Attention):
    def __init__(self, C, Cout=None, groups=1, radix=2, reduction_factor=4):
        super().__init__()
        Cout = Cout or C
        self.k, self.r, self.co = groups, radix, Cout
        inter = max(C * radix // reduction_factor, 32)
        self.conv = nn.Conv2d(C, Cout * radix, 3, padding=1, groups=groups * radix, bias=False)
        self.bn0 = nn.BatchNorm2d(Cout * radix)
        self.fc1, self.bn1 = nn.Conv2d(Cout, inter, 1, groups=groups), nn.BatchNorm2d(inter)
        self.fc2 = nn.Conv2d(inter, Cout * radix, 1, groups=groups)

    def forward(self, x):
        B, _, H, W = x.shape
        U = F.relu(self.bn0(self.conv(x)))
        U = U.view(B, self.r, self.co, U.shape[2], U.shape[3])
        z = self.fc2(F.relu(self.bn1(self.fc1(U.sum(1).mean((2, 3), keepdim=True)))))
        if self.r > 1:
            a = torch.softmax(z.view(B, self.k, self.r, self.co // self.k).transpose(1, 2).float(), 1).reshape(B, self.r, self.co)
        else:
            a = torch.sigmoid(z).view(B, 1, self.co)
        self.attn = {'branch': a}
        return (U * a.to(U.dtype)[..., None, None]).sum(1)

    def near_identity(self):                                     # U_r carries its own share of the input, doubled
        w = self.conv.weight.data
        nn.init.normal_(w, 0, .02)
        C, n = w.shape[0] // self.r, w.shape[1]
        for r in range(self.r):
            for i in range(n):
                w[r * C + r * n + i, i, 1, 1] += self.r


class Highway(Attention):
    def __init__(self, C, k=3, layers=1):
        super().__init__()
        self.transform = nn.ModuleList(nn.Conv2d(C, C, k, padding=k // 2) for _ in range(layers))
        self.gate = nn.ModuleList(nn.Conv2d(C, C, k, padding=k // 2) for _ in range(layers))

    def forward(self, x):
        Ts = []
        for t, g in zip(self.transform, self.gate):
            T = torch.sigmoid(g(x))
            x = T * F.relu(t(x)) + (1 - T) * x
            Ts.append(T)
        self.attn = {'gate': torch.stack(Ts, 1)}
        return x

    def near_identity(self):
        for g in self.gate:
            g.weight.data *= .5
            nn.init.constant_(g.bias, -2.)
