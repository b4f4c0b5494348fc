"""Stage 6: writes backbone.onnx, tail.onnx, modules/*.safetensors, classes.json and manifest.json, and checks them.

notes.json holds what people judged and how the bundle is to be used, info.json what is said of data and schedule: both go into the
manifest as they are, so bring them up to date after every training. The check of the ONNX files needs OpenCV's Python module
(optional)."""
import argparse
import datetime
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import modules
from annotate import NOTES, annotate, read_notes, write_manifest
from evaluate import run
from nets import NETTE, Backbone, Tail
from options import common, prepare
from st import load_st, save_st

BASELINES = ('none', '_gaussian', '_tapnorm')


class TailOut(torch.nn.Module):
    """The tail with both outputs. GlobalAveragePool, since OpenCV mishandles the ReduceMean of an unknown size."""

    def __init__(self, tail):
        super().__init__()
        self.blk, self.fc = tail.blk, tail.fc

    def forward(self, x):
        feat = self.blk(x)
        return self.fc(F.adaptive_avg_pool2d(feat, 1).flatten(1)), feat


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--bb', default='backbone_recal.pt')
    p.add_argument('--bundle', default='bundle.pt')
    p.add_argument('--metrics', default='metrics.json', help='separated by commas')
    p.add_argument('--feats', default='', help='for the check on real features')
    p.add_argument('--tin-classes', default='data/tin_classes.json')
    p.add_argument('--notes', default=str(NOTES))
    p.add_argument('--info', default=str(NOTES.with_name('info.json')))
    p.add_argument('--out', default='out')
    return common(p).parse_args()


def read_json(path):
    return json.loads(Path(path).read_text(encoding='utf-8'))


def export_networks(backbone, tail, out):
    free = {2: 'h', 3: 'w'}
    torch.onnx.export(backbone, torch.rand(1, 3, 160, 160), str(out / 'backbone.onnx'), opset_version=12, input_names=['image'],
                      output_names=['tap'], dynamic_axes={'image': free, 'tap': {2: 'th', 3: 'tw'}})
    torch.onnx.export(tail, torch.rand(1, 128, 20, 20), str(out / 'tail.onnx'), opset_version=12, input_names=['features'],
                      output_names=['logits', 'feat'], dynamic_axes={'features': free, 'feat': {2: 'fh', 3: 'fw'}})


def export_classes(tin_classes, path):
    labels = [(w, names.split(',')[0].strip(), 'tiny-imagenet-200') for w, names in read_json(tin_classes)]
    labels += [(w, name, 'imagenette2') for w, name in NETTE]
    rows = [{'index': i, 'name': name, 'wnid': w, 'dataset': group} for i, (w, name, group) in enumerate(labels)]
    path.write_text(json.dumps(rows, indent=0, ensure_ascii=False) + '\n', encoding='utf-8')


def export_modules(k, metrics, tail, taps, out):
    """Writes each module and reads it back; gives the largest difference between the logits of both."""
    worst = 0.
    for name, state in k['modules'].items():
        meta = dict(id=name, hyperparams=json.dumps(modules.HP[name], sort_keys=True), provenance='trained',
                    metrics=json.dumps(metrics.get(name, {})), tail_input=modules.TAIL_INPUT.get(name, 'replace'),
                    box_supervision=modules.BOX.get(name, 'none'), channels='128', steps=k['count'][name],
                    torch=torch.__version__)
        path = str(out / 'modules' / (name + '.safetensors'))
        save_st(path, state, meta)
        tensors, read = load_st(path)
        before, after = modules.make(name, modules.HP[name]).eval(), modules.make(name, json.loads(read['hyperparams'])).eval()
        modules.load_state(name, before, state)
        modules.load_state(name, after, tensors)
        first, second = (run(name, m, tail, taps, maps=False)[0] for m in (before, after))
        assert torch.isfinite(second).all(), name
        worst = max(worst, (first - second).abs().max().item())
    return worst


def check_onnx(backbone, tail, out):
    """Largest absolute difference between OpenCV's run and PyTorch's, by file, size and output."""
    try:
        import cv2
    except ImportError:
        print('OpenCV is missing: the ONNX files were not checked')
        return {}
    found = {}
    for kind, net, names, shapes in (('backbone', backbone, ['tap'], [(1, 3, 160, 160), (1, 3, 224, 224), (1, 3, 160, 216)]),
                                     ('tail', tail, ['logits', 'feat'], [(1, 128, 20, 20), (1, 128, 28, 28), (1, 128, 20, 27)])):
        for shape in shapes:
            other = cv2.dnn.readNetFromONNX(str(out / (kind + '.onnx')))
            other.enableFusion(False)
            x = torch.rand(shape) if kind == 'backbone' else torch.relu(torch.randn(shape))
            other.setInput(x.numpy())
            got = other.forward(names)
            with torch.no_grad():
                wanted = net(x)
            wanted = [wanted] if kind == 'backbone' else wanted
            errors = {n: float(np.abs(g - w.numpy()).max()) for n, g, w in zip(names, got, wanted)}
            found[f'{kind} {shape[2]}x{shape[3]}'] = errors
    return found


def manifest(k, metrics, verification):
    entries = {name: dict(file=f'modules/{name}.safetensors', hyperparams=modules.HP[name],
                          tail_input=modules.TAIL_INPUT.get(name, 'replace'), box_supervision=modules.BOX.get(name, 'none'),
                          steps=k['count'][name], metrics=metrics.get(name, {}))
               for name in k['modules']}
    return dict(
        format=1, date=datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'), torch=torch.__version__,
        input=dict(name='image', layout='NCHW', range='RGB 0..1', recommended_size=[160, 160],
                   sizes='any multiple of 8; trained 112..224',
                   normalisation=f'inside backbone.onnx: (x-mean)/std, mean {Backbone.MEAN} std {Backbone.STD}'),
        tap=dict(name='tap', channels=128, stride=8),
        tail=dict(file='tail.onnx', input='features', outputs=['logits', 'feat'], feat_channels=192, feat_stride=16,
                  cam='sum_c fc.weight[class,c]*feat[c]; logits = fc.weight*mean(feat)+fc.bias',
                  opencv='call enableFusion(false)'),
        tail_input=dict(replace='module output', add='tap + module output', half='module output / 2',
                        unshuffle='module output with the final 2-group channel shuffle inverted: '
                                  'in[k]=out[2k], in[64+k]=out[2k+1]'),
        modules=entries, baselines={name: metrics[name] for name in BASELINES if name in metrics}, verification=verification)


def main():
    a = options()
    prepare(a)
    out = Path(a.out)
    (out / 'modules').mkdir(parents=True, exist_ok=True)
    k = torch.load(a.bundle, map_location='cpu')
    backbone, tail = Backbone().eval(), Tail().eval()
    backbone.load_state_dict(torch.load(a.bb, map_location='cpu'))
    tail.load_state_dict(k['tail'])
    metrics = {}
    for path in a.metrics.split(','):
        metrics.update(read_json(path))
    taps = torch.relu(torch.randn(16, 128, 20, 20))
    if a.feats:
        taps = torch.load(a.feats, map_location='cpu')['val']['net160'][:64].float()
    both = TailOut(tail).eval()
    export_networks(backbone, both, out)
    export_classes(a.tin_classes, out / 'classes.json')
    verification = {'onnx_vs_torch_max_abs': check_onnx(backbone, both, out),
                    'safetensors_reload_max_logit_diff': export_modules(k, metrics, tail, taps, out)}
    told = {**manifest(k, metrics, verification), **read_json(a.info)}
    write_manifest(out / 'manifest.json', annotate(told, read_notes(a.notes)))
    print(json.dumps(verification, indent=1))


if __name__ == '__main__':
    main()
