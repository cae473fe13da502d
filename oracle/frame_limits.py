"""What each reference does when asked for odd numbers of frames -> frame_limits.json: how many it takes, or that it raises.

Both a number and a rate, more frames than the clip has, one frame, clips of one and two frames. `asked` are our settings;
`fps` "all" is the argument fps=None. transformers' processors are run on blank clips, qwen-vl-utils' own `smart_nframes` on
its dictionary. Run from the repository root: python oracle/frame_limits.py  (needs qwen-vl-utils 0.0.14).
"""

import json
from common import GOLDENS, blank_video, versions
from qwen_vl_utils.vision_process import smart_nframes
from transformers import (
    Ernie4_5_VLMoeVideoProcessor,
    Gemma4VideoProcessor,
    InternVLVideoProcessor,
    Kimi_K25VideoProcessor,
    LlavaNextVideoVideoProcessor,
    LlavaOnevisionVideoProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLVideoProcessor,
    VideoLlama3VideoProcessor,
    VideoLlavaVideoProcessor,
)

TOTALS = [1, 2, 5, 31]
RATE = 24
NUMBERS = [1, 2, 3, 16, 32]
ASKED = [
    *({"num_frames": number} for number in NUMBERS),
    *({"num_frames": number, "fps": "all"} for number in NUMBERS),
    *({"fps": rate} for rate in (0.01, 1, 2, 60)),
    {"num_frames": 2, "fps": 2},
]
# Checkpoint, processor, and whether it takes a rate here.
PROCESSORS = [
    ("qwen2-vl-7b", Qwen2VLVideoProcessor(), True),
    ("qwen3-vl-8b", Qwen3VLVideoProcessor(), True),
    ("video-llama3-7b", VideoLlama3VideoProcessor(), True),
    ("ernie-4.5-vl-28b-a3b", Ernie4_5_VLMoeVideoProcessor(draw_on_frames=False), True),
    ("kimi-k2.5", Kimi_K25VideoProcessor(), True),
    ("llava-onevision-qwen2-7b-ov", LlavaOnevisionVideoProcessor(), False),
    ("llava-next-video-7b", LlavaNextVideoVideoProcessor(), False),
    ("video-llava-7b", VideoLlavaVideoProcessor(), False),
    ("internvl3-8b", InternVLVideoProcessor(), False),
    ("gemma-4-e4b", Gemma4VideoProcessor(), False),
]


def run(processor, total, asked):
    metadata = {"total_num_frames": total, "fps": RATE, "duration": total / RATE}
    arguments = {key: None if value == "all" else value for key, value in asked.items()}
    try:
        output = processor(
            [blank_video(64, 64, total, "cpu")],
            video_metadata=[{**metadata, "frames_indices": list(range(total))}],
            do_sample_frames=True,
            return_metadata=True,
            **arguments,
        )
        return len(output["video_metadata"][0].frames_indices), None
    except (ValueError, ZeroDivisionError, RuntimeError, IndexError, TypeError) as error:
        return None, f"{type(error).__name__}: {str(error)[:60]}"


def run_utils(total, asked):
    names = {"num_frames": "nframes", "fps": "fps"}
    try:
        return smart_nframes({names[key]: value for key, value in asked.items()}, total, RATE), None
    except (ValueError, AssertionError) as error:
        return None, f"{type(error).__name__}: {str(error)[:60]}"


def main():
    rows = []
    for checkpoint, processor, has_rate in PROCESSORS:
        for total in TOTALS:
            for asked in ASKED:
                if "fps" in asked and not has_rate:
                    continue
                rows.append([checkpoint, "transformers", total, asked, *run(processor, total, asked)])
        print(checkpoint, flush=True)
    for checkpoint in ("qwen2-vl-7b", "qwen3-vl-8b"):
        for total in TOTALS:
            for asked in ASKED:
                if asked.get("fps") != "all":
                    rows.append([checkpoint, "qwen-vl-utils", total, asked, *run_utils(total, asked)])
    named = {**versions(), "qwen-vl-utils": "0.0.14"}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    columns = ["checkpoint", "parity", "total", "asked", "frames", "error"]
    head = f'{{"versions":{json.dumps(named)},"fps":{RATE},"columns":{json.dumps(columns)},"rows":['
    (GOLDENS / "frame_limits.json").write_text(f"{head}\n{lines}\n]}}\n", encoding="utf-8")
    print(len(rows), "rows,", sum(row[4] is None for row in rows), "refused")


if __name__ == "__main__":
    main()
