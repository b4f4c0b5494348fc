"""The one map by which a module is judged and shown."""
import torch


def received(A, H, W):
    """mean over heads and queries of a (B,heads,N,N) matrix: how much attention each position receives."""
    return A.float().mean((1, 2)).view(-1, 1, H, W)


def display_map(mid, m, H, W):
    t = m.attn
    if mid == 'bam':                                              # attn.spatial is raw; shown through a sigmoid
        return torch.sigmoid(t['spatial'].float())[:, None]
    if mid in ('cbam', 'scse', 'triplet', 'gc'):
        return t['spatial'].float()[:, None]
    if mid == 'hard_topk':
        return t['saliency'][:, None]
    if mid == 'psa':
        return t['_soft'][:, None]
    if mid in ('coord', 'genet', 'strip_pooling', 'simam', 'lka'):
        return t['full'].float().mean(1, keepdim=True)
    if mid == 'sge':
        return t['group'].float().mean(1, keepdim=True)
    if mid == 'sa':
        f = t['full'].float()
        g = m.g
        return f.view(f.shape[0], g, 2, -1, H, W)[:, :, 1].mean((1, 2))[:, None]
    if mid == 'highway':
        return t['gate'].float().mean((1, 2))[:, None]
    if mid in ('nonlocal_embedded', 'sagan', 'mhsa', 'danet'):
        return received(t['matrix'], H, W)
    if mid == 'a2':
        return t['gather'].float().mean(1, keepdim=True)
    if mid == 'ccnet':
        A = t['criss'][:, -1].float()                             # (B,i,j,H+W)
        # column part: summed over i, (j,k) -> (k,j); row part: summed over j, (i,l)
        r = A[..., :H].sum(1).transpose(1, 2) + A[..., H:].sum(2)
        return r[:, None] / (H * W)
    if mid == 'axial':
        h = t['axial_h'].float().mean((2, 3)).transpose(1, 2)      # (B,W,H)->(B,H,W)
        w = t['axial_w'].float().mean((2, 3))
        r = h * w
        return (r / r.sum((1, 2), keepdim=True))[:, None]
    if mid == 'window_msa':
        nh, nw = t['_grid']
        ws = m.ws
        r = t['matrix'].float().mean((2, 3)).view(-1, nh, nw, ws, ws).transpose(2, 3).reshape(-1, nh * ws, nw * ws)[:, :H, :W]
        return (r / r.sum((1, 2), keepdim=True))[:, None]
    return None
