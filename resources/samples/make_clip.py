#!/usr/bin/env python3
"""Makes clip.mp4 from the sample photographs.

Needs python3-opencv and ffmpeg (neither is needed to build or test the program):

    python3 resources/samples/make_clip.py

Two cut-outs move over a calm background: the coffee cup comes in from the left and stops in the middle from second 2 to second 4;
the astronaut's head goes from right to left all the time. Between seconds 2.5 and 3.5 the cup pulses in brightness four times a
second, while nothing about it moves. So there is something to see for every map of motion and change: two speeds, a stop, a start,
a flash.
"""
import pathlib
import subprocess

import cv2
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 30, 6


def cut_out(name, box, size):
    """Pixels and a soft elliptical mask of a part (x, y, w, h) of a sample, `size` pixels wide."""
    x, y, w, h = box
    part = cv2.imread(str(HERE / name))[y:y + h, x:x + w]
    part = cv2.resize(part, (size, size * h // w), interpolation=cv2.INTER_AREA).astype(np.float32)
    rows, columns = part.shape[:2]
    v, u = np.mgrid[0:rows, 0:columns]
    radius = np.hypot((u + 0.5) / columns * 2 - 1, (v + 0.5) / rows * 2 - 1)
    return part, np.clip((1.0 - radius) / 0.12, 0.0, 1.0)[..., None].astype(np.float32)


def paste(picture, part, mask, x, y, gain=1.0):
    """Lays a cut-out with its centre at (x, y), at fractions of pixels too, so that slow motion does not stutter."""
    rows, columns = part.shape[:2]
    shift = np.float32([[1, 0, x - columns / 2], [0, 1, y - rows / 2]])
    moved = cv2.warpAffine(part * gain, shift, (WIDTH, HEIGHT))
    alpha = cv2.warpAffine(mask, shift, (WIDTH, HEIGHT))[..., None]
    return picture * (1.0 - alpha) + moved * alpha


def cup_at(t):
    """Centre of the cup: to the middle, two seconds of rest, and on to the right."""
    if t < 2.0:
        return -80 + 400 * (1 - (1 - t / 2.0) ** 2)
    return 320.0 if t < 4.0 else 320 + 110 * (t - 4.0) ** 2


def main():
    sky = cv2.imread(str(HERE / "rocket.jpg"))[:200]
    background = cv2.GaussianBlur(cv2.resize(sky, (WIDTH, HEIGHT)), (0, 0), 12).astype(np.float32) * 0.8 + 30
    cup = cut_out("coffee.png", CUP, 190)
    head = cut_out("astronaut.png", HEAD, 130)
    encoder = subprocess.Popen(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE),
         "-i", "-", "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-c:v", "libx264", "-preset", "veryslow", "-crf", "21",
         "-pix_fmt", "yuv420p", "-g", "60", "-colorspace", "bt709", "-color_range", "tv", "-movflags", "+faststart", "-bitexact",
         str(HERE / "clip.mp4")],
        stdin=subprocess.PIPE)
    for k in range(RATE * SECONDS):
        t = k / RATE
        pulse = 1.0 + 0.45 * max(0.0, np.sin(2 * np.pi * 4 * (t - 2.5))) if 2.5 <= t < 3.5 else 1.0
        picture = paste(background, *head, 700 - 128 * t, 95 + 22 * np.sin(1.3 * t))
        picture = paste(picture, *cup, cup_at(t), 235, pulse)
        encoder.stdin.write(np.clip(picture + 0.5, 0, 255).astype(np.uint8).tobytes())
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise SystemExit("ffmpeg could not write the clip")


CUP = (76, 8, 408, 384)
HEAD = (145, 0, 170, 210)

if __name__ == "__main__":
    main()
