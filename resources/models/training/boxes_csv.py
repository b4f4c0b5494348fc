"""The boxes of Tiny-ImageNet-200's validation pictures as the table `fovea evaluate` reads.

    boxes_csv.py <tiny-imagenet-200>/val <bundle>/classes.json

reads val_annotations.txt (file, wnid, x0 y0 x1 y1, the last pixel included) and writes images/boxes.csv (half-open boxes, class names), by file name as text: val_10 before val_2, the order the pictures of the
first measurement were chosen in."""
import csv
import json
import sys
from pathlib import Path

HEADER = ('file', 'class', 'x0', 'y0', 'x1', 'y1')


def rows(val, names):
    for line in (val / 'val_annotations.txt').read_text(encoding='utf-8').splitlines():
        file, wnid, *box = line.split('\t')
        x0, y0, x1, y1 = (int(v) for v in box)
        yield file, names[wnid], x0, y0, x1 + 1, y1 + 1


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    val = Path(sys.argv[1])
    labels = json.loads(Path(sys.argv[2]).read_text(encoding='utf-8'))
    names = {label['wnid']: label['name'] for label in labels}
    with open(val / 'images' / 'boxes.csv', 'w', newline='', encoding='utf-8') as file:
        table = csv.writer(file, lineterminator='\n')
        table.writerow(HEADER)
        table.writerows(sorted(rows(val, names)))


if __name__ == '__main__':
    main()
