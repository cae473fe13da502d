"""Golden counts of Video-LLaVA -> video_llava.json."""

from common import Golden, blank_image, blank_video, expand, make_tokenizer
from sizes import FEW_SIZES, ordinary
from transformers import VideoLlavaImageProcessor, VideoLlavaProcessor, VideoLlavaVideoProcessor


def main():
    processor = VideoLlavaProcessor(
        VideoLlavaImageProcessor(),
        VideoLlavaVideoProcessor(),
        make_tokenizer({"image_token": "<image>", "video_token": "<video>"}),
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )
    golden = Golden("video_llava")
    constants = {
        "crop_size": 224,
        "patch_size": 14,
        "num_additional_image_tokens": 1,
        "vision_feature_select_strategy": "default",
    }
    facts = {"checkpoint": "video-llava-7b", "constants": constants}

    def measure(width, height, _device):
        # The processor turns the pixels into a numpy array, so they must be real.
        return [expand(processor, "<image>", images=[blank_image(width, height, "cpu")]).count("<image>")]

    golden.images("one image", measure, sizes=ordinary(FEW_SIZES, pixels=2_000_000), real=0, **facts)
    rows = []
    for width, height in [(224, 224), (320, 240), (240, 426)]:
        for frames in (1, 2, 7, 8, 16):
            clip = [blank_video(width, height, frames, "cpu")]
            rows.append(
                [width, height, frames, None, expand(processor, "<video>", videos=clip).count("<video>")]
            )
    columns = ["width", "height", "frames", "fps", "tokens"]
    golden.add(
        "video, every frame given is kept",
        source="processor",
        kind="video",
        columns=columns,
        rows=rows,
        **facts,
    )
    golden.write()


if __name__ == "__main__":
    main()
