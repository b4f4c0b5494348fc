"""All modules of the bundle: their classes, hyper-parameters, and how each is trained and wired to the tail."""
from .branch import SK, Highway, SplitAttention
from .channel import ECA, FCA, GCT, SE, SRM
from .mixed import BAM, CBAM, PSA, SA, SCSE, SGE, Coord, SimAM, Triplet
from .self_attention import A2, EMAU, MHSA, SAGAN, Axial, CCNet, DANet, External, NonLocal, WindowMSA
from .spatial import GC, GENet, HardTopK, LKA, StripPooling

# SK keeps its squeeze layers under the documented prefix "attn."; self.attn itself is the result dictionary here.
KEY_RENAME = {'sk': ('attn_.', 'attn.')}

CLASSES = dict(se=SE, eca=ECA, srm=SRM, gct=GCT, fca=FCA, cbam=CBAM, bam=BAM, scse=SCSE, coord=Coord, triplet=Triplet, gc=GC,
               nonlocal_embedded=NonLocal, sagan=SAGAN, mhsa=MHSA, danet=DANet, ccnet=CCNet, emanet=EMAU, a2=A2,
               external=External, genet=GENet, strip_pooling=StripPooling, lka=LKA, psa=PSA, sge=SGE, sa=SA, sk=SK,
               split_attention=SplitAttention, highway=Highway, window_msa=WindowMSA, axial=Axial, simam=SimAM, hard_topk=HardTopK)

C = 128
HP = dict(
    se=dict(C=C, bias=True, reduction=16), eca=dict(C=C, k_size=5), srm=dict(C=C),
    gct=dict(C=C, after_relu=False, epsilon=1e-5, mode='l2'),
    fca=dict(C=C, dct_h=28, dct_w=28, freq_sel_method='top16', reduction=16),
    cbam=dict(C=C, no_spatial=False, pool_types=['avg', 'max'], reduction=16),
    bam=dict(C=C, combine='add', dilation=4, dilation_conv_num=2, num_layers=1, reduction=16),
    scse=dict(C=C, combine='max', reduction=2), coord=dict(C=C, reduction=32), triplet=dict(no_spatial=False),
    gc=dict(C=C, fusion=['channel_add'], pooling='att', ratio=.0625),
    nonlocal_embedded=dict(C=C, bn_layer=True, inter=None, sub_sample=False), sagan=dict(C=C),
    mhsa=dict(C=C, heads=4, qkv_bias=True), danet=dict(C=C), ccnet=dict(C=C, recurrence=2),
    emanet=dict(C=C, K=64, stages=3), a2=dict(C=C, c_m=32, c_n=32, reconstruct=True), external=dict(C=C, K=64),
    genet=dict(C=C, extent=4, extra_params=True, feat=[20, 20], mlp=True), strip_pooling=dict(C=C), lka=dict(C=C, wrap=False),
    psa=dict(C=C, mode='parallel'), sge=dict(C=C, groups=64), sa=dict(C=C, groups=64),
    sk=dict(C=C, d=32, groups=32, kernels=[3, 5]),
    split_attention=dict(C=C, Cout=C, groups=1, radix=2, reduction_factor=4), highway=dict(C=C, k=3, layers=1),
    window_msa=dict(C=C, heads=4, qkv_bias=True, shift=0, window=7), axial=dict(C=C, heads=8, sum_axial_out=True),
    simam=dict(e_lambda=1e-4), hard_topk=dict(ratio=.25, saliency='mean_abs'))

# how the shared tail is fed: replace = module output; add = tap + output (modules that have no residual of their own but are
# used in residual form); half = output / 2 (danet contains X twice); unshuffle = invert the final 2-group channel shuffle.
TAIL_INPUT = dict(mhsa='add', axial='add', window_msa='add', a2='add', danet='half', sa='unshuffle')

# how the spatial map is supervised by boxes: bce = sigmoid map, logit = raw map, mass = softmax map
BOX = dict(cbam='bce', bam='logit', scse='bce', coord='bce', triplet='bce', genet='bce', strip_pooling='bce', sge='bce',
           gc='mass', nonlocal_embedded='mass', sagan='mass', mhsa='mass', danet='mass', ccnet='mass', a2='mass', psa='mass',
           axial='mass', window_msa='mass')


def make(mid, hp):
    return CLASSES[mid](**hp)


def clean_state(mid, m):
    """state_dict under the documented keys."""
    a, b = KEY_RENAME.get(mid, ('\0', ''))
    kept = {k: v for k, v in m.state_dict().items() if not k.endswith('num_batches_tracked')}
    return {(b + k[len(a):] if k.startswith(a) else k): v for k, v in kept.items()}


def load_state(mid, m, sd):
    b, a = KEY_RENAME.get(mid, ('', '\0'))
    sd = {(b + k[len(a):] if k.startswith(a) else k): v for k, v in sd.items()}
    r = m.load_state_dict(sd, strict=False)
    missing = [k for k in r.missing_keys if not k.endswith('num_batches_tracked')]
    assert not missing and not r.unexpected_keys, (mid, missing, r.unexpected_keys)


def tail_input(mid, tap, out):
    w = TAIL_INPUT.get(mid, 'replace')
    if w == 'add':
        return tap + out
    if w == 'half':
        return out * .5
    if w == 'unshuffle':
        B, Ch, H, W = out.shape
        return out.view(B, Ch // 2, 2, H, W).transpose(1, 2).reshape(B, Ch, H, W)
    return out
