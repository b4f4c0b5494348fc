"""Affinities of the features with themselves: non-local, SAGAN, multi-head, DANet, CCNet, axial, EMA, A2, external, windows."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from .common import Attention, softmax32


class NonLocal(Attention):
    def __init__(self, C, inter=None, sub_sample=True, bn_layer=True):
        super().__init__()
        d = inter or max(1, C // 2)
        self.theta, phi, g = nn.Conv2d(C, d, 1), nn.Conv2d(C, d, 1), nn.Conv2d(C, d, 1)
        if sub_sample:
            phi, g = nn.Sequential(phi, nn.MaxPool2d(2)), nn.Sequential(g, nn.MaxPool2d(2))
        self.phi, self.g = phi, g
        W = nn.Conv2d(d, C, 1)
        self.W = nn.Sequential(W, nn.BatchNorm2d(C)) if bn_layer else W

    def forward(self, x):
        B, C, H, W = x.shape
        q, k, v = self.theta(x).flatten(2), self.phi(x).flatten(2), self.g(x).flatten(2)
        A = softmax32(torch.matmul(q.transpose(1, 2), k), v)
        self.attn = {'matrix': A[:, None]}
        y = torch.matmul(v, A.transpose(1, 2)).view(B, -1, H, W)
        return self.W(y) + x

    def near_identity(self):
        for c in (self.theta, self.phi):
            nn.init.normal_(c.weight, 0, .03)
            nn.init.zeros_(c.bias)
        nn.init.constant_(self.W[1].weight, .2)


class SAGAN(Attention):
    def __init__(self, C):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.query_conv, self.key_conv, self.value_conv = nn.Conv2d(C, C // 8, 1), nn.Conv2d(C, C // 8, 1), nn.Conv2d(C, C, 1)

    def forward(self, x):
        B, C, H, W = x.shape
        q, k, v = self.query_conv(x).flatten(2), self.key_conv(x).flatten(2), self.value_conv(x).flatten(2)
        A = softmax32(torch.matmul(q.transpose(1, 2), k), v)
        self.attn = {'matrix': A[:, None]}
        return self.gamma * torch.matmul(v, A.transpose(1, 2)).view(B, C, H, W) + x

    def near_identity(self):
        nn.init.constant_(self.gamma, .1)
        for c in (self.query_conv, self.key_conv):
            nn.init.normal_(c.weight, 0, .05)
            nn.init.zeros_(c.bias)


class MHSA(Attention):
    def __init__(self, C, heads=8, qkv_bias=True):
        super().__init__()
        self.h = heads
        self.qkv, self.proj = nn.Linear(C, 3 * C, bias=qkv_bias), nn.Linear(C, C)

    def forward(self, x):
        B, C, H, W = x.shape
        t = x.flatten(2).transpose(1, 2)
        q, k, v = self.qkv(t).view(B, H * W, 3, self.h, C // self.h).permute(2, 0, 3, 1, 4)
        A = softmax32(torch.matmul(q, k.transpose(2, 3)) * (C // self.h) ** -.5, v)
        self.attn = {'matrix': A}
        o = self.proj(torch.matmul(A, v).transpose(1, 2).reshape(B, H * W, C))
        return o.transpose(1, 2).reshape(B, C, H, W)

    def near_identity(self):
        C = self.proj.weight.shape[0]
        nn.init.normal_(self.qkv.weight[:2 * C], 0, .05)
        self.proj.weight.data *= .2
        nn.init.zeros_(self.proj.bias)


class DANet(Attention):
    def __init__(self, C):
        super().__init__()
        self.sa = SAGAN(C)
        self.sc = nn.Module()
        self.sc.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        p = self.sa(x)
        f = x.flatten(2)
        E = torch.matmul(f, f.transpose(1, 2)).float()
        A = torch.softmax(E.amax(2, keepdim=True) - E, 2).to(x.dtype)
        c = self.sc.gamma * torch.matmul(A, f).view_as(x) + x
        self.attn = {'matrix': self.sa.attn['matrix'], 'channel_matrix': A[:, None]}
        return p + c

    def near_identity(self):
        self.sa.near_identity()


class CCNet(Attention):
    def __init__(self, C, recurrence=2):
        super().__init__()
        self.r = recurrence
        self.gamma = nn.Parameter(torch.zeros(1))
        self.query_conv, self.key_conv, self.value_conv = nn.Conv2d(C, C // 8, 1), nn.Conv2d(C, C // 8, 1), nn.Conv2d(C, C, 1)

    def step(self, x):
        B, C, H, W = x.shape
        q, k, v = self.query_conv(x), self.key_conv(x), self.value_conv(x)
        ec = torch.einsum('bcij,bckj->bijk', q, k).float()
        ec = ec + torch.diag(torch.full((H,), float('-inf'), device=x.device))[None, :, None, :]
        er = torch.einsum('bcij,bcil->bijl', q, k).float()
        A = torch.softmax(torch.cat([ec, er], 3), 3).to(v.dtype)
        o = torch.einsum('bijk,bckj->bcij', A[..., :H], v) + torch.einsum('bijl,bcil->bcij', A[..., H:], v)
        return self.gamma * o + x, A

    def forward(self, x):
        As = []
        for _ in range(self.r):
            x, A = self.step(x)
            As.append(A)
        self.attn = {'criss': torch.stack(As, 1)}
        return x

    near_identity = SAGAN.near_identity


class Axial(Attention):
    def __init__(self, C, heads=8, sum_axial_out=True):
        super().__init__()
        self.h, self.sum = heads, sum_axial_out

        class Fn(nn.Module):
            def __init__(self):
                super().__init__()
                self.to_q, self.to_kv, self.to_out = nn.Linear(C, C, bias=False), nn.Linear(C, 2 * C, bias=False), nn.Linear(C, C)

            def forward(self, t, h):                              # t (B,S,L,C)
                B, S, L, _ = t.shape
                q = self.to_q(t).view(B, S, L, h, C // h).transpose(2, 3)
                k, v = self.to_kv(t).view(B, S, L, 2, h, C // h).permute(3, 0, 1, 4, 2, 5)
                A = softmax32(torch.matmul(q, k.transpose(3, 4)) * (C // h) ** -.5, v)
                return self.to_out(torch.matmul(A, v).transpose(2, 3).reshape(B, S, L, C)), A
        self.axial_attentions = nn.ModuleList()
        for _ in range(2):
            m = nn.Module()
            m.fn = Fn()
            self.axial_attentions.append(m)

    def forward(self, x):
        a, b = (m.fn for m in self.axial_attentions)
        yh, Ah = a(x.permute(0, 3, 2, 1), self.h)                 # (B,W,H,C)
        yh = yh.permute(0, 3, 2, 1)
        yw, Aw = b((x if self.sum else yh).permute(0, 2, 3, 1), self.h)   # (B,H,W,C)
        yw = yw.permute(0, 3, 1, 2)
        self.attn = {'axial_h': Ah, 'axial_w': Aw}
        return yh + yw if self.sum else yw

    def near_identity(self):
        for m in self.axial_attentions:
            nn.init.normal_(m.fn.to_q.weight, 0, .05)
            nn.init.normal_(m.fn.to_kv.weight[:m.fn.to_q.weight.shape[0]], 0, .05)
            m.fn.to_out.weight.data *= .2
            nn.init.zeros_(m.fn.to_out.bias)


class EMAU(Attention):
    def __init__(self, C, K=64, stages=3):
        super().__init__()
        self.stages = stages
        self.register_buffer('mu', F.normalize(torch.randn(1, C, K), dim=1))
        self.conv1 = nn.Conv2d(C, C, 1)
        self.conv2 = nn.Sequential(nn.Conv2d(C, C, 1, bias=False), nn.BatchNorm2d(C))

    def forward(self, x):
        B, C, H, W = x.shape
        f = self.conv1(x).flatten(2).float()
        mu = self.mu.expand(B, -1, -1)
        with torch.no_grad():
            for _ in range(self.stages):
                z = torch.softmax(torch.matmul(f.transpose(1, 2), mu), 2)
                mu = torch.matmul(f, z / (1e-6 + z.sum(1, keepdim=True)))
                mu = mu / (1e-6 + mu.norm(dim=1, keepdim=True))
        if self.training:                                        # moving average of the bases, as in the paper
            self.mu = F.normalize(self.mu * .9 + mu.mean(0, keepdim=True) * .1, dim=1)
        self.attn = {'matrix': z[:, None], '_mu': mu}
        r = F.relu(torch.matmul(mu, z.transpose(1, 2)).view(B, C, H, W))
        return F.relu(self.conv2(r.to(x.dtype)) + x)

    def near_identity(self):
        nn.init.constant_(self.conv2[1].weight, .2)
        nn.init.kaiming_normal_(self.conv1.weight)


class A2(Attention):
    def __init__(self, C, c_m, c_n, reconstruct=True):
        super().__init__()
        self.convA, self.convB, self.convV = nn.Conv2d(C, c_m, 1), nn.Conv2d(C, c_n, 1), nn.Conv2d(C, c_n, 1)
        self.conv_reconstruct = nn.Conv2d(c_m, C, 1) if reconstruct else None

    def forward(self, x):
        B, C, H, W = x.shape
        a, b, v = self.convA(x).flatten(2), self.convB(x).flatten(2), self.convV(x).flatten(2)
        gb, dv = softmax32(b, a, 2), softmax32(v, a, 1)
        self.attn = {'gather': gb.view(B, -1, H, W), 'distribute': dv.view(B, -1, H, W)}
        z = torch.matmul(torch.matmul(a, gb.transpose(1, 2)), dv).view(B, -1, H, W)
        return self.conv_reconstruct(z) if self.conv_reconstruct else z

    def near_identity(self):
        self.conv_reconstruct.weight.data *= .2
        nn.init.zeros_(self.conv_reconstruct.bias)
        nn.init.normal_(self.convB.weight, 0, .03)


class External(Attention):
    def __init__(self, C, K=64):
        super().__init__()
        self.conv1 = nn.Conv2d(C, C, 1)
        self.linear_0, self.linear_1 = nn.Conv1d(C, K, 1, bias=False), nn.Conv1d(K, C, 1, bias=False)
        self.conv2 = nn.Sequential(nn.Conv2d(C, C, 1, bias=False), nn.BatchNorm2d(C))

    def forward(self, x):
        B, C, H, W = x.shape
        l = self.linear_0(self.conv1(x).flatten(2)).float()
        A = torch.softmax(l, 2)
        A = A / (1e-9 + A.sum(1, keepdim=True))
        self.attn = {'matrix': A[:, None]}
        y = self.linear_1(A.to(x.dtype)).view(B, C, H, W)
        return F.relu(self.conv2(y) + x)

    def near_identity(self):
        nn.init.constant_(self.conv2[1].weight, .2)


class WindowMSA(Attention):
    def __init__(self, C, window=7, heads=4, shift=0, qkv_bias=True):
        super().__init__()
        self.ws, self.h, self.shift = window, heads, shift
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        self.qkv, self.proj = nn.Linear(C, 3 * C, bias=qkv_bias), nn.Linear(C, C)
        y, x = torch.meshgrid(torch.arange(window), torch.arange(window), indexing='ij')
        y, x = y.flatten(), x.flatten()
        self.idx = (y[:, None] - y[None] + window - 1) * (2 * window - 1) + (x[:, None] - x[None] + window - 1)

    def forward(self, x):
        B, C, H, W = x.shape
        ws = self.ws
        x = F.pad(x, (0, -W % ws, 0, -H % ws))
        Hp, Wp = x.shape[2:]
        # As in torchvision, nothing is rolled along an axis which one window covers.
        sh, sw = (0 if n <= ws else self.shift for n in (Hp, Wp))
        if sh or sw:
            x = torch.roll(x, (-sh, -sw), (2, 3))
        nh, nw, N = Hp // ws, Wp // ws, ws * ws
        part = lambda t: t.view(t.shape[0], t.shape[1], nh, ws, nw, ws).permute(0, 2, 4, 3, 5, 1).reshape(-1, N, t.shape[1])
        t = part(x.contiguous())
        q, k, v = self.qkv(t).view(-1, N, 3, self.h, C // self.h).permute(2, 0, 3, 1, 4)
        l = torch.matmul(q * (C // self.h) ** -.5, k.transpose(2, 3)).float()
        l = l + self.relative_position_bias_table[self.idx.flatten()].view(N, N, self.h).permute(2, 0, 1)
        if sh or sw:
            reg = torch.zeros(1, 1, Hp, Wp, device=x.device)
            for start in (Hp - ws, Hp - sh) if sh else ():
                reg[:, :, start:] += 3
            for start in (Wp - ws, Wp - sw) if sw else ():
                reg[:, :, :, start:] += 1
            r = part(reg)[..., 0]
            mask = (r[:, :, None] != r[:, None]).float() * -100.
            l = l + mask.repeat(B, 1, 1)[:, None]
        A = torch.softmax(l, 3).to(v.dtype)
        self.attn = {'matrix': A.view(B, nh * nw, self.h, N, N), '_grid': (nh, nw)}
        o = self.proj(torch.matmul(A, v).transpose(1, 2).reshape(-1, N, C))
        o = o.view(B, nh, nw, ws, ws, C).permute(0, 5, 1, 3, 2, 4).reshape(B, C, Hp, Wp)
        if sh or sw:
            o = torch.roll(o, (sh, sw), (2, 3))
        return o[:, :, :H, :W]

    near_identity = MHSA.near_identity
