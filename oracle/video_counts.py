"""Makes the clips in packages/media/src/video/fixtures/counts and counts.json: how many frames FFmpeg decodes of each.

Their headers say other numbers: empty chunks and samples, gaps, cuts within a group of pictures, fragments, several tracks.
`frames` are what the `ffmpeg` command hands out of the track that `av_find_best_stream` names (PyAV's `streams.best`), `claimed`
what that track's header says. Run from the repository root: python oracle/video_counts.py  (needs PyAV; ffmpeg 5.1 with x264,
xvid).
"""

import av
import json
import re
import struct
import subprocess
from pathlib import Path

OUT = Path("packages/media/src/video/fixtures/counts")
CLIP = "testsrc2=size=64x48:rate=24:duration=2"
OTHER = "testsrc2=size=96x64:rate=12:duration=1"
COVER = ["-f", "lavfi", "-i", "color=red:size=40x60", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "20"]
GAP = ["-vf", r"select=lt(n\,10)+gt(n\,30)", "-fps_mode", "passthrough"]
X264 = ["-c:v", "libx264", "-crf", "38", "-g", "12", "-pix_fmt", "yuv420p", "-x264-params", "log-level=none"]
MPEG4 = ["-c:v", "mpeg4", "-q:v", "12", "-g", "12"]
EXACT = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-threads", "1"]

MADE = {
    "gap.avi": [*GAP, *MPEG4],
    "gap-b-frames.avi": [*GAP, *MPEG4, "-bf", "2"],
    "packed.avi": ["-c:v", "libxvid", "-q:v", "12", "-g", "12", "-bf", "2"],
    "gap-b-frames.mp4": [*GAP, *X264, "-bf", "2"],
    "gap.mkv": [*GAP, *X264, "-bf", "2"],
    "repeats.mkv": ["-c:v", "libtheora", "-q:v", "1", "-g", "12"],
    "open.mkv": [*X264[:-1], "log-level=none:open-gop=1:scenecut=0", "-bf", "3"],
    "closed.mp4": [*X264, "-bf", "2"],
    "steady.mp4": [*X264, "-bf", "0"],
}
COPIES = {
    "cut-open.mkv": ("open.mkv", ["-ss", "0.7", "-t", "0.9"], []),
    "fragments-behind.mp4": ("closed.mp4", [], ["-movflags", "frag_keyframe"]),
    "fragments-edit.mp4": ("closed.mp4", ["-ss", "0.7", "-t", "0.9"], ["-movflags", "frag_keyframe+delay_moov"]),
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def ffmpeg(name, *arguments):
    run("ffmpeg", "-v", "error", "-y", *arguments, *EXACT, str(OUT / name))


def chunk_at(data, name, start=0):
    at = data.index(name, start)
    return at, struct.unpack("<I", data[at + 4 : at + 8])[0]


def without_index(data):
    """An AVI whose recording broke off: no idx1."""
    at, _ = chunk_at(data, b"idx1")
    return data[:at]


def with_index_of_indexes(data):
    """An AVI that lists its chunks in the way of OpenDML alone: indx, and one ix00 at the end of the file."""
    movie = data.index(b"movi")
    at, length = chunk_at(data, b"idx1")
    old = [struct.unpack("<4sIII", data[at + 8 + place : at + 24 + place]) for place in range(0, length, 16)]
    entries = [(movie + offset + 8, size | (0 if flags & 16 else 1 << 31)) for _, flags, offset, size in old]
    listed = b"".join(struct.pack("<II", *entry) for entry in entries)
    index = struct.pack("<HBBI4sQI", 2, 0, 1, len(entries), b"00dc", 0, 0) + listed
    spare, room = chunk_at(data, b"JUNK")
    place = len(data) - length - 8
    top = struct.pack("<HBBI4s12x", 4, 0, 0, 1, b"00dc") + struct.pack("<QII", place, 8 + len(index), len(entries))
    assert len(top) <= room and spare < movie
    data = data[: spare + 8] + top.ljust(room, b"\0") + data[spare + 8 + room :]
    data = data[:spare] + b"indx" + data[spare + 4 :]
    return data[:at] + b"ix00" + struct.pack("<I", len(index)) + index


def boxes(data, start, end):
    while start + 8 <= end:
        size = struct.unpack(">I", data[start : start + 4])[0]
        yield bytes(data[start + 4 : start + 8]), start, start + size
        start += size


def box(data, *path, start=0, end=None):
    for name, first, last in boxes(data, start, len(data) if end is None else end):
        if name == path[0]:
            return (first, last) if len(path) == 1 else box(data, *path[1:], start=first + 8, end=last)
    raise KeyError(path)


def with_empty_samples(data, places):
    """An MP4 whose samples at these places have no bytes, as some recorders write a frame that did not change."""
    data = bytearray(data)
    table = [b"moov", b"trak", b"mdia", b"minf", b"stbl"]
    (sizes, _), (chunks, _), (runs, _) = (box(data, *table, name) for name in (b"stsz", b"stco", b"stsc"))
    number = lambda at: struct.unpack(">I", data[at : at + 4])[0]  # noqa: E731
    size = [number(sizes + 20 + 4 * place) for place in range(number(sizes + 16))]
    offset = [number(chunks + 16 + 4 * place) for place in range(number(chunks + 12))]
    run_of = [struct.unpack(">II", data[runs + 16 + 12 * n : runs + 24 + 12 * n]) for n in range(number(runs + 12))]
    where, sample = [], 0
    for place, start in enumerate(offset):
        for _ in range([count for first, count in run_of if first <= place + 1][-1]):
            where.append(start)
            start += size[sample]
            sample += 1
    cuts = sorted((where[place], size[place]) for place in places)
    media, _ = box(data, b"mdat")
    data[media : media + 4] = struct.pack(">I", number(media) - sum(length for _, length in cuts))
    for place in places:
        data[sizes + 20 + 4 * place : sizes + 24 + 4 * place] = bytes(4)
    for place, start in enumerate(offset):
        moved = start - sum(length for at, length in cuts if at < start)
        data[chunks + 16 + 4 * place : chunks + 20 + 4 * place] = struct.pack(">I", moved)
    for at, length in reversed(cuts):
        del data[at : at + length]
    return bytes(data)


def make_several_tracks():
    ffmpeg("cover.mjpeg", *COVER)
    cover, clip = str(OUT / "cover.mjpeg"), ["-i", str(OUT / "closed.mp4"), "-map", "0", "-map", "1", "-c", "copy"]
    for suffix in ("mp4", "mov", "mkv", "avi"):
        ffmpeg(f"still-first.{suffix}", "-f", "mjpeg", "-i", cover, *clip)
    ffmpeg("cover.mp4", "-f", "mjpeg", "-i", cover, *clip, "-disposition:v:0", "attached_pic")
    ffmpeg("cover.mkv", "-i", str(OUT / "closed.mp4"), "-attach", cover, "-metadata:s:t", "mimetype=image/jpeg", "-c", "copy")
    both = ["-f", "lavfi", "-i", CLIP, "-f", "lavfi", "-i", OTHER, "-map", "0", "-map", "1", *X264]
    second = ["-disposition:v:0", "0", "-disposition:v:1", "default"]
    for suffix in ("mp4", "mkv"):
        ffmpeg(f"two-tracks.{suffix}", *both)
        ffmpeg(f"second-track.{suffix}", *both, *second)
    ffmpeg("two-tracks.avi", *both)
    (OUT / "cover.mjpeg").unlink()


def golden(path):
    with av.open(str(path)) as container:
        tracks = [track for track in container.streams.video if not int(track.disposition) & 1024]
        best = container.streams.best("video")
        facts = {"width": best.width, "height": best.height, "claimed": best.frames}
        if len(tracks) > 1:
            facts |= {"tracks": len(tracks), "track": tracks.index(best)}
        stream = best.index
    picked = ["-map", f"0:{stream}", "-fps_mode", "passthrough", "-f", "framecrc", "-"]
    lines = run("ffmpeg", "-v", "error", "-i", str(path), *picked).decode().splitlines()
    return {**facts, "frames": sum(1 for line in lines if not line.startswith("#"))}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for name, arguments in MADE.items():
        ffmpeg(name, "-f", "lavfi", "-i", CLIP, *arguments)
    for name, (source, before, after) in COPIES.items():
        ffmpeg(name, *before, "-i", str(OUT / source), "-c", "copy", *after)
    gap = (OUT / "gap.avi").read_bytes()
    (OUT / "gap-no-index.avi").write_bytes(without_index(gap))
    (OUT / "gap-opendml.avi").write_bytes(with_index_of_indexes(gap))
    steady = (OUT / "steady.mp4").read_bytes()
    (OUT / "empty-samples.mp4").write_bytes(with_empty_samples(steady, [11, 23, 47]))
    make_several_tracks()
    for name in ("open.mkv", "steady.mp4"):
        (OUT / name).unlink()
    clips = {path.name: golden(path) for path in sorted(OUT.iterdir())}
    ffmpeg_version = re.search(rb"version (\S+)", run("ffmpeg", "-version"))[1].decode()
    versions = json.dumps({"ffmpeg": ffmpeg_version, "av": av.__version__})
    rows = ",\n".join(f"\t\t{json.dumps(name)}: {json.dumps(clip)}" for name, clip in clips.items())
    (OUT.parent / "counts.json").write_text(f'{{\n\t"versions": {versions},\n\t"clips": {{\n{rows}\n\t}}\n}}\n')
    print(len(clips), "clips,", sum(file.stat().st_size for file in OUT.iterdir()), "bytes")


if __name__ == "__main__":
    main()
