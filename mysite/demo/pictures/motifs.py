"""Motifs of the scenes of Orvenay: trees, houses, boats, people."""

from .canvas import Canvas, arch, bezier


def draw_clouds(c: Canvas, *places):
    for x, y, rx in places:
        c.ellipse("sky:wall:65", x, y, rx, rx * 0.22)


def draw_sky(c: Canvas, horizon, *, band=130):
    """Draw morning light over ``horizon``."""
    c.box("sky2", 0, horizon - band, c.width, band)


def draw_alps(c: Canvas, horizon, *, height=1.0, shift=0):
    """Draw the Dents d’Aurel, the mountains behind Orvenay."""
    tops = [
        (-20, 60),
        (120, 95),
        (240, 78),
        (340, 140),
        (400, 118),
        (475, 182),
        (525, 148),
        (585, 212),
        (635, 162),
        (705, 195),
        (785, 128),
        (865, 146),
        (965, 98),
        (1060, 118),
        (1220, 78),
    ]
    summits = [(x + shift, horizon - h * height) for x, h in tops]
    c.ridge("far", summits, horizon, rough=6)
    for x, y in summits[3:-1:2] if len(summits) > 4 else summits:
        c.facet("far2", x, y, horizon, width=42)


def draw_shore(c: Canvas, horizon):
    """Draw the near hills on the right bank."""
    c.ridge(
        "mid",
        [(640, horizon), (800, horizon - 36), (960, horizon - 60), (1220, horizon - 130)],
        horizon,
        rough=5,
    )
    c.polygon(
        "mid2",
        (1100, horizon - 92),
        (1060, horizon - 40),
        (1022, horizon),
        (1220, horizon),
        (1220, horizon - 30),
    )


def draw_lake(c: Canvas, horizon, bottom):
    c.box("lake", 0, horizon, c.width, bottom - horizon)
    c.ripples(horizon, bottom)


def draw_elm(c: Canvas, x, y, size=1.0, *, dark="near", light="mid2"):
    """Draw the elm of the coat of arms, with its base on ``y``."""
    s = size
    c.polygon(
        dark,
        (x - 9 * s, y),
        (x - 5 * s, y - 70 * s),
        (x - 10 * s, y - 150 * s),
        (x + 10 * s, y - 150 * s),
        (x + 5 * s, y - 70 * s),
        (x + 9 * s, y),
    )
    for dx, dy, r in [(0, -190, 62), (-52, -156, 44), (52, -154, 46), (-24, -240, 42), (26, -242, 44)]:
        c.ellipse(dark, x + dx * s, y + dy * s, r * s)
    for dx, dy, r in [(-30, -244, 26), (16, -250, 28), (-58, -166, 26), (-6, -196, 36), (46, -166, 26)]:
        c.ellipse(light, x + dx * s, y + dy * s, r * s)


def draw_tree(c: Canvas, x, y, size=1.0, colour="leaf"):
    c.box("wood", x - 4 * size, y - 50 * size, 8 * size, 50 * size)
    c.ellipse(colour, x, y - 86 * size, 38 * size, 48 * size)
    c.ellipse(f"{colour}:wall:18", x - 10 * size, y - 98 * size, 18 * size, 24 * size)


def draw_fir(c: Canvas, x, y, size=1.0, colour="leaf2"):
    c.box("wood", x - 4 * size, y - 20 * size, 8 * size, 20 * size)
    for i in range(4):
        half, top = (54 - 11 * i) * size, y - (60 + 44 * i) * size
        c.polygon(colour, (x - half, top + 48 * size), (x, top - 22 * size), (x + half, top + 48 * size))
        c.polygon(
            f"{colour}:near:30", (x, top - 22 * size), (x + half, top + 48 * size), (x, top + 48 * size)
        )


def draw_house(
    c: Canvas, x, y, width, height, *, wall="wall", roof="roof", shutter="mid2", lit=False, rows=2, columns=3
):
    """Draw a house of the village, with its base on ``y``."""
    pitch = width * 0.34
    c.box(wall, x, y - height, width, height)
    c.box(f"{wall}:near:12", x + width * 0.82, y - height, width * 0.18, height)
    c.polygon(
        roof,
        (x - width * 0.07, y - height),
        (x + width / 2, y - height - pitch),
        (x + width * 1.07, y - height),
    )
    c.box(f"{wall}:near:22", x, y - height, width, height * 0.03)
    pane, w, h = "gold" if lit else "near2", width / (columns * 2.4), height / (rows * 2.6)
    for row in range(rows):
        for column in range(columns):
            wx = x + width * (column + 0.5) / columns - w / 2
            wy = y - height + height * (row + 0.24) / rows
            if row == rows - 1 and column == columns // 2:
                c.polygon(
                    "roof2" if not lit else "near", *arch(wx - w * 0.15, y, w * 1.3, height / rows * 0.78)
                )
                continue
            c.box(shutter, wx - w * 0.38, wy, w * 1.76, h)
            c.box(pane, wx, wy, w, h)
            c.box(wall, wx + w * 0.46, wy, w * 0.08, h)


def draw_church(c: Canvas, x, y, size=1.0):
    s = size
    c.box("wall", x, y - 70 * s, 110 * s, 70 * s)
    c.polygon(
        "roof",
        (x - 6 * s, y - 70 * s),
        (x + 20 * s, y - 112 * s),
        (x + 92 * s, y - 112 * s),
        (x + 116 * s, y - 70 * s),
    )
    for i in range(3):
        c.polygon("near2", *arch(x + (16 + 32 * i) * s, y - 16 * s, 13 * s, 38 * s))
    c.box("wall", x - 36 * s, y - 150 * s, 40 * s, 150 * s)
    c.box("wall:near:12", x - 6 * s, y - 150 * s, 10 * s, 150 * s)
    c.polygon("roof", (x - 42 * s, y - 150 * s), (x - 16 * s, y - 252 * s), (x + 10 * s, y - 150 * s))
    c.ellipse("gold", x - 16 * s, y - 122 * s, 11 * s)
    c.line("near", 1.6 * s, (x - 16 * s, y - 122 * s), (x - 16 * s, y - 130 * s))
    c.polygon("near2", *arch(x - 24 * s, y - 78 * s, 16 * s, 26 * s))
    c.line("roof", 2.4 * s, (x - 16 * s, y - 252 * s), (x - 16 * s, y - 276 * s))
    c.line("roof", 2.4 * s, (x - 22 * s, y - 266 * s), (x - 10 * s, y - 266 * s))


def draw_sailing_boat(c: Canvas, x, y, size=1.0):
    """Draw the lateen barge of the lake, with its hull on ``y``."""
    s = size
    c.polygon(
        "near",
        *[
            (x + dx * s, y + dy * s)
            for dx, dy in [(-14, -28), (182, -28), (170, -10), (138, 0), (24, 0), (0, -10)]
        ],
    )
    for dx in (58, 128):
        c.box("near", x + (dx - 2.5) * s, y - 200 * s, 5 * s, 174 * s)
    front = [
        *bezier((60, -230), (30, -170), (-36, -40)),
        *bezier((-36, -40), (14, -46), (86, -38)),
        *bezier((86, -38), (66, -120), (60, -230)),
    ]
    back = [
        *bezier((130, -204), (112, -154), (74, -46)),
        *bezier((74, -46), (114, -50), (176, -36)),
        *bezier((176, -36), (148, -92), (130, -204)),
    ]
    for sail in (front, back):
        c.polygon("wall", *[(x + dx * s, y + dy * s) for dx, dy in sail])
    c.polygon(
        "gold", *[(x + dx * s, y + dy * s) for dx, dy in [(-22, -64), (82, -65), (87, -50), (-31, -47)]]
    )


def draw_person(c: Canvas, x, y, size=1.0, coat="near", *, child=False):
    """Draw a distant person, with the feet on ``y``."""
    s = size * (0.66 if child else 1)
    c.ellipse("near" if coat != "near" else "near2", x, y - 82 * s, 8 * s)
    c.polygon(
        coat,
        (x - 10 * s, y - 72 * s),
        (x + 10 * s, y - 72 * s),
        (x + 14 * s, y - 30 * s),
        (x - 14 * s, y - 30 * s),
    )
    c.box("near", x - 8 * s, y - 32 * s, 7 * s, 32 * s)
    c.box("near", x + 1 * s, y - 32 * s, 7 * s, 32 * s)


def draw_vineyard(c: Canvas, top_left, top_right, bottom, *, rows=9):
    """Draw rows of vines that run down to the viewer."""
    (x1, y1), (x2, y2) = top_left, top_right
    c.polygon("vine", (x1, y1), (x2, y2), (c.width + 20, bottom), (-20, bottom))
    for i in range(rows * 2):
        t = i / (rows * 2 - 1)
        start = (x1 + (x2 - x1) * t, y1 + (y2 - y1) * t)
        end = (-260 + (c.width + 520) * t, bottom)
        c.polygon(
            "vine2" if i % 2 else "gold:vine:45",
            start,
            (start[0] + 2, start[1]),
            (end[0] + 34, end[1]),
            (end[0], end[1]),
        )


def draw_lamp(c: Canvas, x, y, size=1.0, *, lit=False):
    c.line("near", 4 * size, (x, y), (x, y - 130 * size))
    if lit:
        c.ellipse("sky:gold:26", x, y - 140 * size, 34 * size)
    c.ellipse("gold" if lit else "wall", x, y - 140 * size, 11 * size)
    c.polygon("near", (x - 12 * size, y - 148 * size), (x, y - 160 * size), (x + 12 * size, y - 148 * size))


def draw_flag(c: Canvas, x, y, height, *, first="leaf", second="wall"):
    """Draw a mast with the flag of the canton or of the commune."""
    c.line("near", 3, (x, y), (x, y - height))
    c.box(second, x + 1, y - height, 46, 16)
    c.box(first, x + 1, y - height + 16, 46, 16)


def draw_shield(c: Canvas, x, y, size=1.0):
    """Draw the coat of arms: azure, an elm or, two waves argent."""
    s = size
    outline = [
        (2, 2),
        (46, 2),
        (46, 30),
        *bezier((46, 30), (46, 46), (24, 54)),
        *bezier((24, 54), (2, 46), (2, 30)),
    ]
    c.polygon("wall", *[(x + (px - 24) * s * 1.12, y + (py - 28) * s * 1.1) for px, py in outline])
    c.polygon("#12479a", *[(x + (px - 24) * s, y + (py - 28) * s) for px, py in outline])
    for px, py, r in [
        (24, 11.5, 5.5),
        (16.5, 16.5, 5.5),
        (31.5, 16.5, 5.5),
        (18, 24, 5),
        (30, 24, 5),
        (24, 19, 6),
    ]:
        c.ellipse("#f3c64f", x + (px - 24) * s, y + (py - 28) * s, r * s)
    c.polygon(
        "#f3c64f",
        *[(x + (px - 24) * s, y + (py - 28) * s) for px, py in [(22, 36), (23, 24), (25, 24), (26, 36)]],
    )
    for row in (40, 45):
        wave = [
            p
            for i in range(3)
            for p in bezier((9 + 10 * i, row), (14 + 10 * i, row - 4), (19 + 10 * i, row), 8)
        ]
        c.line("wall", 1.8 * s, *[(x + (px - 24) * s, y + (py - 28) * s) for px, py in wave])


def draw_stall(c: Canvas, x, y, width=150, stripe="red"):
    """Draw a market stall, with its base on ``y``."""
    c.box("wood", x + 6, y - 120, 6, 120)
    c.box("wood", x + width - 12, y - 120, 6, 120)
    c.box("wood2", x, y - 52, width, 52)
    c.box("wood", x, y - 52, width, 8)
    for i in range(6):
        half = width / 6
        left, right = x - 12 + (half + 4) * i, x - 12 + (half + 4) * (i + 1)
        c.polygon(
            stripe if i % 2 else "wall",
            (x + half * i, y - 156),
            (x + half * (i + 1), y - 156),
            (right, y - 118),
            (left, y - 118),
        )
    goods = ["gold", "red", "vine", "leaf", "roof"]
    for i in range(9):
        c.ellipse(goods[i % len(goods)], x + 14 + (width - 28) * i / 8, y - 56 - (i % 2) * 4, 9)
