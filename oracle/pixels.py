"""Goldens of packages/media/src/preprocess: the tensors of transformers' own processors, as SHA-256 of their bytes.

Images come from the formula in resample.py, which the test repeats. Constants are those of the checkpoints named.
Usage: python pixels.py [rows per processor] [seed] [target file]
"""

import common
import hashlib
import json
import numpy
import PIL.Image
import random
import sys
import tempfile
import torch
from pathlib import Path
from resample import test_image
from transformers import (
    AutoImageProcessor,
    AutoVideoProcessor,
    CLIPImageProcessor,
    CLIPImageProcessorPil,
    Gemma3ImageProcessor,
    Gemma3ImageProcessorPil,
    Gemma4ImageProcessor,
    Gemma4ImageProcessorPil,
    Gemma4VideoProcessor,
    GotOcr2ImageProcessor,
    GotOcr2ImageProcessorPil,
    Idefics3ImageProcessor,
    Idefics3ImageProcessorPil,
    InternVLVideoProcessor,
    Llama4ImageProcessor,
    LlavaNextImageProcessor,
    LlavaNextImageProcessorPil,
    LlavaNextVideoVideoProcessor,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionImageProcessorPil,
    LlavaOnevisionVideoProcessor,
    PixtralImageProcessor,
    PixtralImageProcessorPil,
    Qwen2VLImageProcessor,
    Qwen2VLImageProcessorPil,
    Qwen2VLVideoProcessor,
    Qwen3VLVideoProcessor,
    SmolVLMImageProcessor,
    SmolVLMImageProcessorPil,
    SmolVLMVideoProcessor,
)

HALVES = Path(__file__).resolve().parent.parent / "packages/base/src/goldens/half.json"
TARGET = Path(__file__).resolve().parent.parent / "packages/media/src/preprocess/goldens/pixels.json"

CLIP = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
NONE = {"image_mean": [0.0, 0.0, 0.0], "image_std": [1.0, 1.0, 1.0]}
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
SQUARE_336 = {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}
TILES_336 = {"image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]}


def sides(longest, tile):
    return {"size": {"longest_edge": longest}, "max_image_size": {"longest_edge": tile}}


def smolvlm_video(longest, tile):
    """preprocessor_config.json as released, which is the video processor's file too."""
    return {
        **HALF,
        **sides(longest, tile),
        "video_sampling": {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": tile}},
    }


def pixels(least, most):
    return {"size": {"shortest_edge": least, "longest_edge": most}}


# checkpoint, settings of ours, processors by backend, their constants, and whether samples may hold several images
IMAGES = [
    ("llava-1.5-7b", {}, (CLIPImageProcessor, CLIPImageProcessorPil), {**CLIP, **SQUARE_336}, False),
    (
        "llava-v1.6-mistral-7b",
        {},
        (LlavaNextImageProcessor, LlavaNextImageProcessorPil),
        {**CLIP, **SQUARE_336, **TILES_336},
        False,
    ),
    (
        "llava-onevision-qwen2-7b-ov",
        {},
        (LlavaOnevisionImageProcessor, LlavaOnevisionImageProcessorPil),
        HALF,
        True,
    ),
    (
        "qwen2.5-vl-7b",
        {},
        (Qwen2VLImageProcessor, Qwen2VLImageProcessorPil),
        {**CLIP, **pixels(3136, 12845056)},
        False,
    ),
    (
        "qwen3-vl-8b",
        {},
        (Qwen2VLImageProcessor, Qwen2VLImageProcessorPil),
        {**HALF, **pixels(65536, 16777216), "patch_size": 16},
        False,
    ),
    (
        "internvl3-8b",
        {},
        (GotOcr2ImageProcessor, GotOcr2ImageProcessorPil),
        {**IMAGENET, "size": {"height": 448, "width": 448}, "crop_to_patches": True},
        False,
    ),
    (
        "idefics3-8b",
        {},
        (Idefics3ImageProcessor, Idefics3ImageProcessorPil),
        {**HALF, **sides(1456, 364)},
        True,
    ),
    (
        "smolvlm2-500m",
        {},
        (SmolVLMImageProcessor, SmolVLMImageProcessorPil),
        {**HALF, **sides(2048, 512)},
        True,
    ),
    (
        "smolvlm2-2.2b",
        {"do_image_splitting": False},
        (SmolVLMImageProcessor, SmolVLMImageProcessorPil),
        {**HALF, **sides(1536, 384), "do_image_splitting": False},
        True,
    ),
    (
        "pixtral-12b",
        {},
        (PixtralImageProcessor, PixtralImageProcessorPil),
        {**CLIP, "size": {"longest_edge": 1024}, "patch_size": {"height": 16, "width": 16}},
        False,
    ),
    (
        "mistral-small-3.1-24b",
        {},
        (PixtralImageProcessor, PixtralImageProcessorPil),
        {**CLIP, "size": {"longest_edge": 1540}, "patch_size": {"height": 28, "width": 28}},
        False,
    ),
    (
        "gemma-3-4b",
        {},
        (Gemma3ImageProcessor, Gemma3ImageProcessorPil),
        {**HALF, "size": {"height": 896, "width": 896}},
        False,
    ),
    (
        "gemma-3-4b",
        {"do_pan_and_scan": True},
        (Gemma3ImageProcessor, Gemma3ImageProcessorPil),
        {
            **HALF,
            "size": {"height": 896, "width": 896},
            "do_pan_and_scan": True,
            "pan_and_scan_min_crop_size": 256,
            "pan_and_scan_max_num_crops": 4,
            "pan_and_scan_min_ratio_to_activate": 1.2,
        },
        False,
    ),
    ("gemma-4-e4b", {}, (Gemma4ImageProcessor, Gemma4ImageProcessorPil), {}, False),
    ("llama-4-scout-17b-16e", {}, (Llama4ImageProcessor, None), HALF, False),
    (
        "fastvlm-1.5b",
        {},
        (CLIPImageProcessor, CLIPImageProcessorPil),
        {**NONE, "size": {"shortest_edge": 1024}, "crop_size": {"height": 1024, "width": 1024}},
        False,
    ),
    (
        "qwen3.5-9b",
        {},
        (Qwen2VLImageProcessor, Qwen2VLImageProcessorPil),
        {**HALF, **pixels(65536, 16777216), "patch_size": 16},
        False,
    ),
]

VIDEOS = [
    ("llava-onevision-qwen2-7b-ov", {}, LlavaOnevisionVideoProcessor, HALF),
    (
        "qwen2.5-vl-7b",
        {"fps": "all"},
        Qwen2VLVideoProcessor,
        {**CLIP, **pixels(128 * 28 * 28, 768 * 28 * 28)},
    ),
    (
        "qwen3-vl-8b",
        {"fps": "all"},
        Qwen3VLVideoProcessor,
        {**HALF, **pixels(4096, 25165824), "patch_size": 16, "do_sample_frames": False},
    ),
    ("internvl3-8b", {}, InternVLVideoProcessor, {**IMAGENET, "size": {"height": 448, "width": 448}}),
    ("smolvlm2-500m", {"num_frames": "all"}, SmolVLMVideoProcessor, smolvlm_video(2048, 512)),
    ("smolvlm2-2.2b", {"num_frames": "all"}, SmolVLMVideoProcessor, smolvlm_video(1536, 384)),
    ("gemma-4-e4b", {"num_frames": "all"}, Gemma4VideoProcessor, {"do_sample_frames": False}),
    (
        "qwen3.5-9b",
        {"fps": "all"},
        Qwen3VLVideoProcessor,
        {**HALF, **pixels(4096, 25165824), "patch_size": 16, "do_sample_frames": False},
    ),
]

# Families that joined later, drawn after all others so that the rows before stay as they are.
LATER_IMAGES = [
    (
        "llava-next-video-7b",
        {},
        (LlavaNextImageProcessor, LlavaNextImageProcessorPil),
        {**CLIP, **SQUARE_336, **TILES_336},
        False,
    ),
]
LATER_VIDEOS = [("llava-next-video-7b", {}, LlavaNextVideoVideoProcessor, {**CLIP, **SQUARE_336})]

QWEN_GRID = {"merge_size": 2, "temporal_patch_size": 2}
# Folders of no released checkpoint, whose values are their own or their classes': files, and our settings of a clip.
SNAPSHOTS = [
    (
        {
            "config.json": {
                "model_type": "llava",
                "vision_config": {"model_type": "siglip_vision_model", "patch_size": 16, "image_size": 224},
                "vision_feature_select_strategy": "full",
            },
            "processor_config.json": {
                "patch_size": 16,
                "num_additional_image_tokens": 0,
                "vision_feature_select_strategy": "full",
            },
            "preprocessor_config.json": {"image_processor_type": "SiglipImageProcessor"},
        },
        None,
    ),
    (
        {
            "config.json": {"model_type": "qwen2_5_vl", "vision_config": {"depth": 8, "patch_size": 14}},
            "preprocessor_config.json": {
                "image_processor_type": "Qwen2VLImageProcessor",
                "image_mean": [0.3, 0.4, 0.5],
                "image_std": [0.2, 0.25, 0.3],
                "rescale_factor": 1 / 127.5,
                "patch_size": 14,
                **QWEN_GRID,
            },
        },
        {"fps": "all"},
    ),
    (
        {
            "config.json": {"model_type": "qwen3_vl", "vision_config": {"depth": 12, "patch_size": 16}},
            "preprocessor_config.json": {
                "image_processor_type": "Qwen2VLImageProcessorFast",
                "patch_size": 16,
                **QWEN_GRID,
            },
            "video_preprocessor_config.json": {
                "video_processor_type": "Qwen3VLVideoProcessor",
                "patch_size": 16,
                "do_sample_frames": False,
                **QWEN_GRID,
            },
        },
        {"fps": "all"},
    ),
    (
        {
            "config.json": {
                "model_type": "internvl",
                "vision_config": {"patch_size": 14, "image_size": 112},
            },
            "processor_config.json": {"image_seq_length": 16},
            "preprocessor_config.json": {
                "image_processor_type": "GotOcr2ImageProcessor",
                "size": {"height": 112, "width": 112},
                "crop_to_patches": True,
                "do_normalize": False,
                "resample": 2,
            },
            "video_preprocessor_config.json": {
                "video_processor_type": "InternVLVideoProcessor",
                "size": {"height": 112, "width": 112},
                "image_std": 0.25,
            },
        },
        {"num_frames": "all"},
    ),
    (
        {
            "config.json": {
                "model_type": "smolvlm",
                "vision_config": {"patch_size": 14, "image_size": 224},
                "scale_factor": 4,
            },
            "processor_config.json": {"image_seq_len": 16},
            "preprocessor_config.json": {
                "image_processor_type": "SmolVLMImageProcessor",
                **sides(448, 224),
                "video_sampling": {"fps": 1, "max_frames": 8, "video_size": {"longest_edge": 224}},
                "image_mean": 0.25,
            },
        },
        {"num_frames": "all"},
    ),
    (
        {
            "config.json": {"model_type": "gemma4", "vision_config": {"patch_size": 16}},
            "preprocessor_config.json": {
                "image_processor_type": "Gemma4ImageProcessor",
                "do_normalize": True,
                "image_mean": [0.5, 0.5, 0.5],
            },
            "video_preprocessor_config.json": {
                "video_processor_type": "Gemma4VideoProcessor",
                "do_sample_frames": False,
                "do_normalize": False,
            },
        },
        {"num_frames": "all"},
    ),
]
NESTED = ["smolvlm"]


def image_of(spec):
    width, height, seed, pattern = spec
    return test_image(width, height, seed, pattern)


def digests(output):
    """Shape and digest of every tensor, by its name."""
    rows = {}
    for name, value in output.items():
        tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(numpy.array(value))
        tensor = tensor.contiguous()
        bits = tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor
        kind = str(tensor.dtype).removeprefix("torch.")
        digest = hashlib.sha256(bits.numpy().tobytes()).hexdigest()[:16]
        rows[name] = [kind, list(tensor.shape), digest]
    return rows


def any_size(rng):
    """Ordinary images mostly, some long, some tiny."""
    kind = rng.random()
    if kind < 0.7:
        return rng.randrange(40, 1400), rng.randrange(40, 1100)
    if kind < 0.85:
        return rng.randrange(2, 40), rng.randrange(20, 60)
    long, short = rng.randrange(600, 1600), rng.randrange(30, 120)
    return (long, short) if rng.random() < 0.5 else (short, long)


def spec(rng):
    return [*any_size(rng), rng.randrange(1000), rng.choice(("noise", "blocks"))]


def image_rows(count, rng, table=IMAGES):
    for checkpoint, settings, classes, constants, nested in table:
        for backend, processor_class in zip(("torchvision", "pillow"), classes, strict=True):
            if processor_class is None:
                continue
            processor = processor_class(**constants)
            for position in range(count):
                samples = [[spec(rng)] for _ in range(1 if position % 3 else 2)]
                if nested and position % 2:
                    samples[0] = [spec(rng) for _ in range(2 + position % 2)]
                images = [
                    [PIL.Image.fromarray(image_of(image)) for image in sample] for sample in samples
                ]
                images = images if nested else [image for sample in images for image in sample]
                row = {"checkpoint": checkpoint, "settings": settings, "backend": backend, "images": samples}
                try:
                    output = processor(images, return_tensors="pt")
                except (ValueError, ZeroDivisionError, RuntimeError) as error:
                    print(f"{checkpoint} {backend} {samples}: {type(error).__name__} {str(error)[:80]}")
                    continue
                yield {**row, "tensors": digests(output)}


def video_rows(count, rng, table=VIDEOS):
    for checkpoint, settings, processor_class, constants in table:
        processor = processor_class(**constants)
        for position in range(count):
            width, height = rng.randrange(60, 640), rng.randrange(60, 480)
            frames = [[width, height, rng.randrange(1000), "noise"] for _ in range(1 + position * 2 % 5)]
            clip = torch.from_numpy(numpy.stack([image_of(frame) for frame in frames])).permute(0, 3, 1, 2)
            try:
                output = processor(videos=[clip.contiguous()], return_tensors="pt")
            except (ValueError, ZeroDivisionError, RuntimeError) as error:
                print(
                    f"{checkpoint} {width}x{height} {len(frames)}: {type(error).__name__} {str(error)[:80]}"
                )
                continue
            yield {
                "checkpoint": checkpoint,
                "settings": settings,
                "video": frames,
                "tensors": digests(output),
            }


def snapshot_rows(count, rng):
    """Images and clips as the Auto classes of a folder make them."""
    for files, clip_settings in SNAPSHOTS:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                Path(folder, name).write_text(json.dumps(content), encoding="utf-8")
            image_processor = AutoImageProcessor.from_pretrained(folder)
            videos = None if clip_settings is None else AutoVideoProcessor.from_pretrained(folder)
        for _ in range(count):
            sample = [spec(rng)]
            images = [PIL.Image.fromarray(image_of(image)) for image in sample]
            nested = files["config.json"]["model_type"] in NESTED
            row = {"files": files, "settings": {}, "backend": "torchvision", "images": [sample]}
            yield {**row, "tensors": digests(image_processor([images] if nested else images, return_tensors="pt"))}
            if videos is None:
                continue
            width, height = rng.randrange(60, 400), rng.randrange(60, 300)
            frames = [[width, height, rng.randrange(1000), "noise"] for _ in range(2)]
            clip = torch.from_numpy(numpy.stack([image_of(frame) for frame in frames])).permute(0, 3, 1, 2)
            output = videos(videos=[clip.contiguous()], return_tensors="pt")
            yield {"files": files, "settings": clip_settings, "video": frames, "tensors": digests(output)}


def halves(rng):
    """Bits of float32 numbers and of what torch rounds them to in half precision."""
    values = [
        0.0,
        -0.0,
        1.0,
        65504.0,
        65519.99,
        65520.0,
        1e-8,
        2**-24,
        2**-25,
        2**-14,
        1e38,
        -3.3e38,
        2049.0,
        2051.0,
    ]
    values += [rng.uniform(-4, 4) for _ in range(150)] + [
        rng.uniform(-1, 1) * 10 ** rng.uniform(-9, 6) for _ in range(150)
    ]
    tensor = torch.tensor(values, dtype=torch.float32)
    rows = [tensor.view(torch.int32), tensor.half().view(torch.int16), tensor.bfloat16().view(torch.int16)]
    sizes = (2**32, 2**16, 2**16)
    return [
        [value % size for value, size in zip(row, sizes, strict=True)]
        for row in zip(*(r.tolist() for r in rows), strict=True)
    ]


if __name__ == "__main__":
    count, seed = (int(value) for value in sys.argv[1:3]) if len(sys.argv) > 2 else (3, 3)
    target = Path(sys.argv[3]) if len(sys.argv) > 3 else TARGET
    rng = random.Random(seed)
    made = [*image_rows(count, rng), *video_rows(count, rng), *snapshot_rows(count, rng)]
    later = random.Random(seed + 1)
    made += [*image_rows(count, later, LATER_IMAGES), *video_rows(count, later, LATER_VIDEOS)]
    target.parent.mkdir(parents=True, exist_ok=True)
    versions = {**common.versions(), "torchvision": common.torchvision.__version__.split("+")[0]}
    body = ",\n".join(common.compact(row) for row in made)
    target.write_text(f'{{"versions":{json.dumps(versions)},"rows":[\n{body}\n]}}\n')
    if target == TARGET:
        torch_version = json.dumps({"torch": versions["torch"]})
        HALVES.write_text(f'{{"versions":{torch_version},"halves":{common.compact(halves(rng))}}}\n')
    print(f"{target.name}: {len(made)} rows")
