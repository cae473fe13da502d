"""What every key of every processor does -> config-keys.json.

For each model type one snapshot of configs.py whose processors have files of their own. Each key that the processor's
class takes (`valid_kwargs`), and each argument of the processor itself, gets a few values in turn; transformers loads
the folder and counts: counts of images and clips, true where they are those of the unchanged snapshot, null where it
fails.
"""

import copy
import inspect
import json
import random
import sys
import typing
from common import GOLDENS, compact, versions
from configs import TYPES, type_of
from dataclasses import replace
from snapshots import count_clips, count_images, load

IMAGES = [(500, 300), (97, 61)]
CLIPS = [(80, 60, 8, 4.0)]
# Keys of pixel values, of bookkeeping, of where to compute, and of what a blank clip cannot show.
LEFT_OUT = {
    "background_color",
    "data_format",
    "device",
    "disable_grouping",
    "draw_on_frames",
    "font",
    "high_res_image_mean",
    "high_res_image_std",
    "high_res_resample",
    "high_res_size",
    "image_mean",
    "image_std",
    "input_data_format",
    "padding_mode",
    "return_metadata",
    "return_tensors",
    "use_default_system_prompt",
    "use_token_compression",
    "video_metadata",
}
SIZES = [
    {"height": 112, "width": 112},
    {"height": 112, "width": 224},
    {"shortest_edge": 112},
    {"longest_edge": 224},
    {"shortest_edge": 112, "longest_edge": 224},
    {"max_height": 112, "max_width": 112},
    112,
    [112, 112],
]
# Least and most pixels, for classes whose `size` is that.
PIXEL_SIZES = [{"shortest_edge": 3136, "longest_edge": 200704}, {"shortest_edge": 200704, "longest_edge": 3136}]
# Steps that need another key beside them.
PAIRS = [
    {"do_center_crop": True, "crop_size": {"height": 112, "width": 112}},
    {"do_center_crop": False, "crop_size": {"height": 112, "width": 112}},
    {"do_pad": True, "pad_size": {"height": 640, "width": 640}},
    {"do_pad": False, "pad_size": {"height": 640, "width": 640}},
    {"do_resize": False, "do_center_crop": True, "crop_size": {"height": 112, "width": 112}},
]
VIDEO_PAIRS = [
    {"do_sample_frames": True, "num_frames": 4},
    {"do_sample_frames": True, "fps": 3},
    {"do_sample_frames": True, "num_frames": 4, "fps": 3},
    {"do_sample_frames": False, "num_frames": 4},
    {"do_sample_frames": False, "fps": 3},
]
WHOLE = [1, 2, 3, 14, 16, 112]
# Keys that no class of 5.18 takes: written by older versions, by other tools, or misplaced.
FOREIGN = [
    {"size_divisor": None},
    {"size_divisor": 32},
    {"crop_size": None},
    {"image_processor": {"image_processor_type": "CLIPImageProcessor", "size": 7}},
    {"aspect_ratio_setting": "anyres"},
    {"max_image_size": None},
    {"resample": None},
    {"rescale_factor": None},
]


def values_of(key, annotation, class_size):
    """Values to try for a key, by its type."""
    if key == "size" and (class_size or {}).get("longest_edge", 0) > 65536:
        return [*SIZES, *PIXEL_SIZES, None]
    if key in ("size", "crop_size", "pad_size", "max_image_size") or "image_size_validator" in repr(annotation):
        return [*SIZES, None]
    kinds = typing.get_args(annotation) or (annotation,)
    if bool in kinds:
        return [True, False, None]
    if key == "resample":
        return [0, 3, None]
    if int in kinds:
        return [*WHOLE, None]
    if float in kinds:
        return [0.5, 2.0, None]
    return [None]


def base_of(model_type):
    """A snapshot that the loaded processor counts, with every part in a file of its own."""
    pick = random.Random(f"keys:{model_type}")
    kind = TYPES[model_type]
    for _ in range(40):
        config, processor, image, video = kind.vary(pick)
        if kind.video is not None and video is None:
            continue
        files = {"config.json": config, "preprocessor_config.json": {"do_rescale": True, **image}}
        if video is not None:
            files["video_preprocessor_config.json"] = {"do_rescale": True, **video}
        files["processor_config.json"] = processor
        counted = count(files)
        if counted is not None:
            return files, counted
    raise AssertionError(f"{model_type}: no snapshot is counted")


def count(files, real=False):
    """Counts of images and clips; None where transformers fails on the folder or on a medium."""
    kind = type_of(files)
    if real:
        kind = replace(kind, real=True)
    try:
        processor = load(files, kind)
        images = [row[-1] for row in count_images(processor, kind, files, IMAGES)]
        clips = [row[-1] for row in count_clips(processor, kind, CLIPS)]
    except Exception as error:
        # Steps that a change switched on may need pixels.
        return count(files, real=True) if not real and "meta" in str(error) else None
    return [images, clips]


def changes(files):
    """(file, keys) of every change to try."""
    kind = type_of(files)
    processor = load(files, kind)
    for part, name in [
        ("image_processor", "preprocessor_config.json"),
        ("video_processor", "video_preprocessor_config.json"),
    ]:
        own = getattr(processor, part, None)
        if own is None or name not in files:
            continue
        own_keys = typing.get_type_hints(own.valid_kwargs, include_extras=True)
        for key, annotation in sorted(own_keys.items()):
            if key not in LEFT_OUT:
                yield from ((name, {key: value}) for value in values_of(key, annotation, getattr(type(own), "size", None)))
        yield from ((name, pair) for pair in PAIRS)
        yield from ((name, pair) for pair in (VIDEO_PAIRS if part == "video_processor" else []))
        yield from ((name, pair) for pair in FOREIGN)
    for key, parameter in sorted(inspect.signature(type(processor).__init__).parameters.items()):
        kind_of_value = type(parameter.default)
        if key in LEFT_OUT:
            continue
        if kind_of_value in (int, bool) or parameter.default is None and "token" not in key:
            if key.endswith(("processor", "template", "tokenizer", "extractor")):
                continue
            values = [True, False] if kind_of_value is bool else WHOLE
            yield from (("processor_config.json", {key: value}) for value in [*values, None])


def main():
    # Named types only, for trying a change.
    wanted = sys.argv[1:] or list(TYPES)
    lines = [f'{{"versions":{compact(versions())},"images":{compact(IMAGES)},"clips":{compact(CLIPS)},"types":[']
    for position, model_type in enumerate(wanted):
        files, counted = base_of(model_type)
        rows = []
        for name, keys in changes(files):
            changed = copy.deepcopy(files)
            changed[name].update(keys)
            if changed != files:
                result = count(changed)
                rows.append([name, keys, True if result == counted else result])
        failing = sum(result is None for *_, result in rows)
        same = sum(result is True for *_, result in rows)
        print(f"  {model_type}: {len(rows)} changes, {same} without effect, {failing} fail", flush=True)
        head = compact({"modelType": model_type, "files": files, "counted": counted})[:-1]
        chunks = [rows[start : start + 8] for start in range(0, len(rows), 8)]
        lines.append(f'{head},"changes":[')
        lines.extend(
            ",".join(compact(row) for row in chunk) + ("," if index < len(chunks) - 1 else "")
            for index, chunk in enumerate(chunks)
        )
        lines.append("]}" + ("," if position < len(wanted) - 1 else ""))
    lines.append("]}")
    path = GOLDENS / ("config-keys.json" if len(sys.argv) == 1 else f"config-keys-{wanted[0]}.json")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))
    print(f"{path.name}: {len(wanted)} types, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
