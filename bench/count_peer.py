"""transformers' own counting helper over a list of sizes, timed on request.

The argument is a file of packages/core/src/snapshot/fixtures, a released checkpoint's snapshot, from which its processor
is loaded. First line in: JSON list of [height, width]; answer: the sum of tokens. Every further line: seconds of one
pass.
"""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "oracle"))
from configs import type_of  # noqa: E402  (also registers what importing torchvision needs)
from snapshots import load  # noqa: E402

FIXTURES = ROOT / "packages" / "core" / "src" / "snapshot" / "fixtures"


def main():
    files = json.loads((FIXTURES / f"{sys.argv[1]}.json").read_text(encoding="utf-8"))
    video = files.get("video_preprocessor_config.json", {})
    if "font" in video:
        # ERNIE writes times into frames, with a font that is not here.
        video["draw_on_frames"] = False
    processor = load(files, type_of(files))
    sizes = json.loads(sys.stdin.readline())
    print(sum(processor._get_num_multimodal_tokens(image_sizes=sizes)["num_image_tokens"]), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        processor._get_num_multimodal_tokens(image_sizes=sizes)
        print(time.perf_counter() - start, flush=True)


main()
