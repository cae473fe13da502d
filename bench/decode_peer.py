"""Pillow decoding a file to RGB, timed on request. Every line in is a file, answered with the seconds it took."""

import sys
import time

from PIL import Image, __version__

print(__version__, flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    Image.open(line.rstrip("\n")).convert("RGB")
    print(time.perf_counter() - started, flush=True)
