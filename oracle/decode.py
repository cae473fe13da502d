"""Makes the small images in packages/media/src/decode/fixtures and decode.json: what Pillow decodes them to.

For these and for the images of packages/media/src/fixtures: size and SHA-256 of `Image.open(file).convert("RGB")`, the
same after `ImageOps.exif_transpose`, or the error Pillow raises; AVIF, not decoded to the bit, with its pixels.
Run from the repository root: python oracle/decode.py
"""

import base64
import hashlib
import io
import json
import numpy
import struct
import warnings
from pathlib import Path
from PIL import Image, ImageCms, ImageOps
from PIL import __version__ as PILLOW

HERE = Path(__file__).resolve().parent.parent / "packages/media/src"
OUT = HERE / "decode/fixtures"
WIDTH, HEIGHT = 37, 26

warnings.filterwarnings("ignore")


def scene(width=WIDTH, height=HEIGHT):
    """A gradient, edges and some noise, uint8 RGB."""
    rng = numpy.random.default_rng(5)
    rows, columns = numpy.mgrid[0:height, 0:width]
    channels = [columns * 255 // width, rows * 255 // height, (columns // 7 + rows // 5) % 2 * 220]
    pixels = numpy.stack(channels, axis=-1) + rng.integers(0, 24, (height, width, 3))
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


def with_alpha(image):
    ramp = numpy.linspace(0, 255, image.width * image.height).astype(numpy.uint8)
    image = image.convert("RGBA")
    image.putalpha(Image.fromarray(ramp.reshape(image.height, image.width)))
    return image


def encoded(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block.tobytes()


def jpegs(image):
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        yield f"jpeg-{subsampling.replace(':', '')}.jpg", encoded(image, "JPEG", subsampling=subsampling)
    yield "jpeg-progressive.jpg", encoded(image, "JPEG", progressive=True, quality=60)
    yield "jpeg-restart.jpg", encoded(image, "JPEG", restart_marker_rows=1)
    yield "jpeg-gray.jpg", encoded(image.convert("L"), "JPEG")
    yield "jpeg-rgb.jpg", encoded(image, "JPEG", keep_rgb=True)
    yield "jpeg-cmyk.jpg", encoded(image.convert("CMYK"), "JPEG")
    for orientation in range(2, 9):
        yield f"jpeg-exif-{orientation}.jpg", encoded(image, "JPEG", exif=exif(orientation))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    yield "jpeg-icc.jpg", encoded(image, "JPEG", icc_profile=profile)
    yield "jpeg-1x1.jpg", encoded(image.crop((0, 0, 1, 1)), "JPEG")
    whole = encoded(image, "JPEG", quality=95)
    yield "jpeg-truncated.jpg", whole[: len(whole) * 2 // 3]
    yield "jpeg-trailing.jpg", whole + b"\0\xff" * 40
    yield "jpeg-stray-bytes.jpg", whole[:2] + b"\0\0\0" + whole[2:]


def pngs(image):
    yield "png-rgb.png", encoded(image, "PNG")
    yield "png-rgba.png", encoded(with_alpha(image), "PNG")
    yield "png-gray.png", encoded(image.convert("L"), "PNG")
    yield "png-gray-alpha.png", encoded(with_alpha(image).convert("LA"), "PNG")
    yield "png-1-bit.png", encoded(image.convert("1"), "PNG")
    palette = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=200)
    yield "png-palette.png", encoded(palette, "PNG")
    yield "png-palette-4-bit.png", encoded(image.quantize(12), "PNG", bits=4)
    yield "png-palette-transparent.png", encoded(palette, "PNG", transparency=3)
    yield "png-rgb-transparent.png", encoded(image, "PNG", transparency=image.getpixel((3, 3)))
    gray16 = numpy.array(image.convert("L")).astype(numpy.uint16) * 257
    yield "png-gray-16-bit.png", encoded(Image.fromarray(gray16), "PNG")
    low16 = numpy.array(image.convert("L")).astype(numpy.uint16) * 3
    yield "png-gray-16-bit-dark.png", encoded(Image.fromarray(low16), "PNG")
    yield "png-exif-6.png", encoded(image, "PNG", exif=exif(6))
    frames = [image, image.rotate(90), image.rotate(180)]
    yield "png-animated.png", encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    whole = encoded(image, "PNG")
    yield "png-truncated.png", whole[: len(whole) // 2]
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0x55
    yield "png-damaged.png", bytes(damaged)
    for name, at in (("png-wrong-checksum.png", -16), ("png-wrong-header-checksum.png", 29)):
        wrong_sum = bytearray(whole)
        wrong_sum[at] ^= 0xFF
        yield name, bytes(wrong_sum)
    with_palette = bytearray(encoded(palette, "PNG"))
    with_palette[with_palette.index(b"PLTE") + 9] ^= 0xFF
    yield "png-wrong-palette-checksum.png", bytes(with_palette)


def others(image):
    frames = [image, image.rotate(180)]
    yield "webp-lossy.webp", encoded(image, "WEBP", quality=70)
    yield "webp-lossless-alpha.webp", encoded(with_alpha(image), "WEBP", lossless=True)
    yield (
        "webp-animated.webp",
        encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True),
    )
    yield "webp-square-exif-6.webp", encoded(image.crop((0, 0, 24, 24)), "WEBP", lossless=True, exif=exif(6))
    yield "webp-truncated.webp", encoded(image, "WEBP", quality=70)[:-60]
    yield "gif.gif", encoded(image, "GIF")
    yield "gif-animated.gif", encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield "gif-gray.gif", encoded(image.convert("L"), "GIF")
    yield "tiff-rgb.tiff", encoded(image, "TIFF")
    yield "tiff-lzw.tiff", encoded(image, "TIFF", compression="tiff_lzw")
    yield "tiff-deflate.tiff", encoded(image, "TIFF", compression="tiff_adobe_deflate")
    yield "tiff-cmyk.tiff", encoded(image.convert("CMYK"), "TIFF")
    yield "tiff-gray.tiff", encoded(image.convert("L"), "TIFF")
    yield "tiff-1-bit.tiff", encoded(image.convert("1"), "TIFF", compression="group4")
    yield "tiff-palette.tiff", encoded(image.quantize(100), "TIFF")
    yield "tiff-rgba.tiff", encoded(with_alpha(image), "TIFF")
    yield "tiff-jpeg.tiff", encoded(image, "TIFF", compression="jpeg")
    yield "avif-420.avif", encoded(image, "AVIF", quality=80)
    yield "avif-444.avif", encoded(image, "AVIF", quality=80, subsampling="4:4:4")
    yield "avif-alpha.avif", encoded(with_alpha(image), "AVIF", quality=80, subsampling="4:4:4")


def gifs(image):
    """What Pillow's writer does not make: frames beside the screen's edges, palettes of all kinds, wrong codes."""
    indices = numpy.array(image.quantize(8))
    colors = bytes(image.quantize(8).getpalette()[:24])
    ramp, other = bytes(i for i in range(8) for _ in range(3)), colors[::-1]
    whole = (0, 0, WIDTH, HEIGHT)
    codes = literal_codes(indices, 3)
    yield "gif-transparent.gif", gif(whole, codes, colors, transparent=2)
    yield "gif-smaller-frame.gif", gif(whole, codes, colors, screen=(50, 40))
    yield "gif-offset-frame.gif", gif((7, 9, WIDTH, HEIGHT), codes, colors, screen=(50, 40), transparent=3)
    yield "gif-past-the-screen.gif", gif((7, 9, WIDTH, HEIGHT), codes, colors, screen=(20, 20))
    yield "gif-no-palette.gif", gif(whole, codes)
    yield "gif-no-palette-transparent.gif", gif(whole, codes, screen=(50, 40), transparent=200)
    yield "gif-gray-ramp.gif", gif(whole, codes, ramp)
    yield "gif-local-palette.gif", gif(whole, codes, colors, local=other)
    yield "gif-local-gray-ramp.gif", gif(whole, codes, colors, local=ramp)
    yield "gif-short-palette.gif", gif(whole, codes, colors[:12], transparent=7)
    yield "gif-2-colors.gif", gif(whole, literal_codes(indices % 2, 2), colors[:6])
    yield "gif-1-bit-codes.gif", gif(whole, literal_codes(indices % 2, 1), colors[:6])
    yield "gif-9-bit-codes.gif", gif(whole, literal_codes(indices.astype(int) + 256, 9), colors)
    yield "gif-interlaced.gif", encoded(image, "GIF", interlace=1)
    yield "gif-interlaced-5-rows.gif", encoded(image.crop((0, 0, WIDTH, 5)), "GIF", interlace=1)
    yield "gif-87a.gif", b"GIF87a" + gif(whole, codes, colors)[6:]
    yield "gif-comment.gif", encoded(image, "GIF", comment=b"a comment " * 60)
    yield "gif-no-trailer.gif", gif(whole, codes, colors)[:-1]
    yield "gif-no-frame.gif", gif(whole, codes, colors)[: 13 + 24] + b";"
    yield "gif-empty-frame.gif", gif((0, 0, 0, HEIGHT), codes, colors, screen=(WIDTH, HEIGHT))
    yield "gif-truncated.gif", encoded(image, "GIF")[:-200]
    damaged = bytearray(encoded(image, "GIF"))
    damaged[-300] ^= 0x55
    yield "gif-damaged.gif", bytes(damaged)
    short = literal_codes(indices[:-1], 3)
    yield "gif-early-end.gif", gif(whole, short, colors)
    # Pillow reads 65,536 bytes at once and goes on after an end code when there are more.
    rest = literal_codes(indices[-1:], 3)[1:]
    yield "gif-early-end-in-a-long-file.gif", gif(whole, short[:-1] + rest, colors) + bytes(66_000)
    yield "gif-wide-codes.gif", gif(whole, bytes([13]) + codes[1:], colors)


def gif(frame, codes, palette=b"", screen=None, transparent=None, local=b""):
    def flags(colors):
        return 0x80 | (len(colors) // 3).bit_length() - 2 if colors else 0

    control = b"" if transparent is None else b"!\xf9\4\1\0\0" + bytes([transparent, 0])
    head = struct.pack("<6sHHBBB", b"GIF89a", *(screen or frame[2:]), flags(palette), 0, 0)
    return head + palette + control + struct.pack("<cHHHHB", b",", *frame, flags(local)) + local + codes + b";"


def literal_codes(indices, bits):
    """Each index as its own code, the table cleared before codes grow."""
    codes = []
    for i, index in enumerate(numpy.ravel(indices).tolist()):
        codes += [1 << bits, index] if i % (2**bits - 2 or 1) == 0 else [index]
    packed = sum(code << (bits + 1) * i for i, code in enumerate([*codes, (1 << bits) + 1]))
    body = packed.to_bytes((packed.bit_length() + 7) // 8, "little")
    blocks = (body[at : at + 255] for at in range(0, len(body), 255))
    return bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def tiffs(image):
    """Kinds that are told by their tags, and what is wrong in a strip."""
    with_a, rgb = with_alpha(image), {"compression": "tiff_lzw"}
    yield "tiff-zstd.tiff", encoded(image, "TIFF", compression="zstd")
    yield "tiff-lzma.tiff", encoded(image, "TIFF", compression="lzma")
    yield "tiff-packbits.tiff", encoded(image, "TIFF", compression="packbits")
    yield "tiff-group3.tiff", encoded(image.convert("1"), "TIFF", compression="group3")
    yield "tiff-predictor.tiff", encoded(image, "TIFF", **rgb, tiffinfo={317: 2})
    yield "tiff-gray-alpha.tiff", encoded(with_a.convert("LA"), "TIFF")
    yield "tiff-big.tiff", encoded(image, "TIFF", big_tiff=True)
    yield "tiff-orientation-6.tiff", encoded(image, "TIFF", tiffinfo={274: 6})
    gray16 = Image.fromarray(numpy.array(image.convert("L")).astype(numpy.uint16) * 3)
    yield "tiff-gray-16-bit.tiff", encoded(gray16, "TIFF")
    yield "tiff-float.tiff", encoded(image.convert("F"), "TIFF")
    yield "tiff-signed.tiff", encoded(image.convert("I"), "TIFF")
    yield "tiff-ycbcr.tiff", encoded(image.convert("YCbCr"), "TIFF", **rgb)
    yield "tiff-lab.tiff", encoded(image.convert("LAB"), "TIFF")
    # One tag changed in a plain file: what Pillow then makes of it is in the table, or that it refuses.
    gray, rgba, palette = encoded(image.convert("L"), "TIFF"), encoded(with_a, "TIFF"), image.quantize(100)
    yield "tiff-premultiplied.tiff", with_tag(rgba, 338, 1)
    yield "tiff-signed-8-bit.tiff", with_tag(encoded(image.convert("L"), "TIFF", tiffinfo={339: 1}), 339, 2)
    yield "tiff-gray-16-bit-white-is-0.tiff", with_tag(encoded(gray16, "TIFF"), 262, 0)
    yield "tiff-gray-white-is-0.tiff", with_tag(gray, 262, 0)
    yield "tiff-cut.tiff", encoded(image, "TIFF")[:-400]
    yield "tiff-cut-lzw.tiff", cut_strip(encoded(image, "TIFF", **rgb))
    deflated = bytearray(encoded(image, "TIFF", compression="tiff_adobe_deflate"))
    deflated[1000] ^= 0x55
    yield "tiff-damaged-deflate.tiff", bytes(deflated)
    dark = bytearray(encoded(palette, "TIFF"))
    count, at = entry(dark, 320)
    dark[at : at + 2 * count] = b"".join(struct.pack("<H", i % 256) for i in range(count))
    yield "tiff-dark-palette.tiff", bytes(dark)


def entry(body, tag):
    """Count and place of a tag's values in a little-endian TIFF of one directory."""
    (start,) = struct.unpack_from("<I", body, 4)
    (entries,) = struct.unpack_from("<H", body, start)
    for at in range(start + 2, start + 2 + entries * 12, 12):
        found, kind, count, value = struct.unpack_from("<HHII", body, at)
        if found == tag:
            return count, at + 8 if count * {3: 2, 4: 4}[kind] <= 4 else value
    raise KeyError(tag)


def with_tag(body, tag, value):
    body = bytearray(body)
    struct.pack_into("<H", body, entry(body, tag)[1], value)
    return bytes(body)


def cut_strip(body):
    """The strip's count of bytes made half: its codes end before its rows do."""
    body = bytearray(body)
    _, at = entry(body, 279)
    struct.pack_into("<H", body, at, struct.unpack_from("<H", body, at)[0] // 2)
    return bytes(body)


def bitmaps(image):
    yield "bmp-24-bit.bmp", encoded(image, "BMP")
    yield "bmp-32-bit.bmp", encoded(with_alpha(image), "BMP")
    yield "bmp-8-bit.bmp", encoded(image.quantize(200), "BMP")
    yield "bmp-gray.bmp", encoded(image.convert("L"), "BMP")
    yield "bmp-1-bit.bmp", encoded(image.convert("1"), "BMP")
    yield "bmp-top-down.bmp", top_down(image)
    yield "bmp-16-bit-555.bmp", sixteen(image, None)
    yield "bmp-16-bit-565.bmp", sixteen(image, (0xF800, 0x07E0, 0x001F))
    yield "bmp-4-bit.bmp", indexed(image, 4)
    yield "bmp-rle8.bmp", run_lengths(image)
    yield "bmp-os2.bmp", os2(image)
    yield "bmp-truncated.bmp", encoded(image, "BMP")[:-500]


def bitmap(header, palette, rows):
    offset = 14 + len(header) + len(palette)
    return struct.pack("<2sIHHI", b"BM", offset + len(rows), 0, 0, offset) + header + palette + rows


def info_header(image, bits, compression=0, colors=0, height=None):
    return struct.pack(
        "<IiiHHIIiiII",
        40,
        image.width,
        height or image.height,
        1,
        bits,
        compression,
        0,
        2835,
        2835,
        colors,
        0,
    )


def padded(row):
    return row + b"\0" * (-len(row) % 4)


def top_down(image):
    pixels = numpy.array(image)[:, :, ::-1]
    return bitmap(
        info_header(image, 24, height=-image.height), b"", b"".join(padded(row.tobytes()) for row in pixels)
    )


def sixteen(image, masks):
    red, green, blue = (channel.astype(numpy.uint16) for channel in numpy.moveaxis(numpy.array(image), -1, 0))
    if masks is None:
        packed, header, extra = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3, info_header(image, 16), b""
    else:
        packed = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3
        header, extra = info_header(image, 16, compression=3), struct.pack("<III", *masks)
    rows = b"".join(padded(row.tobytes()) for row in packed.astype("<u2")[::-1])
    return bitmap(header, extra, rows)


def colors_of(image, count):
    indexed_image = image.quantize(count)
    colors = indexed_image.getpalette()[: count * 3]
    colors += [0] * (count * 3 - len(colors))
    table = b"".join(bytes((colors[i + 2], colors[i + 1], colors[i], 0)) for i in range(0, count * 3, 3))
    return numpy.array(indexed_image), table


def indexed(image, bits):
    values, table = colors_of(image, 16)
    values = numpy.pad(values, ((0, 0), (0, values.shape[1] % 2)))
    rows = (values[:, 0::2] << 4 | values[:, 1::2]).astype(numpy.uint8)[::-1]
    return bitmap(info_header(image, bits, colors=16), table, b"".join(padded(row.tobytes()) for row in rows))


def run_lengths(image):
    values, table = colors_of(image, 8)
    body = bytearray()
    for y, row in enumerate(values[::-1]):
        if y % 3 == 0:  # an absolute run
            body += bytes((0, len(row))) + row.astype(numpy.uint8).tobytes() + b"\0" * (len(row) % 2)
        else:
            for value in row:
                body += bytes((1, value))
        body += b"\0\0"
    body += b"\0\1"
    return bitmap(info_header(image, 8, compression=1, colors=8), table, bytes(body))


def os2(image):
    header = struct.pack("<IHHHH", 12, image.width, image.height, 1, 24)
    pixels = numpy.array(image)[::-1, :, ::-1]
    return bitmap(header, b"", b"".join(padded(row.tobytes()) for row in pixels))


def digest(image):
    return hashlib.sha256(numpy.array(image.convert("RGB")).tobytes()).hexdigest()[:16]


def decoded(path):
    """Size and digest as opened, and with orientation applied where that differs."""
    try:
        with Image.open(path) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            row = {"width": image.width, "height": image.height, "sha256": digest(image)}
            if path.suffix == ".avif" and path.parent == OUT:
                row["pixels"] = base64.b64encode(numpy.array(image.convert("RGB")).tobytes()).decode()
            if upright.size != image.size or digest(upright) != row["sha256"]:
                row["upright"] = {"width": upright.width, "height": upright.height, "sha256": digest(upright)}
            return row
    except Exception as error:  # what Pillow refuses, whatever the class
        return {
            "refused": f"{type(error).__name__}: {str(error).split(chr(10))[0][:80]}".replace(
                str(path), "FILE"
            )
        }


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    image = scene()
    for make in (jpegs, pngs, others, gifs, tiffs, bitmaps):
        for name, body in make(image):
            (OUT / name).write_bytes(body)
    listed = [*sorted(OUT.iterdir()), *sorted((HERE / "fixtures").iterdir())]
    videos = {".mp4", ".mov", ".mkv", ".webm", ".avi", ".json", ".heic", ".m4v", ".3gp"}
    files = {
        str(path.relative_to(HERE)): decoded(path)
        for path in listed
        if path.suffix not in videos and path.name != "decode.json"
    }
    (OUT / "decode.json").write_text(json.dumps({"pillow": PILLOW, "files": files}, indent=1) + "\n")
    for name, row in files.items():
        if "refused" in row:
            print(name, row["refused"])
    print(f"{len(files)} files, {sum(path.stat().st_size for path in OUT.iterdir())} bytes")
