"""Gates of positions and gathered context: GC, Gather-Excite, strip pooling, LKA, hard top-k."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from .common import Attention, LayerNorm32


class GC(Attention):
    def __init__(self, C, ratio=1 / 16, pooling='att', fusion=('channel_add',)):
        super().__init__()
        p = int(C * ratio)
        self.pooling, self.fusion = pooling, fusion
        if pooling == 'att':
            self.conv_mask = nn.Conv2d(C, 1, 1)
        for f in fusion:
            setattr(self, f + '_conv', nn.Sequential(nn.Conv2d(C, p, 1), LayerNorm32([p, 1, 1]), nn.ReLU(), nn.Conv2d(p, C, 1)))

    def forward(self, x):
        B, C, H, W = x.shape
        self.attn = {}
        if self.pooling == 'att':
            m = torch.softmax(self.conv_mask(x).view(B, 1, H * W).float(), 2)
            self.attn['spatial'] = m.view(B, H, W)
            ctx = torch.matmul(x.flatten(2), m.to(x.dtype).transpose(1, 2))[..., None]
        else:
            ctx = x.mean((2, 3), keepdim=True)
        out = x
        if 'channel_mul' in self.fusion:
            g = torch.sigmoid(self.channel_mul_conv(ctx))
            self.attn['channel_mul'] = g[:, :, 0, 0]
            out = out * g
        if 'channel_add' in self.fusion:
            t = self.channel_add_conv(ctx)
            self.attn['channel_add'] = t[:, :, 0, 0]
            out = out + t
        return out

    def near_identity(self):
        nn.init.normal_(self.channel_add_conv[3].weight, 0, .02)
        nn.init.zeros_(self.channel_add_conv[3].bias)
        nn.init.normal_(self.conv_mask.weight, 0, .02)


class _Down(nn.Module):
    def __init__(self, C, k, stride, pad):
        super().__init__()
        self.dwconv = nn.Conv2d(C, C, k, stride, pad, groups=C, bias=False)
        self.bn = nn.BatchNorm2d(C)

    def forward(self, x):
        return self.bn(self.dwconv(x))


class GENet(Attention):
    def __init__(self, C, extent=0, extra_params=False, mlp=False, feat=None):
        super().__init__()
        self.extent, self.extra = extent, extra_params
        self.n = 0
        if extra_params:
            if extent == 0:
                self.downop, self.n = _Down(C, tuple(feat), 1, 0), 1
            else:
                self.n = int(round(math.log2(extent)))
                blocks = [_Down(C, 3, 2, 1) for _ in range(self.n)]
                if self.n == 1:
                    self.downop = blocks[0]
                else:
                    self.downop = nn.ModuleList(blocks)
        h = max(1, C // 16)
        self.mlp = nn.Sequential(nn.Conv2d(C, h, 1, bias=False), nn.ReLU(), nn.Conv2d(h, C, 1, bias=False)) if mlp else None

    def forward(self, x):
        if self.extra:
            g = x
            for i, b in enumerate(self.downop if self.n > 1 else [self.downop]):
                g = b(F.relu(g) if i else g)
        elif self.extent == 0:
            g = x.mean((2, 3), keepdim=True)
        else:
            e = self.extent
            g = F.avg_pool2d(x, 2 * e - 1, e, e - 1, count_include_pad=False)
        if self.mlp is not None:
            g = self.mlp(g)
        A = torch.sigmoid(F.interpolate(g.float(), size=x.shape[2:], mode='nearest'))
        self.attn = {'full': A}
        return x * A.to(x.dtype)

    def near_identity(self):
        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.bias, .5)
        if self.mlp is not None:
            self.mlp[0].weight.data.add_(.02)
            self.mlp[2].weight.data.abs_().add_(.02)


class StripPooling(Attention):
    def __init__(self, C):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(C, C, (3, 1), padding=(1, 0), bias=False), nn.BatchNorm2d(C)
        self.conv2, self.bn2 = nn.Conv2d(C, C, (1, 3), padding=(0, 1), bias=False), nn.BatchNorm2d(C)
        self.conv3 = nn.Conv2d(C, C, 1)

    def forward(self, x):
        s = F.relu(self.bn1(self.conv1(x.mean(3, keepdim=True))) + self.bn2(self.conv2(x.mean(2, keepdim=True))))
        A = torch.sigmoid(self.conv3(s))
        self.attn = {'full': A}
        return x * A

    def near_identity(self):
        nn.init.constant_(self.conv3.bias, 1.5)


class LKA(Attention):
    def __init__(self, C, wrap=False):
        super().__init__()

        def parts(m):
            m.conv0 = nn.Conv2d(C, C, 5, padding=2, groups=C)
            m.conv_spatial = nn.Conv2d(C, C, 7, padding=9, dilation=3, groups=C)
            m.conv1 = nn.Conv2d(C, C, 1)
        self.wrap = wrap
        if wrap:
            self.proj_1, self.proj_2 = nn.Conv2d(C, C, 1), nn.Conv2d(C, C, 1)
            self.spatial_gating_unit = nn.Module()
            parts(self.spatial_gating_unit)
        else:
            parts(self)

    def forward(self, x):
        m = self.spatial_gating_unit if self.wrap else self
        u = F.gelu(self.proj_1(x)) if self.wrap else x
        A = m.conv1(m.conv_spatial(m.conv0(u)))
        self.attn = {'full': A}
        return self.proj_2(u * A) + x if self.wrap else u * A

    def near_identity(self):
        nn.init.normal_(self.conv1.weight, 0, .01)
        nn.init.ones_(self.conv1.bias)


class HardTopK(Attention):
    def __init__(self, ratio=.25, saliency='mean_abs'):
        super().__init__()
        self.ratio, self.sal = ratio, saliency

    def forward(self, x):
        B, C, H, W = x.shape
        f = x.float()
        S = {'mean_abs': lambda: f.abs().mean(1), 'l2': lambda: f.pow(2).sum(1).sqrt(), 'mean': lambda: f.mean(1)}[self.sal]()
        k = max(1, int(math.floor(self.ratio * H * W + 1e-9)))
        i = torch.sort(S.flatten(1), dim=1, descending=True, stable=True).indices[:, :k]
        m = torch.zeros(B, H * W, device=x.device).scatter_(1, i, 1.).view(B, H, W)
        self.attn = {'spatial': m, 'saliency': S}
        return x * m[:, None].to(x.dtype)
