"""A synthetic cache with the names and types of the real one, to try every stage in a minute: smoke.py <cache>

400 Tiny pictures (two of each class), 100 of Imagenette; each is noise with a bright square where the box is."""
import json
import sys
from pathlib import Path

import numpy as np

from nets import NETTE

CLASSES = 200


def squares(rng, count, side):
    """Pictures and the boxes of their squares."""
    x = rng.randint(0, 120, (count, side, side, 3)).astype(np.uint8)
    boxes = np.zeros((count, 4), np.int64)
    for picture, box in zip(x, boxes):
        x0, y0 = rng.randint(0, side // 2, 2)
        length = rng.randint(side // 4, side // 2)
        picture[y0:y0 + length, x0:x0 + length] += 120
        box[:] = x0, y0, x0 + length - 1, y0 + length - 1
    return x, boxes


def main():
    cache, rng = Path(sys.argv[1]), np.random.RandomState(0)
    cache.mkdir(parents=True, exist_ok=True)
    for split in ('train', 'val'):
        x, boxes = squares(rng, 2 * CLASSES, 64)
        np.save(cache / f'tin_{split}_x.npy', x)
        np.save(cache / f'tin_{split}_b.npy', boxes)
        np.save(cache / f'tin_{split}_y.npy', np.arange(2 * CLASSES, dtype=np.int64) % CLASSES)
        np.save(cache / f'nette_{split}_x.npy', squares(rng, 100, 160)[0])
        np.save(cache / f'nette_{split}_y.npy', np.arange(100, dtype=np.int64) % len(NETTE))
    (cache / 'tin_classes.json').write_text(json.dumps([[f'n{k:08d}', f'class {k}'] for k in range(CLASSES)]))


if __name__ == '__main__':
    main()
