"""Makes the clips in packages/media/src/video/fixtures and frames.json: what the `ffmpeg` command decodes of each.

Run from the repository root: python oracle/video_frames.py  (needs only ffmpeg and ffprobe 5.1 with x264, x265, vpx, aom).
Every frame is named by the SHA-256 of its rgb24 bytes; packets are ffprobe's, in the order of the file.
"""

import hashlib
import json
import re
import subprocess
from pathlib import Path

OUT = Path("packages/media/src/video/fixtures")
HEADERS = Path("packages/media/src/fixtures")

MOTION = "testsrc2=size=96x64:rate=24:duration=2"
SMALL = "testsrc=size=64x48:rate=12:duration=2"
ODD = "testsrc2=size=67x45:rate=12:duration=1"
# Colors at full strength: a wrong matrix or range shows at once.
COLOR = "smptehdbars=size=96x64:rate=10:duration=0.5"
X264 = ["-c:v", "libx264", "-preset", "medium", "-crf", "30", "-threads", "1"]


def x264(*parameters, pixels="yuv420p"):
    return [*X264, "-x264-params", ":".join(["log-level=none", *parameters]), "-pix_fmt", pixels]


def tagged(matrix, colours, pixel_range):
    return [
        *["-vf", f"scale=out_color_matrix={matrix}:out_range={pixel_range}"],
        *x264(pixels="yuv420p" if pixel_range == "tv" else "yuvj420p"),
        *["-colorspace", colours, "-color_primaries", colours, "-color_trc", colors],
    ]


# Frames 0 to 47 with gaps: a steady start, a standstill, a burst.
UNEVEN = ["-vf", "select='lt(n,10)+gte(n,30)*not(mod(n,3))+between(n,40,44)'", "-fps_mode", "vfr"]

CLIPS = {
    "b-frames.mp4": (MOTION, x264("keyint=12", "bframes=3", "b-pyramid=normal", "scenecut=0")),
    "open-gop.mp4": (MOTION, x264("keyint=12", "bframes=3", "open-gop=1", "scenecut=0")),
    "open-gop.mkv": (MOTION, x264("keyint=12", "bframes=3", "open-gop=1", "scenecut=0")),
    "refresh.mp4": (MOTION, x264("keyint=12", "bframes=0", "intra-refresh=1", "scenecut=0")),
    "hevc-open-gop.mp4": (
        MOTION,
        ["-c:v", "libx265", "-crf", "34", "-tag:v", "hvc1", "-pix_fmt", "yuv420p"]
        + ["-x265-params", "keyint=12:min-keyint=12:open-gop=1:bframes=3:scenecut=0:log-level=none:pools=1"],
    ),
    "uneven.mp4": (MOTION, [*UNEVEN, *x264("keyint=8", "bframes=2")]),
    "uneven.mkv": (MOTION, [*UNEVEN, *x264("keyint=8", "bframes=2")]),
    "bt601.mp4": (COLOR, tagged("bt601", "smpte170m", "tv")),
    "bt709.mp4": (COLOR, tagged("bt709", "bt709", "tv")),
    "full-range.mp4": (COLOR, tagged("bt709", "bt709", "pc")),
    "ten-bit.mp4": (COLOR, x264(pixels="yuv420p10le")),
    "odd-444.mp4": (ODD, x264("keyint=6", pixels="yuv444p")),
    "odd-vp9.webm": (
        ODD,
        ["-c:v", "libvpx-vp9", "-crf", "40", "-b:v", "0", "-g", "6", "-pix_fmt", "yuv420p"],
    ),
    "hidden-vp8.webm": (
        SMALL,
        ["-c:v", "libvpx", "-b:v", "60k", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-g", "12"]
        + ["-arnr-maxframes", "7", "-arnr-strength", "5", "-pix_fmt", "yuv420p"],
    ),
    "av1.mkv": (
        SMALL,
        ["-c:v", "libaom-av1", "-cpu-used", "8", "-crf", "50", "-g", "12", "-pix_fmt", "yuv420p"],
    ),
    "interlaced.mp4": (MOTION, [*x264("keyint=12", "tff=1", "bframes=2"), "-flags", "+ildct+ilme"]),
    "b-frames.avi": (SMALL, ["-c:v", "mpeg4", "-q:v", "9", "-g", "8", "-bf", "2", "-pix_fmt", "yuv420p"]),
    "h264.avi": (SMALL, x264("keyint=8", "bframes=2")),
    "odd-jpeg.avi": (ODD, ["-c:v", "mjpeg", "-q:v", "20", "-pix_fmt", "yuvj420p"]),
}
# Copies of the first clip: (arguments before the input, after it).
COPIES = {
    "edit.mp4": (["-ss", "0.7", "-t", "0.9"], []),
    "turned-90.mp4": ([], ["-metadata:s:v:0", "rotate=90"]),
    "turned-180.mp4": ([], ["-metadata:s:v:0", "rotate=180"]),
    "turned-270.mp4": ([], ["-metadata:s:v:0", "rotate=270"]),
    "fragments.mp4": ([], ["-movflags", "frag_keyframe+empty_moov"]),
}
# Made for the header reader; decoded here as well.
BORROWED = [
    "mp4-cut.mp4",
    "mp4-edit-ends-early.mp4",
    "mkv-live.mkv",
    "webm-vp9.webm",
    "avi-mpeg4.avi",
    "mov-mjpeg.mov",
]


def run(*command):
    return subprocess.run([*command], check=True, capture_output=True).stdout


def make(name, before, after):
    exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "1"]
    run("ffmpeg", "-v", "error", "-y", *before, *after, *exact, str(OUT / name))


def hashes(path, width, height, before=("-noautorotate",), filters=None):
    """SHA-256 of each frame that the command hands out, in its order."""
    scaling = [] if filters is None else ["-vf", filters]
    pixels = ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    data = run(
        "ffmpeg", "-v", "error", *before, "-i", str(path), *scaling, "-fps_mode", "passthrough", *pixels
    )
    size = width * height * 3
    assert len(data) % size == 0, path
    return [hashlib.sha256(data[at : at + size]).hexdigest() for at in range(0, len(data), size)]


def golden(path):
    shown = "stream=width,height,time_base,codec_name:packet=pts,dts,duration,size,flags:stream_side_data=rotation"
    probe = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_entries",
        shown,
        "-of",
        "json",
        str(path),
    ]
    answer = json.loads(run(*probe))
    stream = answer["streams"][0]
    width, height = stream["width"], stream["height"]
    turn = next((-int(d["rotation"]) % 360 for d in stream.get("side_data_list", []) if "rotation" in d), 0)
    times = run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp",
                "-of", "csv=p=0", str(path)).decode().split()  # fmt: skip
    frames = hashes(path, width, height)
    result = {
        "codec": stream["codec_name"],
        "width": width,
        "height": height,
        "timeBase": stream["time_base"],
        "rotation": turn,
        "packets": [
            [packet.get("pts"), packet.get("dts"), int(packet["size"]), packet["flags"].strip("_")]
            for packet in answer["packets"]
        ],
        "pts": [None if "N/A" in time else int(time.strip(",")) for time in times],
        "frames": frames,
        "scaled": hashes(path, 40, 30, filters="scale=40:30")[::5],
    }
    if turn:
        sides = (width, height) if turn == 180 else (height, width)
        result["turned"] = hashes(path, *sides, before=())[::5]
    return result


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, (source, arguments) in CLIPS.items():
        make(name, ["-f", "lavfi", "-i", source], arguments)
    for name, (before, after) in COPIES.items():
        make(name, [*before, "-i", str(OUT / "b-frames.mp4")], ["-c", "copy", *after])
    clips = {name: golden(OUT / name) for name in [*CLIPS, *COPIES]}
    clips |= {f"../../fixtures/{name}": golden(HEADERS / name) for name in BORROWED}
    version = re.search(rb"version (\S+)", run("ffmpeg", "-version"))[1].decode()
    rows = ",\n".join(f"\t\t{json.dumps(name)}: {json.dumps(clip)}" for name, clip in clips.items())
    text = f'{{\n\t"versions": {{ "ffmpeg": "{version}" }},\n\t"clips": {{\n{rows}\n\t}}\n}}\n'
    (OUT / "frames.json").write_text(text)
    print(len(clips), "clips,", sum(file.stat().st_size for file in OUT.iterdir()), "bytes")


if __name__ == "__main__":
    main()
