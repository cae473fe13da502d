"""Makes the small media files in packages/media/src/fixtures and headers.json, what others read from them.

Images: Pillow opens and loads each (HEIC: libheif's heif-info). Videos: ffprobe's stream fields, frames as decoded by PyAV.
Run from the repository root: python oracle/media_headers.py  (needs pillow 12.3, av, ffmpeg, heif-enc, heif-info).
"""

import av
import hashlib
import io
import json
import re
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from PIL import Image
from PIL import __version__ as PILLOW

OUT = Path("packages/media/src/fixtures")
ORIENTATION = 0x0112


def test_image(width, height, mode="RGB"):
    """A gradient with a few edges: compresses to little, is not one flat color."""
    image = Image.new("RGB", (width, height))
    image.putdata(
        [
            (x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), (x // 8 + y // 8) % 2 * 200)
            for y in range(height)
            for x in range(width)
        ]
    )
    return image.convert(mode)


def exif_bytes(orientation, big_endian=False, thumbnail=b""):
    """A TIFF block with an orientation tag in IFD0 and, in IFD1, a JPEG thumbnail."""
    e = ">" if big_endian else "<"
    head = (b"MM\0*" if big_endian else b"II*\0") + struct.pack(e + "I", 8)
    ifd0 = struct.pack(e + "H", 1) + struct.pack(e + "HHIHH", ORIENTATION, 3, 1, orientation, 0)
    if not thumbnail:
        return head + ifd0 + struct.pack(e + "I", 0)
    second = 8 + len(ifd0) + 4
    at = second + 2 + 24 + 4
    ifd1 = (
        struct.pack(e + "H", 2)
        + struct.pack(e + "HHII", 0x0201, 4, 1, at)
        + struct.pack(e + "HHII", 0x0202, 4, 1, len(thumbnail))
    )
    return head + ifd0 + struct.pack(e + "I", second) + ifd1 + struct.pack(e + "I", 0) + thumbnail


def encoded(image, fmt, **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def segment(marker, payload):
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpegs():
    plain = encoded(test_image(61, 43), "JPEG", quality=60)
    thumbnail = encoded(test_image(160, 120), "JPEG", quality=90)
    exif = lambda *a: segment(0xE1, b"Exif\0\0" + exif_bytes(*a))
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>")
    yield "jpeg-baseline.jpg", plain
    yield "jpeg-progressive.jpg", encoded(test_image(70, 50), "JPEG", progressive=True, quality=50)
    yield "jpeg-grey.jpg", encoded(test_image(33, 57, "L"), "JPEG", quality=50)
    yield "jpeg-cmyk.jpg", encoded(test_image(48, 32, "CMYK"), "JPEG", quality=50)
    yield "jpeg-one-pixel.jpg", encoded(test_image(1, 1), "JPEG")
    yield "jpeg-thumbnail-before-size.jpg", plain[:2] + exif(6, False, thumbnail) + plain[2:]
    yield "jpeg-exif-big-endian.jpg", plain[:2] + exif(8, True) + plain[2:]
    yield "jpeg-xmp-then-exif.jpg", plain[:2] + xmp + exif(3) + plain[2:]
    yield (
        "jpeg-fill-bytes.jpg",
        plain[:2] + b"\xff\xff\xff" + segment(0xFE, b"note") + b"\xff\xff" + plain[2:],
    )
    yield "jpeg-orientation-0.jpg", plain[:2] + exif(0) + plain[2:]
    yield "jpeg-named-png.png", plain


def pngs():
    yield "png-rgb.png", encoded(test_image(40, 30), "PNG")
    yield "png-palette.png", encoded(test_image(25, 19).quantize(8), "PNG")
    yield "png-alpha-16-grey.png", encoded(Image.new("I;16", (21, 11), 999), "PNG")
    yield "png-one-pixel.png", encoded(test_image(1, 1), "PNG")
    yield "png-exif.png", encoded(test_image(40, 30), "PNG", exif=exif_bytes(6))
    yield "png-animated.png", encoded(test_image(40, 30), "PNG", save_all=True, append_images=[test_image(20, 15)])
    yield "png-named-jpeg.jpg", encoded(test_image(44, 22), "PNG")
    yield "png-interlaced.png", interlaced(16, 9)


def interlaced(width, height):
    """Adam7, one bit gray, all zero: Pillow writes no interlaced files."""
    import zlib

    raw = b""
    for x0, y0, dx, dy in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        columns, rows = max(0, -(-(width - x0) // dx)), max(0, -(-(height - y0) // dy))
        if columns:
            raw += (b"\0" * (1 + (columns + 7) // 8)) * rows
    chunk = lambda name, data: (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def webps():
    yield "webp-lossy.webp", encoded(test_image(75, 51), "WEBP", quality=30)
    yield "webp-lossless.webp", encoded(test_image(53, 31), "WEBP", lossless=True)
    alpha = test_image(52, 38, "RGBA")
    alpha.putalpha(test_image(52, 38, "L"))
    yield "webp-alpha.webp", encoded(alpha, "WEBP", quality=30)
    yield "webp-exif-at-end.webp", encoded(test_image(75, 51), "WEBP", quality=30, exif=exif_bytes(5))
    yield (
        "webp-animated.webp",
        encoded(
            test_image(64, 40), "WEBP", save_all=True, append_images=[test_image(64, 40).rotate(180)], quality=20
        ),
    )
    yield "webp-one-pixel.webp", encoded(test_image(1, 1), "WEBP", lossless=True)


def gif(screen, frame):
    """One frame at (left, top) on a logical screen of its own size; LZW data of one color."""
    left, top, width, height = frame
    small = encoded(Image.new("P", (width, height), 0), "GIF")
    start = small.index(b",", 13 + 6)
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", *screen, 0x80, 0, 0)
        + b"\0\0\0\xff\xff\xff"
        + b","
        + struct.pack("<HHHHB", left, top, width, height, 0)
        + small[start + 10 :]
    )


def gifs():
    yield "gif-still.gif", encoded(test_image(47, 29).quantize(16), "GIF")
    yield (
        "gif-animated.gif",
        encoded(
            test_image(32, 24).quantize(8),
            "GIF",
            save_all=True,
            append_images=[test_image(32, 24).rotate(180).quantize(8)],
        ),
    )
    yield "gif-frame-inside-screen.gif", gif((40, 30), (5, 6, 10, 8))
    yield "gif-frame-beyond-screen.gif", gif((10, 8), (4, 3, 20, 15))


def bmps():
    yield "bmp-24.bmp", encoded(test_image(23, 17), "BMP")
    top_down = bytearray(encoded(test_image(20, 14), "BMP"))
    top_down[22:26] = struct.pack("<i", -14)
    yield "bmp-top-down.bmp", bytes(top_down)
    yield "bmp-palette.bmp", encoded(test_image(19, 13).quantize(4), "BMP")
    row = b"\x10\x20\x30" * 4
    yield (
        "bmp-os2.bmp",
        b"BM" + struct.pack("<IHHI", 26 + 36, 0, 0, 26) + struct.pack("<IHHHH", 12, 4, 3, 1, 24) + row * 3,
    )


def tiffs():
    yield "tiff-little-endian.tif", encoded(test_image(31, 21), "TIFF", compression="tiff_lzw")
    yield (
        "tiff-orientation-6.tif",
        encoded(test_image(31, 21), "TIFF", compression="tiff_lzw", exif=exif_bytes(6)),
    )
    pages = [test_image(18, 12), test_image(90, 60)]
    yield (
        "tiff-pages.tif",
        encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw"),
    )
    yield "tiff-big-endian.tif", tiff_block(26, 14, ">", False)
    yield "tiff-big-tiff.tif", tiff_block(26, 14, "<", True)
    yield "tiff-directory-at-end.tif", tiff_block(26, 14, "<", False, True)


def tiff_block(width, height, e, big, directory_last=False):
    """An uncompressed gray TIFF, directory before or after its pixels; Pillow writes neither big-endian nor BigTIFF here."""
    pixels = bytes((x * 9 + y * 5) % 256 for y in range(height) for x in range(width))
    tags = [
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 0),
        (277, 1),
        (278, height),
        (279, len(pixels)),
    ]
    header, entry, count, offset = (16, 20, "Q", "Q") if big else (8, 12, "H", "I")
    directory = struct.calcsize("<" + count) + entry * len(tags) + struct.calcsize("<" + offset)
    at, data = (header + len(pixels), header) if directory_last else (header, header + directory)
    body = struct.pack(e + count, len(tags))
    for tag, value in tags:
        value = data if tag == 273 else value
        body += struct.pack(e + "HH" + ("QQ" if big else "II"), tag, 4, 1, value)
    body += struct.pack(e + offset, 0)
    order = b"II" if e == "<" else b"MM"
    head = order + (struct.pack(e + "HHHQ", 43, 8, 0, at) if big else struct.pack(e + "HI", 42, at))
    return head + (pixels + body if directory_last else body + pixels)


# HEIF: boxes of an encoder's one-item file put together anew, so that items, order and properties can be chosen.


def boxes(data, start=0, end=None):
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, name = struct.unpack(">I4s", data[start : start + 8])
        yield name, start + 8, start + size
        start += size


def find(data, *path):
    start, end = 0, len(data)
    for name in path:
        start, end = next(
            (s + (4 if name == b"meta" else 0), e) for n, s, e in boxes(data, start, end) if n == name
        )
    return start, end


def one_item(data):
    """(configuration box, payload) of an encoder's file with one image item."""
    start, end = find(data, b"meta", b"iprp", b"ipco")
    config = next(data[s - 8 : e] for n, s, e in boxes(data, start, end) if n in (b"av1C", b"hvcC"))
    start, end = find(data, b"mdat")
    return config, data[start:end]


def box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def full(name, version, flags, *parts):
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def ispe(width, height):
    return full(b"ispe", 0, 0, struct.pack(">II", width, height))


def heif(brand, items, primary, references=b""):
    """items: [(type, [property boxes], payload)], ids from 1; `primary` is an id."""
    properties, associations, infos = [], b"", b""
    for number, (kind, wanted, _) in enumerate(items, 1):
        indexes = b""
        for prop in wanted:
            if prop not in properties:
                properties.append(prop)
            indexes += struct.pack(
                "B",
                properties.index(prop) + 1
                | (0x80 if prop[4:8] in (b"av1C", b"hvcC", b"irot", b"imir", b"clap") else 0),
            )
        associations += struct.pack(">HB", number, len(wanted)) + indexes
        infos += full(b"infe", 2, 0, struct.pack(">HH4sB", number, 0, kind, 0))
    ftyp = box(b"ftyp", brand, struct.pack(">I", 0), b"mif1", brand, b"miaf")

    def meta(offset):
        locations = b""
        for number, (_, _, payload) in enumerate(items, 1):
            locations += struct.pack(">HHHII", number, 0, 1, offset, len(payload))
            offset += len(payload)
        return full(
            b"meta",
            0,
            0,
            full(b"hdlr", 0, 0, struct.pack(">I4s12xB", 0, b"pict", 0)),
            full(b"pitm", 0, 0, struct.pack(">H", primary)),
            full(b"iloc", 0, 0, struct.pack(">BBH", 0x44, 0, len(items)), locations),
            full(b"iinf", 0, 0, struct.pack(">H", len(items)), infos),
            full(b"iref", 0, 0, references) if references else b"",
            box(
                b"iprp",
                box(b"ipco", *properties),
                full(b"ipma", 0, 0, struct.pack(">I", len(items)), associations),
            ),
        )

    head = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(head) + box(b"mdat", *(payload for _, _, payload in items))


def without_clock(data):
    """Creation and change times zeroed in the headers of a film, so that every run gives the same file."""
    data = bytearray(data)
    for name in (b"mvhd", b"tkhd", b"mdhd"):
        for found in re.finditer(name, bytes(data)):
            at = found.end() + 4
            length = 16 if data[found.end()] == 1 else 8
            data[at : at + length] = bytes(length)
    return bytes(data)


def heifs():
    def av1(width, height):
        config, payload = one_item(encoded(test_image(width, height), "AVIF", quality=30))
        return config, payload

    def hevc(width, height):
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "in.png"), Path(folder, "out.heic")
            test_image(width, height).save(source)
            subprocess.run(
                ["heif-enc", "-q", "30", "-o", str(target), str(source)], check=True, capture_output=True
            )
            return one_item(target.read_bytes())

    clap = box(b"clap", struct.pack(">IIIIiIiI", 40, 1, 30, 1, 0, 1, 0, 1))
    yield "avif-plain.avif", encoded(test_image(72, 44), "AVIF", quality=30)
    alpha = test_image(50, 34, "RGBA")
    alpha.putalpha(test_image(50, 34, "L"))
    yield "avif-alpha.avif", encoded(alpha, "AVIF", quality=30)
    for orientation in range(2, 9):
        turned = encoded(test_image(72, 44), "AVIF", quality=30, exif=exif_bytes(orientation))
        yield f"avif-orientation-{orientation}.avif", turned
    frames = [test_image(48, 32), test_image(48, 32).rotate(180)]
    animated = encoded(frames[0], "AVIF", quality=20, save_all=True, append_images=frames[1:])
    yield "avif-animated.avif", without_clock(animated)
    for suffix, brand, kind, code in (("avif", b"avif", b"av01", av1), ("heic", b"heic", b"hvc1", hevc)):
        (small, thumb), (large, main) = code(128, 96), code(64, 64)
        thumbnail = box(b"thmb", struct.pack(">HHH", 1, 1, 2))
        items = [(kind, [ispe(128, 96), small], thumb), (kind, [ispe(64, 64), large], main)]
        yield f"{suffix}-primary-is-smaller.{suffix}", heif(brand, items, 2, thumbnail)
        grid = struct.pack(">BBBBHH", 0, 0, 0, 1, 120, 60)
        tiles = [(kind, [ispe(64, 64), large], main)] * 2
        cut = box(b"dimg", struct.pack(">HHHH", 1, 2, 2, 3))
        yield f"{suffix}-grid.{suffix}", heif(brand, [(b"grid", [ispe(120, 60)], grid), *tiles], 1, cut)
        yield f"{suffix}-clap.{suffix}", heif(brand, [(kind, [ispe(64, 64), large, clap], main)], 1)
        turn = box(b"irot", b"\1")
        yield f"{suffix}-irot.{suffix}", heif(brand, [(kind, [ispe(128, 96), small, turn], thumb)], 1)


def image_golden(path):
    if path.suffix == ".heic":
        text = subprocess.run(["heif-info", str(path)], check=True, capture_output=True, text=True).stdout
        width, height = map(int, re.search(r"image: (\d+)x(\d+) \(id=\d+\), primary", text).groups())
        return {"kind": "image", "format": "heic", "width": width, "height": height, "orientation": 1}
    with Image.open(path) as image:
        size, name = image.size, image.format.lower()
        image.load()
        assert image.size == size, path
        orientation = image.getexif().get(ORIENTATION, 1)
    return {
        "kind": "image",
        "format": name,
        "width": size[0],
        "height": size[1],
        "orientation": orientation if 1 <= orientation <= 8 else 1,
    }


# Videos. One source: 30 frames of a moving pattern, so that clips stay at a few KB.

SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=24000/1001:duration=1.25", "-pix_fmt", "yuv420p"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=300:duration=1.25"]
X264 = ["-c:v", "libx264", "-preset", "veryslow", "-crf", "40", "-bf", "2", "-g", "10", "-threads", "1"]
VIDEOS = {
    "mp4-h264-b-frames.mp4": [*SOURCE, *X264],
    "mp4-moov-first-audio.mp4": [
        *SOURCE[:4],
        *TONE,
        *SOURCE[4:],
        *X264,
        "-c:a",
        "aac",
        "-b:a",
        "16k",
        "-movflags",
        "+faststart",
    ],
    "mp4-fragments.mp4": [*SOURCE, *X264, "-movflags", "frag_keyframe+empty_moov"],
    "mp4-odd-size.mp4": [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=66x50:rate=10:duration=1",
        "-pix_fmt",
        "yuv420p",
        *X264,
    ],
    "mp4-anamorphic.mp4": [*SOURCE, *X264, "-vf", "setsar=4/3"],
    "mp4-variable-rate.mp4": [*SOURCE, *X264, "-vf", "select='not(mod(n,3))+lt(n,9)'", "-vsync", "vfr"],
    "mov-mjpeg.mov": [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=48x32:rate=5:duration=1",
        "-pix_fmt",
        "yuvj420p",
        "-c:v",
        "mjpeg",
        "-q:v",
        "20",
    ],
    "mkv-h264.mkv": [*SOURCE, *X264],
    "mkv-audio.mkv": [*SOURCE[:4], *TONE, *SOURCE[4:], *X264, "-c:a", "aac", "-b:a", "16k"],
    "mkv-live.mkv": [*SOURCE, *X264, "-live", "1"],
    "mkv-variable-rate.mkv": [*SOURCE, *X264, "-vf", "select='not(mod(n,3))+lt(n,9)'", "-vsync", "vfr"],
    "mkv-long.mkv": [
        "-f",
        "lavfi",
        "-i",
        "color=size=16x16:rate=24:duration=25",
        "-pix_fmt",
        "yuv420p",
        *X264,
    ],
    "webm-vp9.webm": [*SOURCE, "-c:v", "libvpx-vp9", "-crf", "50", "-b:v", "0"],
    "webm-audio-first.webm": [
        *TONE,
        *SOURCE,
        "-map",
        "0:a",
        "-map",
        "1:v",
        "-c:v",
        "libvpx",
        "-crf",
        "50",
        "-b:v",
        "50k",
        "-c:a",
        "libopus",
        "-b:a",
        "8k",
    ],
    "webm-vp8.webm": [*SOURCE, "-c:v", "libvpx", "-crf", "50", "-b:v", "50k"],
    "avi-mpeg4.avi": [*SOURCE, "-c:v", "mpeg4", "-q:v", "25"],
    "avi-mjpeg-audio.avi": [
        *TONE,
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=48x32:rate=5:duration=1",
        "-map",
        "0:a",
        "-map",
        "1:v",
        "-pix_fmt",
        "yuvj420p",
        "-c:v",
        "mjpeg",
        "-q:v",
        "25",
        "-c:a",
        "mp2",
        "-b:a",
        "32k",
    ],
}
REMUXES = {
    "mp4-turned-quarter.mp4": ("mp4-h264-b-frames.mp4", ["-c", "copy", "-metadata:s:v:0", "rotate=90"], []),
    "mp4-turned-half.mov": ("mp4-h264-b-frames.mp4", ["-c", "copy", "-metadata:s:v:0", "rotate=180"], []),
    "mp4-cut.mp4": ("mp4-h264-b-frames.mp4", ["-c", "copy"], ["-ss", "0.6"]),
}


def ffmpeg(target, before, arguments):
    exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *before, *arguments, *exact, str(target)], check=True)


def shorter_edit(data, milliseconds):
    """The file with its one edit list entry cut to a length in the movie's clock, 1000 per second."""
    at = data.index(b"elst") + 4 + 8
    return data[:at] + struct.pack(">I", milliseconds) + data[at + 4 :]


def video_golden(path):
    fields = "width,height,avg_frame_rate,nb_frames,duration,codec_name,nb_read_packets:stream_side_data=rotation:stream_tags=rotate:format=duration"
    answer = json.loads(
        subprocess.run(
            [
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "v:0",
                "-count_packets",
                "-show_entries",
                f"stream={fields}",
                "-of",
                "json",
                str(path),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    stream = answer["streams"][0]
    turn = next((int(d["rotation"]) for d in stream.get("side_data_list", []) if "rotation" in d), 0)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        has_audio = len(container.streams.audio) > 0
        assert all((f.width, f.height) == (stream["width"], stream["height"]) for f in frames), path
    spent = stream.get("duration") or answer.get("format", {}).get("duration")
    return {
        "kind": "video",
        "format": path.name.split("-")[0] if path.suffix != ".mov" else "mov",
        "width": stream["width"],
        "height": stream["height"],
        "rotation": -turn % 360,
        "hasAudio": has_audio,
        "decodedFrames": len(frames),
        "packets": int(stream["nb_read_packets"]),
        "listedFrames": int(stream.get("nb_frames", 0)),
        "averageFrameRate": float(Fraction(stream["avg_frame_rate"])),
        "streamDurationSeconds": float(spent) if spent else None,
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    golden = {}
    for maker in (jpegs, pngs, webps, gifs, bmps, tiffs, heifs):
        for name, data in maker():
            (OUT / name).write_bytes(data)
            golden[name] = image_golden(OUT / name)
    for name, arguments in VIDEOS.items():
        ffmpeg(OUT / name, [], arguments)
    for name, (source, arguments, before) in REMUXES.items():
        ffmpeg(OUT / name, [*before, "-i", str(OUT / source)], [*arguments, "-map", "0:v"])
    (OUT / "mp4-edit-ends-early.mp4").write_bytes(
        shorter_edit((OUT / "mp4-h264-b-frames.mp4").read_bytes(), 500)
    )
    for name in [*VIDEOS, *REMUXES, "mp4-edit-ends-early.mp4"]:
        golden[name] = video_golden(OUT / name)

    def version(tool, flag, pattern):
        said = subprocess.run([tool, flag], capture_output=True, text=True)
        return re.search(pattern, said.stdout + said.stderr).group(1)

    made_with = {
        "pillow": PILLOW,
        "av": av.__version__,
        "ffprobe": version("ffprobe", "-version", r"version (\S+)"),
        "libheif": version("heif-enc", "--help", r"libheif version: (\S+)"),
        "python": sys.version.split()[0],
    }
    answer = {"madeWith": made_with, "files": dict(sorted(golden.items()))}
    (OUT / "headers.json").write_text(json.dumps(answer, indent="\t") + "\n")
    print(
        len(golden),
        "files,",
        sum(f.stat().st_size for f in OUT.iterdir()),
        "bytes,",
        hashlib.sha256((OUT / "headers.json").read_bytes()).hexdigest()[:12],
    )


if __name__ == "__main__":
    main()
