"""Pictures of pages with at most 128 colours: a third of the size, and hardly a difference."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

Colours = NDArray[np.uint8]
_MOST = 128
_PIXELS = """async (sent) => {
  const bitmap = await createImageBitmap(await (await fetch(sent)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(bitmap, 0, 0);
  const { data } = drawing.getImageData(0, 0, bitmap.width, bitmap.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768)
    text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [bitmap.width, bitmap.height, btoa(text)];
}"""


def few_colours(page: Page, png: bytes) -> bytes:
    """The same picture with a palette; a page decodes it."""
    blank = page.context.new_page()
    width, height, text = blank.evaluate(
        _PIXELS, "data:image/png;base64," + base64.b64encode(png).decode()
    )
    blank.close()
    pixels = np.frombuffer(base64.b64decode(text), dtype=np.uint8).reshape(height, width, 4)
    packed = pixels[:, :, :3].astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    used, place, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([used >> 16, used >> 8 & 255, used & 255], axis=1).astype(np.uint8)
    palette, of_colour = palette_of(colours, counts)
    return _encoded(of_colour[place].reshape(height, width), palette)


def palette_of(colours: Colours, counts: NDArray[np.int64]) -> tuple[Colours, Colours]:
    """The palette and the place of each colour in it: boxes of colours, the widest cut in two.

    A box is as wide as its widest channel, more so the more pixels it holds: large areas keep
    their very colour.
    """
    boxes = [np.arange(len(colours))]
    while len(boxes) < min(_MOST, len(colours)):
        widest = max(range(len(boxes)), key=lambda at: _width(colours, counts, boxes[at]))
        boxes[widest : widest + 1] = _cut(colours, boxes[widest])
    palette = np.empty((len(boxes), 3), dtype=np.uint8)
    place = np.empty(len(colours), dtype=np.uint8)
    for at, box in enumerate(boxes):
        palette[at] = colours[box[np.argmax(counts[box])]]
        place[box] = at
    return palette, place


def _span(colours: Colours, box: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.ptp(colours[box].astype(np.int64), axis=0)


def _width(colours: Colours, counts: NDArray[np.int64], box: NDArray[np.int64]) -> float:
    return float(_span(colours, box).max() * np.sqrt(counts[box].sum()) ** 0.5)


def _cut(colours: Colours, box: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    channel = int(_span(colours, box).argmax())
    ordered = box[np.argsort(colours[box, channel], kind="stable")]
    values = colours[ordered, channel].astype(int)
    middle = (values[0] + values[-1]) // 2
    at = int(np.searchsorted(values, middle, side="right"))
    return [ordered[:at], ordered[at:]]


def _encoded(places: Colours, palette: Colours) -> bytes:
    height, width = places.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), places], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [
        (b"IHDR", head),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
