"""A Markdown table of metrics files: make_table.py metrics.json … > table.md"""
import json
import sys

HEAD = ['module', 'steps', 'Imagenette@160 of 10 (of 210)', 'Tiny@128 top-1 / top-5', 'CAM point',
        'point: all / small / off-centre, untrained', 'trained',
        'gain: all / small / off-centre, untrained', 'trained', 'range of the map']


def three(d, key, digits):
    return ' / '.join(f'{d[key + end]:.{digits}f}' for end in ('', '_small', '_off')) if d else '-'


def row(name, r):
    untrained, trained = r.get('map_untrained'), r.get('map_trained')
    return [name, r['steps'], f"{100 * r['imagenette160']:.1f} ({100 * r['imagenette160_210way']:.1f})",
            f"{100 * r['tiny128_top1']:.1f} / {100 * r['tiny128_top5']:.1f}", f"{r['cam']['point']:.3f}",
            three(untrained, 'point', 3), three(trained, 'point', 3), three(untrained, 'gain', 2), three(trained, 'gain', 2),
            '{:.3g} .. {:.3g}'.format(*r['map_range']) if trained else '-']


def main():
    found = {}
    for path in sys.argv[1:]:
        with open(path, encoding='utf-8') as f:
            found.update(json.load(f))
    rows = [HEAD, ['---'] * len(HEAD)]
    for key, name in (('_gaussian', '(centred Gaussian)'), ('_tapnorm', '(tap L2 norm)')):
        rows.append([name] + ['-'] * 5 + [three(found[key], 'point', 3), '-', three(found[key], 'gain', 2), '-'])
    trained = [k for k in found if k[0] != '_' and k != 'none']
    trained.sort(key=lambda k: -found[k].get('map_trained', {}).get('gain_off', 0))
    rows += [row(k, found[k]) for k in ['none'] + trained]
    for cells in rows:
        print('| ' + ' | '.join(str(c) for c in cells) + ' |')
    g = found['_gaussian']
    print(f"\n{g['n']} Tiny-ImageNet validation pictures; small: {g['n_small']} with a box under 35 % of the area; "
          f"off-centre: {g['n_off']} with "
          'the centre of the box more than 0.15 of the picture away from its own.')


if __name__ == '__main__':
    main()
