"""Hyper-parameters: the papers' defaults at 64 channels, and others for further cases at few channels.

Where a default does not fit 64 channels, the choice is: sa has 8 groups instead of 64 (128 channels would be needed), gsop pools
with stride 2 as its authors do up to 64 channels, psanet has a quarter of the channels inside, st_gumbel a grid of 4×4.
"""

DEFAULTS = {
    "se": {"reduction": 16, "bias": True},
    "eca": {"k_size": 3},
    "srm": {},
    "gct": {"mode": "l2", "epsilon": 1e-5, "after_relu": False},
    "fca": {"dct_h": 56, "dct_w": 56, "reduction": 16, "freq_sel_method": "top16"},
    "gsop": {"att_dim": 128, "stride": 2},
    "soca": {"reduction": 8, "iters": 5},
    "encnet": {"ncodes": 32, "nclass": 19},
    "dia": {},
    "nonlocal_embedded": {"inter": None, "sub_sample": True, "bn_layer": True},
    "nonlocal_gaussian": {"inter": None, "sub_sample": True, "bn_layer": True},
    "nonlocal_dot": {"inter": None, "sub_sample": True, "bn_layer": True},
    "gc": {"ratio": 1 / 16, "pooling": "att", "fusion": ["channel_add"]},
    "sagan": {},
    "mhsa": {"heads": 8, "qkv_bias": True},
    "ccnet": {"recurrence": 2},
    "axial": {"heads": 8, "sum_axial_out": True},
    "emanet": {"K": 64, "stages": 3},
    "a2": {"c_m": 16, "c_n": 16, "reconstruct": True},
    "external": {"K": 64},
    "attention_gate": {"inter": None, "sub": 2},
    "genet": {"extent": 0, "extra_params": False, "mlp": False},
    "stn": {"hidden": 32, "pool": 4, "align_corners": False, "padding_mode": "zeros"},
    "window_msa": {"window": 7, "shift": 0, "heads": 8, "qkv_bias": True},
    "hamburger": {"D": 512, "R": 64, "S": 1, "steps": 7},
    "isa": {"down": [8, 8], "key": 32, "value": 64},
    "psanet": {"psa_type": 2, "mid": 16, "mask_h": None, "mask_w": None, "shrink": 2, "norm": 1.0, "softmax": True},
    "cbam": {"reduction": 16, "pool_types": ["avg", "max"], "no_spatial": False},
    "bam": {"reduction": 16, "num_layers": 1, "dilation_conv_num": 2, "dilation": 4, "combine": "mul"},
    "scse": {"reduction": 2, "combine": "max"},
    "simam": {"e_lambda": 1e-4},
    "coord": {"reduction": 32},
    "triplet": {"no_spatial": False},
    "danet": {},
    "strip_pooling": {},
    "lka": {"wrap": False},
    "psa": {"mode": "parallel"},
    "sge": {"groups": 64},
    "sa": {"groups": 8},
    "ran": {},
    "rga": {"cha": 8, "spa": 8, "down": 8},
    "sk": {"kernels": [3, 5], "groups": 32, "d": 32},
    "split_attention": {"Cout": 64, "radix": 2, "groups": 1, "reduction_factor": 4},
    "condconv": {"Cout": 64, "experts": 8, "k": 3, "groups": 1, "bias": False},
    "dynamic_conv": {"Cout": 64, "K": 4, "T": 34, "ratio": 0.25, "k": 3, "groups": 1, "bias": True},
    "highway": {"k": 3, "layers": 1},
    "tam": {"K": 3},
    "temporal_se": {"reduction": 2},
    "gltr": {"d": 32},
    "spacetime_nonlocal": {"inter": None, "sub_sample": True, "bn_layer": True},
    "divided_st": {"heads": 8, "qkv_bias": True},
    "ram_glimpse": {"g": 8, "k": 3, "s": 2},
    "hard_topk": {"ratio": 0.25, "saliency": "mean_abs"},
    "st_gumbel": {"gh": 4, "gw": 4, "tau": 1.0},
    "draw_attention": {"D": 16, "N": 12},
}

# Each list: what differs from the defaults. The first also runs on narrow, constant and large inputs. C is 16 unless said.
VARIANTS = {
    "se": [{"reduction": 4}, {"C": 19, "reduction": 4}, {"C": 13, "reduction": 1, "bias": False}, {"C": 1, "reduction": 1}],
    "eca": [{}, {"C": 5, "k_size": 7}, {"C": 1, "k_size": 1}, {"C": 33, "k_size": 9}],
    "srm": [{}, {"C": 1}, {"C": 40}],
    "gct": [{}, {"mode": "l1"}, {"mode": "l1", "after_relu": True, "C": 7}, {"epsilon": 1e-3, "C": 1}],
    "fca": [{"dct_h": 7, "dct_w": 7, "reduction": 4}, {"dct_h": 5, "dct_w": 9, "reduction": 2, "freq_sel_method": "bot8"},
            {"C": 32, "dct_h": 14, "dct_w": 21, "freq_sel_method": "low32"},
            {"C": 6, "dct_h": 7, "dct_w": 13, "reduction": 3, "freq_sel_method": "top2"}],
    "gsop": [{"att_dim": 8, "stride": 1}, {"C": 5, "att_dim": 3, "stride": 3}, {"att_dim": 1, "stride": 1}],
    "soca": [{"reduction": 4}, {"C": 9, "reduction": 3, "iters": 2}, {"reduction": 16, "iters": 7}],
    "encnet": [{"ncodes": 8}, {"C": 5, "ncodes": 1, "nclass": 2}, {"ncodes": 40}],
    "dia": [{}, {"C": 4}, {"C": 21}],
    "nonlocal_embedded": [{}, {"sub_sample": False}, {"C": 1, "sub_sample": False, "bn_layer": False}, {"inter": 11,
                                                                                                        "bn_layer": False}],
    "gc": [{"ratio": 0.25}, {"fusion": ["channel_mul"], "ratio": 0.5}, {"pooling": "avg", "fusion": ["channel_mul",
                                                                                                     "channel_add"]},
           {"C": 1, "ratio": 1.0}],
    "sagan": [{}, {"C": 8}, {"C": 35}],
    "mhsa": [{"heads": 4}, {"heads": 1, "C": 5}, {"heads": 6, "C": 6, "qkv_bias": False}],
    "ccnet": [{}, {"recurrence": 3, "C": 8}, {"recurrence": 1, "C": 20}],
    "axial": [{"heads": 4}, {"heads": 2, "sum_axial_out": False}, {"heads": 1, "C": 3}],
    "emanet": [{"K": 8}, {"K": 1, "C": 5}, {"K": 40, "stages": 2}],
    "a2": [{"c_m": 4, "c_n": 4}, {"c_m": 7, "c_n": 1, "C": 5}, {"c_m": 3, "c_n": 20, "reconstruct": False, "C": 3}],
    "external": [{"K": 8}, {"K": 1, "C": 5}, {"K": 70}],
    "attention_gate": [{"sub": 1}, {"inter": 3, "Cg": 5, "gate_hw": [3, 4]}, {"sub": 3, "C": 1, "Cg": 2, "gate_hw": [1, 2]},
                       {"gate_hw": [9, 20], "sub": 1}],
    "genet": [{}, {"extent": 3}, {"extra_params": True, "mlp": True}, {"extent": 2, "extra_params": True, "C": 5},
              {"extent": 8, "extra_params": True, "mlp": True}, {"extent": 5, "mlp": True, "C": 33}],
    "stn": [{}, {"padding_mode": "border", "hidden": 7, "pool": 2}, {"align_corners": True, "padding_mode": "border", "C": 1,
                                                                     "pool": 1}],
    "window_msa": [{"window": 4, "heads": 4}, {"window": 5, "shift": 2, "heads": 1, "C": 7}, {"window": 3, "shift": 2,
                                                                                              "heads": 2, "qkv_bias": False},
                   {"window": 16, "heads": 2}],
    "hamburger": [{"D": 16, "R": 4}, {"D": 12, "R": 3, "S": 3, "steps": 1, "C": 5}, {"D": 24, "R": 9, "S": 2, "steps": 4}],
    "isa": [{"down": [2, 3], "key": 8, "value": 16}, {"down": [3, 5], "key": 3, "value": 7, "C": 5}, {"down": [8, 8], "key": 8,
                                                                                                      "value": 4}],
    "psanet": [{"mid": 4, "shrink": 1}, {"mid": 3, "mask_h": 5, "mask_w": 3, "psa_type": 1, "C": 5, "shrink": 1},
               {"mid": 4, "psa_type": 0, "softmax": False, "norm": 7.5, "shrink": 1}, {"mid": 4, "shrink": 3, "mask_h": 3,
                                                                                       "mask_w": 7}],
    "cbam": [{"reduction": 4}, {"pool_types": ["max"], "reduction": 2, "C": 5}, {"pool_types": ["max", "avg"],
                                                                                 "no_spatial": True},
             {"C": 1, "reduction": 1}],
    "bam": [{"reduction": 4}, {"combine": "add", "reduction": 2, "num_layers": 3, "dilation_conv_num": 1, "C": 7},
            {"num_layers": 2, "dilation_conv_num": 3, "dilation": 2}],
    "scse": [{}, {"combine": "add", "reduction": 3, "C": 7}, {"reduction": 1, "C": 1}],
    "simam": [{}, {"e_lambda": 0.1, "C": 1}, {"e_lambda": 1e-6}],
    "coord": [{}, {"reduction": 1, "C": 11}, {"reduction": 4, "C": 1}],
    "triplet": [{}, {"no_spatial": True, "C": 5}, {"C": 1}],
    "danet": [{}, {"C": 8}, {"C": 35}],
    "strip_pooling": [{}, {"C": 1}, {"C": 23}],
    "lka": [{}, {"wrap": True}, {"C": 1}, {"C": 9, "wrap": True}],
    "psa": [{}, {"mode": "sequential"}, {"mode": "sequential", "C": 27}, {"C": 3}],
    "sge": [{"groups": 4}, {"groups": 1, "C": 5}, {"groups": 16}],
    "sa": [{"groups": 4}, {"groups": 1, "C": 2}, {"groups": 3, "C": 30}],
    "ran": [{}, {"C": 4}, {"C": 21}],
    "rga": [{"cha": 4, "spa": 4, "down": 2}, {"cha": 2, "spa": 7, "down": 3, "C": 13}, {"cha": 1, "spa": 1, "down": 8}],
    "sk": [{"groups": 4, "d": 8}, {"kernels": [3, 5, 7, 9], "groups": 1, "d": 3, "C": 5}, {"kernels": [7, 3], "groups": 16,
                                                                                           "d": 20}],
    "split_attention": [{"Cout": 16}, {"Cout": 12, "radix": 1, "groups": 2, "C": 8}, {"Cout": 20, "radix": 4, "groups": 1,
                                                                                      "reduction_factor": 1},
                        {"Cout": 12, "radix": 2, "groups": 4}],
    "condconv": [{"Cout": 16, "experts": 4}, {"Cout": 6, "experts": 1, "k": 5, "groups": 2, "bias": True}, {"Cout": 3, "k": 1,
                                                                                                            "C": 5}],
    "dynamic_conv": [{"Cout": 16}, {"Cout": 4, "K": 2, "T": 1, "ratio": 0.5, "C": 3}, {"Cout": 8, "k": 5, "groups": 4,
                                                                                       "bias": False, "T": 10}],
    "highway": [{}, {"k": 1, "layers": 2, "C": 5}, {"k": 5, "layers": 3, "C": 8}],
    "tam": [{"frames": 8}, {"frames": 5, "K": 5}, {"frames": 2, "C": 4}, {"frames": 4, "K": 1, "C": 21}],
    "temporal_se": [{"frames": 8}, {"frames": 3, "reduction": 1, "C": 1}, {"frames": 5, "reduction": 8}],
    "gltr": [{"frames": 8, "d": 8}, {"frames": 2, "d": 1, "C": 3}, {"frames": 5, "d": 20}],
    "spacetime_nonlocal": [{"frames": 3}, {"frames": 2, "sub_sample": False, "inter": 5}, {"frames": 4, "bn_layer": False,
                                                                                           "C": 7}],
    "divided_st": [{"frames": 3, "heads": 4}, {"frames": 5, "heads": 1, "C": 3, "qkv_bias": False}, {"frames": 2, "heads": 2,
                                                                                                     "C": 12}],
    "ram_glimpse": [{"g": 4, "C": 3}, {"g": 5, "k": 2, "s": 3, "C": 2}, {"g": 3, "k": 1, "C": 1}, {"g": 2, "k": 4, "s": 2,
                                                                                                   "C": 1}],
    "hard_topk": [{}, {"ratio": 0.01, "saliency": "l2"}, {"ratio": 1.0, "saliency": "mean"}, {"ratio": 0.6, "saliency": "mean",
                                                                                              "C": 1}],
    "st_gumbel": [{"gh": 2, "gw": 3}, {"gh": 3, "gw": 4, "tau": 0.1, "C": 5}, {"gh": 1, "gw": 1}],
    "draw_attention": [{"D": 8, "N": 5, "C": 3}, {"D": 5, "N": 2, "C": 1}, {"D": 6, "N": 12, "C": 2}],
}
for _id in ("nonlocal_dot", "nonlocal_gaussian"):
    VARIANTS[_id] = VARIANTS["nonlocal_embedded"]

WITHOUT_CHANNELS = {"simam", "triplet", "temporal_se", "ram_glimpse", "hard_topk", "draw_attention"}


def of(id, chosen, channels, height, width, frames):
    """The defaults with what is chosen and with what repeats the sizes of the input."""
    h = {**DEFAULTS[id], **{key: value for key, value in chosen.items() if key not in ("C", "frames")}}
    if id not in WITHOUT_CHANNELS:
        h["C"] = channels
    if id in ("tam", "temporal_se"):
        h["T"] = frames
    if id in ("ran", "rga"):
        h |= {"H": height, "W": width}
    if id == "genet":
        h["feat"] = [height, width]
    if id == "attention_gate":
        h = {"Cg": channels, "gate_hw": [(height + 1) // 2, (width + 1) // 2], **h}
    if id == "psanet":
        for key, length in (("mask_h", height), ("mask_w", width)):
            h[key] = h[key] or 2 * ((length - 1) // h["shrink"] + 1) - 1
    return h


def defined(id, h, channels, height, width):
    """Whether the mechanism means anything for these sizes."""
    if id in ("srm", "sge", "simam", "soca"):
        return height * width > 1
    if h.get("sub_sample"):
        return min(height, width) > 1
    if id == "stn":
        return min(height, width) > 3
    if id == "attention_gate":
        return min(height, width) >= h["sub"]
    if id == "rga":
        return all((1 + n) // h["down"] > 0 and n > 0 for n in (height * width // h["spa"], channels // h["cha"]))
    return True
