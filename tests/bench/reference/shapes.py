"""The parameters of each mechanism by state_dict key, with their shapes.

One function per mechanism, of the hyper-parameters h (with C, H, W, T, Cg, feat, D, which repeat the sizes of the input).
"""


def conv(name, out, inner, *kernel, bias=True):
    kernel = kernel or (1, 1)
    return {name + ".weight": (out, inner, *kernel), **({name + ".bias": (out,)} if bias else {})}


def linear(name, out, inner, bias=True):
    return {name + ".weight": (out, inner), **({name + ".bias": (out,)} if bias else {})}


def norm(name, *shape):
    return {name + ".weight": shape, name + ".bias": shape}


def bn(name, channels):
    return {f"{name}.{key}": (channels,) for key in ("weight", "bias", "running_mean", "running_var")}


def conv_bn(first, second, out, inner, *kernel):
    return {**conv(first, out, inner, *kernel, bias=False), **bn(second, out)}


def se(h):
    hidden = h["C"] // h["reduction"]
    return {**linear("fc.0", hidden, h["C"], h["bias"]), **linear("fc.2", h["C"], hidden, h["bias"])}


def fca(h):
    c, hidden = h["C"], h["C"] // h["reduction"]
    return {"dct_layer.weight": (c, h["dct_h"], h["dct_w"]), **linear("fc.0", hidden, c, False), **linear("fc.2", c, hidden,
                                                                                                          False)}


def gsop(h):
    c, d = h["C"], h["att_dim"]
    return {**conv("conv_for_DR", d, c), **bn("bn_for_DR", d), **bn("row_bn", d), **conv("row_conv_group", 4 * d, 1, d, 1),
            **conv("fc_adapt_channels", c, 4 * d)}


def soca(h):
    c, hidden = h["C"], h["C"] // h["reduction"]
    return {**conv("conv_du.0", hidden, c), **conv("conv_du.2", c, hidden)}


def encnet(h):
    c, k = h["C"], h["ncodes"]
    return {**conv_bn("encoding.0", "encoding.1", c, c), "encoding.3.codewords": (k, c), "encoding.3.scale": (k,),
            **bn("encoding.4", k), **linear("fc.0", c, c), **linear("selayer", h["nclass"], c)}


def dia(h):
    c = h["C"]
    return {key: shape for side in ("w_ih", "w_hh")
            for key, shape in {**linear(f"lstm.{side}.0.seq.0", c // 4, c),
                               **linear(f"lstm.{side}.0.seq.2", 4 * c, c // 4)}.items()}


def nonlocal_parameters(h, names, kernel=(1, 1)):
    c = h["C"]
    inner = h["inter"] or max(1, c // 2)
    shapes = {}
    for name in names:
        pooled = h["sub_sample"] and name != "theta"
        shapes.update(conv(name + ".0" if pooled else name, inner, c, *kernel))
    if h["bn_layer"]:
        return {**shapes, **conv("W.0", c, inner, *kernel), **bn("W.1", c)}
    return {**shapes, **conv("W", c, inner, *kernel)}


def nonlocal_embedded(h):
    return nonlocal_parameters(h, ("g", "theta", "phi"))


def gc(h):
    c, planes = h["C"], int(h["C"] * h["ratio"])
    shapes = conv("conv_mask", 1, c) if h["pooling"] == "att" else {}
    for fusion in h["fusion"]:
        shapes.update({**conv(f"{fusion}_conv.0", planes, c), **norm(f"{fusion}_conv.1", planes, 1, 1),
                       **conv(f"{fusion}_conv.3", c, planes)})
    return shapes


def position_attention(c, prefix=""):
    return {prefix + "gamma": (1,), **conv(prefix + "query_conv", c // 8, c), **conv(prefix + "key_conv", c // 8, c),
            **conv(prefix + "value_conv", c, c)}


def multi_head(h, prefix=""):
    return {**linear(prefix + "qkv", 3 * h["C"], h["C"], h["qkv_bias"]), **linear(prefix + "proj", h["C"], h["C"])}


def axial(h):
    c, shapes = h["C"], {}
    for axis in range(2):
        name = f"axial_attentions.{axis}.fn."
        shapes.update({**linear(name + "to_q", c, c, False), **linear(name + "to_kv", 2 * c, c, False),
                       **linear(name + "to_out", c, c)})
    return shapes


def emanet(h):
    c = h["C"]
    return {"mu": (1, c, h["K"]), **conv("conv1", c, c), **conv_bn("conv2.0", "conv2.1", c, c)}


def a2(h):
    c, m, n = h["C"], h["c_m"], h["c_n"]
    shapes = {**conv("convA", m, c), **conv("convB", n, c), **conv("convV", n, c)}
    return {**shapes, **conv("conv_reconstruct", c, m)} if h["reconstruct"] else shapes


def external(h):
    c, k = h["C"], h["K"]
    return {**conv("conv1", c, c), **conv("linear_0", k, c, 1, bias=False), **conv("linear_1", c, k, 1, bias=False),
            **conv_bn("conv2.0", "conv2.1", c, c)}


def attention_gate(h):
    c, inner, sub = h["C"], h["inter"] or max(1, h["C"] // 2), h["sub"]
    return {**conv("W.0", c, c), **bn("W.1", c), **conv("theta", inner, c, sub, sub, bias=False), **conv("phi", inner, h["Cg"]),
            **conv("psi", 1, inner)}


def genet(h):
    c, hidden, shapes = h["C"], max(1, h["C"] // 16), {}
    if h["extra_params"]:
        blocks = max(1, h["extent"].bit_length() - 1)
        kernel = (3, 3) if h["extent"] else h["feat"]
        for k in range(blocks):
            name = "downop" if blocks == 1 else f"downop.{k}"
            shapes.update(conv_bn(name + ".dwconv", name + ".bn", c, 1, *kernel))
    if h["mlp"]:
        shapes.update({**conv("mlp.0", hidden, c, bias=False), **conv("mlp.2", c, hidden, bias=False)})
    return shapes


def stn(h):
    return {**conv("localization.0", 8, h["C"], 5, 5), **conv("localization.3", 10, 8, 3, 3),
            **linear("fc_loc.0", h["hidden"], 10 * h["pool"] ** 2), **linear("fc_loc.2", 6, h["hidden"])}


def hamburger(h):
    c, d = h["C"], h["D"]
    return {**conv("lower_bread.0", d, c), "ham.bases": (h["S"], d // h["S"], h["R"]),
            **conv_bn("upper_bread.0", "upper_bread.1", c, d)}


def isa(h):
    c, key, value, shapes = h["C"], h["key"], h["value"], {}
    for block in ("long_range_sa", "short_range_sa"):
        for branch in (f"{block}.f_key", f"{block}.f_query"):
            shapes.update({**conv_bn(f"{branch}.0", f"{branch}.1.0", key, c), **conv_bn(f"{branch}.2", f"{branch}.3.0", key,
                                                                                        key)})
        shapes.update({**conv(f"{block}.f_value", value, c, bias=False), **conv_bn(f"{block}.W.0", f"{block}.W.1.0", c, value)})
    return shapes


def psanet(h):
    c, mid, shapes = h["C"], h["mid"], {}
    branches = ("", "_p") if h["psa_type"] == 2 else ("",)
    for b in branches:
        shapes.update({**conv_bn(f"reduce{b}.0", f"reduce{b}.1", mid, c), **conv_bn(f"attention{b}.0", f"attention{b}.1", mid,
                                                                                    mid),
                       **conv(f"attention{b}.3", h["mask_h"] * h["mask_w"], mid, bias=False)})
    return {**shapes, **conv_bn("proj.0", "proj.1", c, mid * len(branches))}


def cbam(h):
    c, hidden = h["C"], h["C"] // h["reduction"]
    shapes = {**linear("ChannelGate.mlp.1", hidden, c), **linear("ChannelGate.mlp.3", c, hidden)}
    return shapes if h["no_spatial"] else {**shapes, **conv_bn("SpatialGate.spatial.conv", "SpatialGate.spatial.bn", 1, 2, 7, 7)}


def bam(h):
    c, hidden = h["C"], h["C"] // h["reduction"]
    gate, shapes = "channel_att.gate_c.", {}
    for k in range(h["num_layers"]):
        shapes.update({**linear(f"{gate}gate_c_fc_{k}", hidden, hidden if k else c), **bn(f"{gate}gate_c_bn_{k + 1}", hidden)})
    shapes.update(linear(gate + "gate_c_fc_final", c, hidden if h["num_layers"] else c))
    gate = "spatial_att.gate_s.gate_s_"
    shapes.update({**conv(gate + "conv_reduce0", hidden, c), **bn(gate + "bn_reduce0", hidden), **conv(gate + "conv_final", 1,
                                                                                                       hidden)})
    for k in range(h["dilation_conv_num"]):
        shapes.update({**conv(f"{gate}conv_di_{k}", hidden, hidden, 3, 3), **bn(f"{gate}bn_di_{k}", hidden)})
    return shapes


def scse(h):
    c, hidden = h["C"], h["C"] // h["reduction"]
    return {**linear("cSE.fc1", hidden, c), **linear("cSE.fc2", c, hidden), **conv("sSE.conv", 1, c)}


def coord(h):
    c, hidden = h["C"], max(8, h["C"] // h["reduction"])
    return {**conv("conv1", hidden, c), **bn("bn1", hidden), **conv("conv_h", c, hidden), **conv("conv_w", c, hidden)}


def triplet(h):
    shapes = {}
    for branch in ("cw", "hc") if h["no_spatial"] else ("cw", "hc", "hw"):
        shapes.update(conv_bn(branch + ".conv.conv", branch + ".conv.bn", 1, 2, 7, 7))
    return shapes


def strip_pooling(h):
    c = h["C"]
    return {**conv_bn("conv1", "bn1", c, c, 3, 1), **conv_bn("conv2", "bn2", c, c, 1, 3), **conv("conv3", c, c)}


def lka(h):
    c, prefix = h["C"], "spatial_gating_unit." if h["wrap"] else ""
    shapes = {**conv(prefix + "conv0", c, 1, 5, 5), **conv(prefix + "conv_spatial", c, 1, 7, 7), **conv(prefix + "conv1", c, c)}
    return {**shapes, **conv("proj_1", c, c), **conv("proj_2", c, c)} if h["wrap"] else shapes


def psa(h):
    c, half = h["C"], h["C"] // 2
    shapes = {**conv("conv_q_right", 1, c, bias=False), **conv("conv_v_right", half, c, bias=False),
              **conv("conv_q_left", half, c, bias=False), **conv("conv_v_left", half, c, bias=False)}
    if h["mode"] == "parallel":
        return {**shapes, **conv("conv_up", c, half, bias=False)}
    return {**shapes, **conv("conv_up.0", half // 4, half), **norm("conv_up.1", half // 4, 1, 1), **conv("conv_up.3", c,
                                                                                                         half // 4)}


def sa(h):
    n = h["C"] // (2 * h["groups"])
    return {**{key: (1, n, 1, 1) for key in ("cweight", "cbias", "sweight", "sbias")}, **norm("gn", n)}


def ran(h):
    c, q, shapes = h["C"], h["C"] // 4, {}
    for name in ("first_residual_blocks", "trunk_branches.0", "trunk_branches.1", "softmax1_blocks.0", "softmax1_blocks.1",
                 "last_blocks"):
        shapes.update({**bn(name + ".bn1", c), **conv(name + ".conv1", q, c, bias=False), **bn(name + ".bn2", q),
                       **bn(name + ".bn3", q),
                       **conv(name + ".conv2", q, q, 3, 3, bias=False), **conv(name + ".conv3", c, q, bias=False)})
    for k in (0, 3):
        shapes.update({**bn(f"softmax2_blocks.{k}", c), **conv(f"softmax2_blocks.{k + 2}", c, c, bias=False)})
    return shapes


def rga(h):
    shapes = {}
    n, c = h["H"] * h["W"], h["C"]
    reduced = {"spatial": (c // h["cha"], c, n // h["spa"], n), "channel": (n // h["spa"], n, c // h["cha"], c)}
    for kind, (own, inputs, relations, places) in reduced.items():
        for name in ("gx", "theta", "phi"):
            shapes.update(conv_bn(f"{name}_{kind}.0", f"{name}_{kind}.1", own, inputs))
        inner = (1 + relations) // h["down"]
        shapes.update({**conv_bn(f"gg_{kind}.0", f"gg_{kind}.1", relations, 2 * places),
                       **conv_bn(f"W_{kind}.0", f"W_{kind}.1", inner, 1 + relations), **conv_bn(f"W_{kind}.3", f"W_{kind}.4", 1,
                                                                                                inner)})
    return shapes


def sk(h):
    c, d, shapes = h["C"], h["d"], {}
    for k in range(len(h["kernels"])):
        shapes.update(conv_bn(f"paths.{k}.conv", f"paths.{k}.bn", c, c // h["groups"], 3, 3))
    return {**shapes, **conv_bn("attn.fc_reduce", "attn.bn", d, c), **conv("attn.fc_select", len(h["kernels"]) * c, d,
                                                                           bias=False)}


def split_attention(h):
    c, out, radix, card = h["C"], h["Cout"], h["radix"], h["groups"]
    inner = max(c * radix // h["reduction_factor"], 32)
    return {**conv_bn("conv", "bn0", out * radix, c // (card * radix), 3, 3), **conv("fc1", inner, out // card), **bn("bn1",
                                                                                                                      inner),
            **conv("fc2", out * radix, inner // card)}


def condconv(h):
    shapes = {**linear("routing_fn", h["experts"], h["C"]), "conv.weight": (h["experts"],
                                                                            h["Cout"] * (h["C"] // h["groups"]) * h["k"] ** 2)}
    return {**shapes, "conv.bias": (h["experts"], h["Cout"])} if h["bias"] else shapes


def dynamic_conv(h):
    c, out, k = h["C"], h["Cout"], h["K"]
    hidden = k if c == 3 else int(c * h["ratio"]) + 1
    shapes = {"weight": (k, out, c // h["groups"], h["k"], h["k"]), **conv("attention.fc1", hidden, c, bias=False),
              **conv("attention.fc2", k, hidden)}
    return {**shapes, "bias": (k, out)} if h["bias"] else shapes


def highway(h):
    c, k, shapes = h["C"], h["k"], {}
    for layer in range(h["layers"]):
        shapes.update({**conv(f"transform.{layer}", c, c, k, k), **conv(f"gate.{layer}", c, c, k, k)})
    return shapes


def tam(h):
    t, c = h["T"], h["C"]
    return {**linear("G.0", 2 * t, t, False), **bn("G.1", 2 * t), **linear("G.3", h["K"], 2 * t, False),
            **conv("L.0", c // 4, c, h["K"], bias=False), **bn("L.1", c // 4), **conv("L.3", c, c // 4, 1, bias=False)}


def temporal_se(h):
    hidden = max(1, h["T"] // h["reduction"])
    return {**linear("fc1", hidden, h["T"]), **linear("fc2", h["T"], hidden)}


def gltr(h):
    shapes = linear("proj", h["C"], h["d"])
    for name in "qkv":
        shapes.update(linear(name, h["d"], h["C"]))
    return shapes


def divided_st(h):
    c = h["C"]
    return {**norm("temporal_norm1", c), **norm("norm1", c), **multi_head(h, "temporal_attn."), **multi_head(h, "attn."),
            **linear("temporal_fc", c, c)}


def window_msa(h):
    return {"relative_position_bias_table": ((2 * h["window"] - 1) ** 2, h["heads"]), **multi_head(h)}


SHAPES = {f.__name__: f for f in (
    se, fca, gsop, soca, encnet, dia, nonlocal_embedded, gc, axial, emanet, a2, external, attention_gate, genet, stn, hamburger,
    isa,
    psanet, cbam, bam, scse, coord, triplet, strip_pooling, lka, psa, sa, ran, rga, sk, split_attention, condconv, dynamic_conv,
    highway,
    tam, temporal_se, gltr, divided_st, window_msa)}
SHAPES |= {
    "eca": lambda h: {"conv.weight": (1, 1, h["k_size"])},
    "srm": lambda h: {"cfc": (h["C"], 2), **bn("bn", h["C"])},
    "gct": lambda h: {key: (1, h["C"], 1, 1) for key in ("alpha", "gamma", "beta")},
    "nonlocal_dot": nonlocal_embedded,
    "nonlocal_gaussian": lambda h: nonlocal_parameters(h, ("g",)),
    "spacetime_nonlocal": lambda h: nonlocal_parameters(h, ("g", "theta", "phi"), (1, 1, 1)),
    "sagan": lambda h: position_attention(h["C"]),
    "danet": lambda h: {**position_attention(h["C"], "sa."), "sc.gamma": (1,)},
    "mhsa": multi_head,
    "ccnet": lambda h: position_attention(h["C"]),
    "sge": lambda h: {key: (1, h["groups"], 1, 1) for key in ("weight", "bias")},
    "st_gumbel": lambda h: conv("score", 1, h["C"]),
    "draw_attention": lambda h: linear("read", 5, h["D"]),
    "simam": lambda h: {}, "ram_glimpse": lambda h: {}, "hard_topk": lambda h: {},
}


def problems(case):
    """Sentences on parameters which are not those of the case's hyper-parameters."""
    try:
        wanted = {key: tuple(shape) for key, shape in SHAPES[case.id](case.hyperparams).items()}
    except KeyError as key:
        return [f"the hyper-parameters lack {key}"]
    given = {key: tuple(value.shape) for key, value in case.params.items()}
    return [f"{key} is {given.get(key)} instead of {wanted.get(key)}"
            for key in sorted(given.keys() | wanted.keys()) if given.get(key) != wanted.get(key)]
