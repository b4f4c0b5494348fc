"""Gates of channels and positions: CBAM, BAM, scSE, SimAM, coordinate and triplet attention, PSA, SGE, SA."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from .common import Attention, GroupNorm32, LayerNorm32, softmax32


class _CbamSpatial(nn.Module):
    """[max, mean] over the channel axis -> 7x7 conv -> BN -> sigmoid."""

    def __init__(self, conv='conv'):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        m = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        return torch.sigmoid(self.bn(self.conv(m)))


class CBAM(Attention):
    def __init__(self, C, reduction=16, pool_types=('avg', 'max'), no_spatial=False):
        super().__init__()
        self.pool_types, self.no_spatial = pool_types, no_spatial
        self.ChannelGate = nn.Module()
        self.ChannelGate.mlp = nn.Sequential(nn.Flatten(), nn.Linear(C, C // reduction), nn.ReLU(), nn.Linear(C // reduction, C))
        if not no_spatial:
            self.SpatialGate = nn.Module()
            self.SpatialGate.spatial = _CbamSpatial()

    def forward(self, x):
        s = sum(self.ChannelGate.mlp(x.mean((2, 3)) if t == 'avg' else x.amax((2, 3))) for t in self.pool_types)
        a = torch.sigmoid(s)
        self.attn = {'channel': a}
        y = x * a[:, :, None, None]
        if self.no_spatial:
            return y
        m = self.SpatialGate.spatial(y)
        self.attn['spatial'] = m[:, 0]
        return y * m

    def near_identity(self):
        nn.init.constant_(self.ChannelGate.mlp[3].bias, 1.)
        nn.init.constant_(self.SpatialGate.spatial.bn.bias, .5)


class BAM(Attention):
    def __init__(self, C, reduction=16, num_layers=1, dilation_conv_num=2, dilation=4, combine='mul'):
        super().__init__()
        h = C // reduction
        self.combine, self.nl, self.nd = combine, num_layers, dilation_conv_num
        g = nn.Module()
        for i in range(num_layers):
            setattr(g, f'gate_c_fc_{i}', nn.Linear(C if i == 0 else h, h))
            setattr(g, f'gate_c_bn_{i + 1}', nn.BatchNorm1d(h))
        g.gate_c_fc_final = nn.Linear(h, C)
        self.channel_att = nn.Module()
        self.channel_att.gate_c = g
        s = nn.Module()
        s.gate_s_conv_reduce0, s.gate_s_bn_reduce0 = nn.Conv2d(C, h, 1), nn.BatchNorm2d(h)
        for i in range(dilation_conv_num):
            setattr(s, f'gate_s_conv_di_{i}', nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation))
            setattr(s, f'gate_s_bn_di_{i}', nn.BatchNorm2d(h))
        s.gate_s_conv_final = nn.Conv2d(h, 1, 1)
        self.spatial_att = nn.Module()
        self.spatial_att.gate_s = s

    def forward(self, x):
        g, s = self.channel_att.gate_c, self.spatial_att.gate_s
        z = x.mean((2, 3))
        for i in range(self.nl):
            z = F.relu(getattr(g, f'gate_c_bn_{i + 1}')(getattr(g, f'gate_c_fc_{i}')(z)))
        mc = g.gate_c_fc_final(z)
        m = F.relu(s.gate_s_bn_reduce0(s.gate_s_conv_reduce0(x)))
        for i in range(self.nd):
            m = F.relu(getattr(s, f'gate_s_bn_di_{i}')(getattr(s, f'gate_s_conv_di_{i}')(m)))
        ms = s.gate_s_conv_final(m)
        c = mc[:, :, None, None]
        A = 1 + torch.sigmoid(c * ms if self.combine == 'mul' else c + ms)
        self.attn = {'channel': mc, 'spatial': ms[:, 0], 'full': A}
        return x * A

    def near_identity(self):
        nn.init.constant_(self.channel_att.gate_c.gate_c_fc_final.bias, -1.)


class SCSE(Attention):
    def __init__(self, C, reduction=2, combine='max'):
        super().__init__()
        self.combine = combine
        self.cSE = nn.Module()
        self.cSE.fc1, self.cSE.fc2 = nn.Linear(C, C // reduction), nn.Linear(C // reduction, C)
        self.sSE = nn.Module()
        self.sSE.conv = nn.Conv2d(C, 1, 1)

    def forward(self, x):
        a = torch.sigmoid(self.cSE.fc2(F.relu(self.cSE.fc1(x.mean((2, 3))))))
        s = torch.sigmoid(self.sSE.conv(x))
        self.attn = {'channel': a, 'spatial': s[:, 0]}
        u, v = x * a[:, :, None, None], x * s
        return torch.maximum(u, v) if self.combine == 'max' else u + v

    def near_identity(self):
        nn.init.constant_(self.cSE.fc2.bias, 1.)


class SimAM(Attention):
    def __init__(self, e_lambda=1e-4):
        super().__init__()
        self.lam = e_lambda

    def forward(self, x):
        f = x.float()
        d = (f - f.mean((2, 3), keepdim=True)).pow(2)
        v = d.sum((2, 3), keepdim=True) / (x.shape[2] * x.shape[3] - 1)
        A = torch.sigmoid(d / (4 * (v + self.lam)) + .5)
        self.attn = {'full': A}
        return x * A.to(x.dtype)


class Coord(Attention):
    def __init__(self, C, reduction=32):
        super().__init__()
        m = max(8, C // reduction)
        self.conv1, self.bn1 = nn.Conv2d(C, m, 1), nn.BatchNorm2d(m)
        self.conv_h, self.conv_w = nn.Conv2d(m, C, 1), nn.Conv2d(m, C, 1)

    def forward(self, x):
        H, W = x.shape[2:]
        y = torch.cat([x.mean(3), x.mean(2)], 2)[..., None]
        y = self.bn1(self.conv1(y))
        y = y * (y + 3).clamp(0, 6) / 6
        ah = torch.sigmoid(self.conv_h(y[:, :, :H]))
        aw = torch.sigmoid(self.conv_w(y[:, :, H:])).transpose(2, 3)
        A = ah * aw
        self.attn = {'h': ah[..., 0], 'w': aw[:, :, 0], 'full': A}
        return x * A

    def near_identity(self):
        nn.init.constant_(self.conv_h.bias, 1.5)
        nn.init.constant_(self.conv_w.bias, 1.5)


class Triplet(Attention):
    def __init__(self, no_spatial=False):
        super().__init__()

        class Branch(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Module()
                self.conv.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)
                self.conv.bn = nn.BatchNorm2d(1)

            def forward(self, t):
                m = torch.cat([t.amax(1, keepdim=True), t.mean(1, keepdim=True)], 1)
                return torch.sigmoid(self.conv.bn(self.conv.conv(m)))
        self.no_spatial = no_spatial
        self.cw, self.hc = Branch(), Branch()
        if not no_spatial:
            self.hw = Branch()

    def forward(self, x):
        cw = self.cw(x.permute(0, 2, 1, 3))                       # (B,1,C,W)
        hc = self.hc(x.permute(0, 3, 2, 1))                       # (B,1,H,C)
        A = cw.transpose(1, 2) + hc.permute(0, 3, 2, 1)           # (B,C,1,W) + (B,C,H,1)
        self.attn = {'cw': cw[:, 0], 'hc': hc[:, 0]}
        if self.no_spatial:
            A = A / 2
        else:
            hw = self.hw(x)
            self.attn['spatial'] = hw[:, 0]
            A = (A + hw) / 3
        self.attn['full'] = A
        return x * A

    def near_identity(self):
        for b in (self.cw, self.hc, self.hw):
            nn.init.constant_(b.conv.bn.bias, 1.5)


class PSA(Attention):
    def __init__(self, C, mode='parallel'):
        super().__init__()
        self.mode, h = mode, C // 2

        def c(i, o):
            return nn.Conv2d(i, o, 1, bias=False)
        self.conv_q_right, self.conv_v_right = c(C, 1), c(C, h)
        if mode == 'parallel':
            self.conv_up = c(h, C)
        else:
            self.conv_up = nn.Sequential(nn.Conv2d(h, h // 4, 1), LayerNorm32([h // 4, 1, 1]), nn.ReLU(), nn.Conv2d(h // 4, C, 1))
        self.conv_q_left, self.conv_v_left = c(C, h), c(C, h)

    def spatial(self, x):
        B, C, H, W = x.shape
        g = self.conv_q_left(x).mean((2, 3))[:, None]
        th = self.conv_v_left(x).flatten(2)
        if self.mode == 'parallel':
            s = torch.softmax(torch.matmul(g, th).float(), 2)
        else:
            s = torch.matmul(g, softmax32(th, g, 2)).float()
        self.attn['_soft'] = s.view(B, H, W)
        return torch.sigmoid(s).view(B, 1, H, W)

    def forward(self, x):
        B, C, H, W = x.shape
        v, q = self.conv_v_right(x).flatten(2), torch.softmax(self.conv_q_right(x).flatten(2).float(), 2)
        ctx = torch.matmul(v, q.to(v.dtype).transpose(1, 2))[..., None]
        m = torch.sigmoid(self.conv_up(ctx))
        self.attn = {'channel': m[:, :, 0, 0], '_query_softmax': q.view(B, H, W)}
        y = x * m
        s = self.spatial(x if self.mode == 'parallel' else y)
        self.attn['spatial'] = s[:, 0]
        return y + x * s.to(x.dtype) if self.mode == 'parallel' else y * s.to(x.dtype)

    def near_identity(self):
        nn.init.normal_(self.conv_q_left.weight, 0, .05)
        nn.init.normal_(self.conv_v_left.weight, 0, .05)
        nn.init.normal_(self.conv_q_right.weight, 0, .03)


class SGE(Attention):
    def __init__(self, C, groups=64):
        super().__init__()
        self.g = groups
        self.weight, self.bias = nn.Parameter(torch.zeros(1, groups, 1, 1)), nn.Parameter(torch.ones(1, groups, 1, 1))

    def forward(self, x):
        B, C, H, W = x.shape
        f = x.float().view(B, self.g, C // self.g, H * W)
        t = (f * f.mean(3, keepdim=True)).sum(2)
        t = t - t.mean(2, keepdim=True)
        t = t / (t.std(2, keepdim=True) + 1e-5)
        A = torch.sigmoid(t.view(B, self.g, H, W) * self.weight + self.bias)
        self.attn = {'group': A}
        return x * A.repeat_interleave(C // self.g, 1).to(x.dtype)

    def near_identity(self):
        nn.init.constant_(self.weight, .1)
        nn.init.constant_(self.bias, 1.5)


class SA(Attention):
    def __init__(self, C, groups=64):
        super().__init__()
        self.g, c = groups, C // (2 * groups)
        self.cweight, self.cbias = nn.Parameter(torch.zeros(1, c, 1, 1)), nn.Parameter(torch.ones(1, c, 1, 1))
        self.sweight, self.sbias = nn.Parameter(torch.zeros(1, c, 1, 1)), nn.Parameter(torch.ones(1, c, 1, 1))
        self.gn = GroupNorm32(c, c)

    def forward(self, x):
        B, C, H, W = x.shape
        f = x.reshape(B * self.g, C // self.g, H, W)
        x0, x1 = f.chunk(2, 1)
        a = torch.sigmoid(self.cweight * x0.mean((2, 3), keepdim=True) + self.cbias).expand_as(x0)
        s = torch.sigmoid(self.sweight * self.gn(x1) + self.sbias)
        A = torch.cat([a, s], 1).reshape(B, C, H, W)
        self.attn = {'full': A}
        return (x * A).view(B, 2, C // 2, H, W).transpose(1, 2).reshape(B, C, H, W)

    def near_identity(self):
        for p in (self.cweight, self.sweight):
            nn.init.constant_(p, .2)
        for p in (self.cbias, self.sbias):
            nn.init.constant_(p, 1.5)
