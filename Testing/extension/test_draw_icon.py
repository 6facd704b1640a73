import numpy as np
from PIL import Image

from Testing.extension.draw_icon import BLOOD, CONTOUR, ICON, LEFT, MYOCARDIUM, draw_icon


def test_the_icon_is_the_one_that_the_script_draws() -> None:
    with Image.open(ICON) as icon:
        difference = np.abs(np.asarray(icon, int) - np.asarray(draw_icon(), int))
    assert difference.mean() < 0.5  # grey values of 255; Pillow's smoothing differs a little from version to version


def test_the_contour_runs_around_the_cavity() -> None:
    icon = draw_icon().convert("RGB")
    x, y = LEFT
    for step_x, step_y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        seen = [icon.getpixel((x + radius * step_x, y + radius * step_y)) for radius in (0, 28, 38)]
        assert np.allclose(seen, [BLOOD, CONTOUR, MYOCARDIUM], atol=2)
