"""Golden counts of families that cut an image into slices and give each slice its own size or token tag.

Writes idefics3.json, smolvlm.json, lfm2_vl.json, minicpmv4_6.json and phi4_multimodal.json; columns as in tiles.py.
"""

from common import Golden, blank_image, expand, make_tokenizer, measure_prompt
from sizes import FEW_SIZES, SIZES, random_sizes
from tiles import GRID_SIZES, REAL_SIZES, TOTAL, add_helper, write
from transformers import (
    Idefics3ImageProcessor,
    Idefics3Processor,
    Lfm2VlImageProcessor,
    Lfm2VlProcessor,
    MiniCPMV4_6ImageProcessor,
    MiniCPMV4_6Processor,
    MiniCPMV4_6VideoProcessor,
    Phi4MultimodalFeatureExtractor,
    Phi4MultimodalImageProcessor,
    Phi4MultimodalProcessor,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)
from transformers.models.smolvlm import processing_smolvlm


def write_idefics3_and_smolvlm():
    tags = [f"<row_{row}_col_{col}>" for row in range(1, 9) for col in range(1, 9)]
    plain = [
        "<image>",
        "<fake_token_around_image>",
        "<global-img>",
        "<end_of_utterance>",
        "<video>",
        "\n\n",
        *tags,
    ]
    models = [
        ("idefics3", "idefics3-8b", 364, 1456, 169),
        ("smolvlm", "smolvlm2-500m", 512, 2048, 64),
        ("smolvlm", "smolvlm2-2.2b", 384, 1536, 81),
    ]
    # num2words spells the frame count of the video prompt; digits stand in for it here.
    processing_smolvlm.num2words = str
    goldens = {family: Golden(family) for family, *_ in models}
    for family, checkpoint, tile, longest, tokens in models:
        golden = goldens[family]
        edges = {"size": {"longest_edge": longest}, "max_image_size": {"longest_edge": tile}}
        facts = {"checkpoint": checkpoint, "constants": {**edges, "image_seq_len": tokens}}
        tokenizer = make_tokenizer(plain=plain)
        if family == "idefics3":
            processor = Idefics3Processor(Idefics3ImageProcessor(**edges), tokenizer, image_seq_len=tokens)
        else:
            sampling = {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": tile}}
            videos = SmolVLMVideoProcessor(**edges, video_sampling=sampling)
            processor = SmolVLMProcessor(
                SmolVLMImageProcessor(**edges), tokenizer, videos, image_seq_len=tokens
            )
        for splitting in (True, False):
            name = f"{checkpoint}, {'splitting' if splitting else 'no splitting'}"
            measure = measure_prompt(
                processor, "<image>", "<image>", nested=True, do_image_splitting=splitting
            )
            settings = {"do_image_splitting": splitting}
            sizes = SIZES + random_sizes(80, family) if splitting else FEW_SIZES
            rows = golden.images(name, measure, columns=TOTAL, sizes=sizes, settings=settings, **facts)
            if splitting and family == "idefics3":
                add_helper(golden, name, processor, rows, "total", random_sizes(1500, family), facts)
        if family == "smolvlm":
            add_smolvlm_video(golden, processor, facts)
    for golden in goldens.values():
        golden.write()


def add_smolvlm_video(golden, processor, facts):
    rows = []
    for frames, fps in [(100, 25), (30, 30), (3000, 24), (2500, 25), (64, 1), (70, 1), (10, 24)]:
        metadata = {"total_num_frames": frames, "fps": fps, "duration": frames / fps}
        inputs = {"video_metadata": [[metadata]], "do_sample_frames": True, "return_tensors": "pt"}
        expansion = expand(
            processor, "<video>", videos=[[blank_image(64, 48).expand(frames, 3, 48, 64)]], **inputs
        )
        indices = [int(index) for index in processor.video_processor.sample_frames(VideoFacts(**metadata))]
        text = expansion.text if len(indices) < 6 else None
        rows.append([64, 48, frames, fps, expansion.count("<image>"), indices, text])
    settings = {"do_sample_frames": True, "fps": 1, "num_frames": 64, "num2words": "digits"}
    golden.add(
        f"{facts['checkpoint']}, video",
        source="processor",
        kind="video",
        settings=settings,
        columns=["width", "height", "frames", "fps", "tokens", "indices", "text"],
        rows=rows,
        **facts,
    )


class VideoFacts(dict):
    """Metadata readable as attributes and as keys, as transformers' VideoMetadata is."""

    __getattr__ = dict.__getitem__


def write_lfm2_vl():
    tags = [f"<|img_row_{row}_col_{col}|>" for row in range(1, 11) for col in range(1, 11)]
    names = {
        "image_token": "<image>",
        "image_start_token": "<|image_start|>",
        "image_end_token": "<|image_end|>",
        "image_thumbnail_token": "<|img_thumbnail|>",
    }
    processor = Lfm2VlProcessor(Lfm2VlImageProcessor(), make_tokenizer(names, tags))
    constants = {
        "tile_size": 512,
        "min_tiles": 2,
        "max_tiles": 10,
        "min_image_tokens": 64,
        "max_image_tokens": 256,
        "encoder_patch_size": 16,
        "downsample_factor": 2,
        "max_pixels_tolerance": 2.0,
        "use_thumbnail": True,
    }
    write(
        "lfm2_vl",
        processor,
        measure_prompt(processor, "<image>", "<image>"),
        None,
        helper=None,
        checkpoint="lfm2-vl-1.6b",
        constants=constants,
    )


def write_minicpm():
    names = {
        "image_token": "<|image_pad|>",
        "video_token": "<|video_pad|>",
        "image_start_token": "<image>",
        "image_end_token": "</image>",
        "slice_start_token": "<slice>",
        "slice_end_token": "</slice>",
        "image_id_start_token": "<image_id>",
        "image_id_end_token": "</image_id>",
    }
    golden = Golden("minicpmv4_6")
    for mode in ("16x", "4x"):
        processor = MiniCPMV4_6Processor(
            MiniCPMV4_6ImageProcessor(downsample_mode=mode),
            MiniCPMV4_6VideoProcessor(),
            make_tokenizer(names),
        )
        constants = {"scale_resolution": 448, "patch_size": 14, "max_slice_nums": 9, "downsample_mode": mode}
        sizes = GRID_SIZES if mode == "16x" else SIZES[:100]
        golden.images(
            mode,
            measure_prompt(processor, "<|image_pad|>", "<|image_pad|>"),
            columns=TOTAL,
            sizes=sizes,
            checkpoint="minicpm-v-4.6",
            constants=constants,
        )
        if mode == "16x":
            add_minicpm_video(golden, processor, constants)
    golden.write()


def add_minicpm_video(golden, processor, constants):
    rows = []
    cases = [
        (640, 480, 75, 25),
        (64, 48, 30, 30),
        (1280, 720, 61, 12.5),
        (64, 48, 3000, 20),
        (64, 48, 5000, 25),
    ]
    for width, height, frames, fps in cases:
        metadata = {"total_num_frames": frames, "fps": fps, "duration": frames / fps}
        clip = blank_image(width, height).expand(frames, 3, height, width)
        expansion = expand(processor, "<|video_pad|>", videos=[clip], video_metadata=[metadata])
        indices = [int(index) for index in processor.video_processor.sample_frames(VideoFacts(**metadata))]
        text = expansion.text if len(indices) < 4 else None
        rows.append([width, height, frames, fps, expansion.count("<|video_pad|>"), indices, text])
    golden.add(
        "video, sampled by default",
        source="processor",
        kind="video",
        checkpoint="minicpm-v-4.6",
        columns=["width", "height", "frames", "fps", "tokens", "indices", "text"],
        rows=rows,
        constants={**constants, "max_num_frames": 128, "stack_frames": 1},
    )


def write_phi4():
    names = {"image_token": "<|endoftext10|>", "audio_token": "<|endoftext11|>"}
    processor = Phi4MultimodalProcessor(
        Phi4MultimodalImageProcessor(), Phi4MultimodalFeatureExtractor(), make_tokenizer(names)
    )
    golden = Golden("phi4_multimodal")

    def measure(width, height, _device):
        # The mask is computed from values, so the image must be real.
        return [
            expand(processor, "<|endoftext10|>", images=[blank_image(width, height, "cpu")]).count(
                "<|endoftext10|>"
            )
        ]

    golden.images(
        "one image",
        measure,
        sizes=REAL_SIZES[:230],
        real=0,
        checkpoint="phi-4-multimodal-instruct",
        constants={"size": 448, "patch_size": 14, "dynamic_hd": 36},
    )
    golden.write()


def main():
    write_idefics3_and_smolvlm()
    write_lfm2_vl()
    write_minicpm()
    write_phi4()


if __name__ == "__main__":
    main()
