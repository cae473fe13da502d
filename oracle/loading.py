"""Goldens of packages/media/src/loading: files with an orientation, as their readers load them.

Per file: size and SHA-256 of the pixels of `PIL.Image.open` and of `load_image` of transformers; for the plain ones the
tensors of two Pillow-backed processors that are given the path. (Torchvision-backed ones call `decode_image`, whose
library the oracle's torchvision cannot load; that it leaves the orientation alone is read from its source.)
Run from anywhere: python oracle/loading.py
"""

import common
import hashlib
import json
import numpy
import PIL
import struct
import transformers
import zlib
from decode import HERE, digest, encoded, exif, scene
from PIL import Image
from transformers import LlavaOnevisionImageProcessorPil, Qwen2VLImageProcessorPil
from transformers.image_utils import load_image

OUT = HERE / "loading/fixtures"
HALF = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
CLIP = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
PROCESSORS = {
    "llava-onevision-qwen2-7b-ov": LlavaOnevisionImageProcessorPil(**HALF),
    "qwen2.5-vl-7b": Qwen2VLImageProcessorPil(
        **CLIP, size={"shortest_edge": 3136, "longest_edge": 12845056}, patch_size=14
    ),
}
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}


def plain(image):
    for orientation in range(1, 9):
        for suffix, format in FORMATS.items():
            yield f"{orientation}.{suffix}", encoded(image, format, exif=exif(orientation))
        yield f"{orientation}.tiff", encoded(image, "TIFF", tiffinfo={274: orientation})


def odd(image):
    """Where the orientation stands elsewhere, or as another type than SHORT."""
    chunk = lambda name, data: (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )
    png = encoded(image, "PNG")
    end = png.rindex(b"IEND") - 4
    yield "late.png", png[:end] + chunk(b"eXIf", exif(6)[6:]) + png[end:]
    jpeg = encoded(image, "JPEG")

    def with_block(block):
        payload = b"Exif\0\0" + block
        return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + jpeg[2:]

    head = b"II*\0" + struct.pack("<IH", 8, 1)
    for kind, form in ((1, "B"), (4, "I"), (6, "b"), (8, "h"), (9, "i"), (13, "I")):
        entry = struct.pack("<HHI", 0x112, kind, 1) + struct.pack("<" + form, 6).ljust(4, b"\0")
        yield f"type-{kind}.jpg", with_block(head + entry + bytes(4))
    yield "two-values.jpg", with_block(head + struct.pack("<HHIHH", 0x112, 3, 2, 6, 3) + bytes(4))
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + packet
    segment = b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp
    yield "xmp.jpg", jpeg[:2] + segment + jpeg[2:]
    # EXIF has the last word, and says 3; EXIF without an orientation says nothing.
    yield "xmp-and-exif.jpg", jpeg[:2] + segment + with_block(exif(3)[6:])[2:]
    software = head + struct.pack("<HHI", 0x131, 2, 4) + b"abc\0" + bytes(4)
    yield "xmp-and-other-exif.jpg", with_block(software)[: 2 - len(jpeg)] + segment + jpeg[2:]
    yield "xmp.webp", encoded(image, "WEBP", xmp=packet.replace(b'="6"', b">8<"))
    at = png.index(b"IDAT") - 4
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)
    yield "xmp.png", png[:at] + text + png[at:]
    yield "late-xmp.png", png[:end] + text + png[end:]
    yield "two-blocks.jpg", jpeg[:2] + with_block(exif(3)[6:])[2 : -len(jpeg) + 2] + with_block(exif(6)[6:])[2:]


def facts(image):
    return {"width": image.width, "height": image.height, "sha256": digest(image)}


def tensors(path):
    made = {}
    for checkpoint, processor in PROCESSORS.items():
        batch = processor(images=processor.fetch_images([str(path)]), return_tensors="np")
        made[checkpoint] = {
            name: [str(value.dtype), list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()[:16]]
            for name, value in ((name, numpy.ascontiguousarray(batch[name])) for name in batch)
        }
    return made


def row(path, with_tensors):
    with Image.open(path) as image:
        stored = facts(image)
    return {
        "stored": stored,
        "upright": facts(load_image(str(path))),
        **({"tensors": tensors(path)} if with_tensors else {}),
    }


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    image = scene()
    files = {}
    for make in (plain, odd):
        for name, body in make(image):
            (OUT / name).write_bytes(body)
            files[name] = row(OUT / name, make is plain)
    versions = {"pillow": PIL.__version__, "transformers": transformers.__version__}
    (OUT / "loading.json").write_text(json.dumps({**versions, "files": files}, indent=1) + "\n")
    print(f"{len(files)} files, {sum(path.stat().st_size for path in OUT.iterdir())} bytes")
