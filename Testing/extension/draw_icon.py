"""Draws the icon, a short-axis slice with the contour of the ventricle: `python -m Testing.extension.draw_icon`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

ICON = Path(__file__).resolve().parents[2] / "LVSegU" / "Resources" / "Icons" / "LVSegU.png"
SIZE = 128
FINER = 8
"""Drawn this many times larger, then made small: smooth edges."""

BACKGROUND = (24, 32, 48)
MYOCARDIUM = (98, 112, 136)
RIGHT_BLOOD = (170, 184, 204)
BLOOD = (238, 241, 245)
CONTOUR = (255, 84, 72)

LEFT = (75, 64)
"""Centre of the left ventricle."""


def disc(draw: ImageDraw.ImageDraw, center: tuple[float, float], radius: float, colour: tuple[int, int, int]) -> None:
    """A filled circle; centre and radius in pixels of the icon."""
    box = [(center[axis] + sign * radius) * FINER for sign in (-1, 1) for axis in (0, 1)]
    draw.ellipse(box, fill=colour)


def draw_icon() -> Image.Image:
    """The icon, RGBA, 128 x 128 pixels, with transparent corners."""
    image = Image.new("RGB", (SIZE * FINER, SIZE * FINER), BACKGROUND)
    draw = ImageDraw.Draw(image)
    disc(draw, (46, 64), 42, MYOCARDIUM)
    disc(draw, (46, 64), 37, RIGHT_BLOOD)
    disc(draw, LEFT, 49, BACKGROUND)
    disc(draw, LEFT, 47, MYOCARDIUM)
    image = image.filter(ImageFilter.GaussianBlur(FINER * 0.8))  # tissue is soft, the contour on it is not
    draw = ImageDraw.Draw(image)
    disc(draw, LEFT, 32, CONTOUR)
    disc(draw, LEFT, 25, BLOOD)
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 22 * FINER, fill=255)
    image.putalpha(mask)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    ICON.parent.mkdir(parents=True, exist_ok=True)
    draw_icon().save(ICON, optimize=True)
