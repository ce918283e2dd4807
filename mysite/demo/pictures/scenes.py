"""The scenes of Orvenay by name: the drawing, and its text alternative."""

from collections.abc import Callable
from functools import cache

from . import motifs as m
from .canvas import NIGHT, PALETTE, Canvas, arch, bezier

SIZE = (2000, 1250)
PORTRAIT_SIZE = (800, 1000)


def _panorama(c: Canvas):
    m.draw_sky(c, 400)
    m.draw_clouds(c, (120, 84, 80), (420, 60, 100), (800, 78, 90), (1080, 52, 80))
    m.draw_alps(c, 400, height=1.25)
    c.ridge("mid", [(500, 360), (700, 330), (900, 280), (1220, 170)], 400, rough=5)
    c.polygon("vine", (620, 380), (900, 320), (1220, 226), (1220, 400), (560, 400))
    for i in range(9):
        c.curve("vine2", 2, (700 + 20 * i, 384 - 5 * i), (920, 370 - 14 * i), (1220, 374 - 17 * i))
    for i, (x, w, h) in enumerate(
        [
            (640, 46, 30),
            (700, 40, 40),
            (752, 54, 34),
            (906, 44, 40),
            (960, 60, 34),
            (1034, 46, 44),
            (1096, 52, 34),
            (1160, 44, 40),
        ]
    ):
        m.draw_house(c, x, 402, w, h, columns=2, rows=1, shutter="wall2", roof="roof" if i % 3 else "roof2")
    m.draw_church(c, 846, 402, 0.52)
    m.draw_lake(c, 400, 750)
    c.box("stone", 560, 398, 660, 6)
    m.draw_sailing_boat(c, 250, 520, 0.8)
    c.polygon("near", (-10, 750), (-10, 660), (180, 650), (380, 690), (520, 750))
    m.draw_elm(c, 130, 690, 1.5, dark="near", light="near2")


def _vieux_port(c: Canvas):
    m.draw_sky(c, 330)
    m.draw_clouds(c, (90, 84, 66), (300, 66, 92), (570, 58, 101), (860, 68, 88), (1090, 86, 66))
    m.draw_alps(c, 330)
    m.draw_shore(c, 330)
    m.draw_lake(c, 330, 750)
    c.polygon("lake2:wall:22", (316, 378), (506, 378), (486, 468), (426, 408), (360, 490))
    m.draw_sailing_boat(c, 330, 374)
    c.polygon(
        "sky:stone:40",
        *bezier((0, 664), (300, 612), (620, 652)),
        *bezier((620, 652), (900, 690), (1200, 614)),
        (1200, 750),
        (0, 750),
    )
    c.polygon(
        "sky",
        *bezier((0, 690), (300, 640), (620, 680)),
        *bezier((620, 680), (900, 716), (1200, 642)),
        (1200, 750),
        (0, 750),
    )
    c.polygon("wood", (660, 470), (680, 470), (1010, 706), (980, 714))
    c.polygon("wood2", (660, 460), (704, 454), (1174, 668), (996, 712))
    for i in range(13):
        t = i / 12
        c.line("wood", 2.5, (668 + 290 * t, 466 + 220 * t), (714 + 400 * t, 458 + 192 * t))
    for x, y, h in [
        (668, 452, 50),
        (740, 496, 60),
        (846, 570, 70),
        (714, 446, 30),
        (826, 494, 30),
        (980, 566, 36),
    ]:
        c.box("near", x - 4.5, y, 9, h)
    c.curve("near", 4, (714, 448), (760, 492), (826, 496))
    c.curve("near", 4, (826, 496), (890, 550), (980, 568))
    m.draw_person(c, 762, 502, 1.0)
    m.draw_person(c, 794, 500, 1.0, "red", child=True)


def _square(c: Canvas):
    m.draw_sky(c, 420, band=220)
    m.draw_clouds(c, (180, 90, 80), (560, 64, 110), (980, 96, 90))
    m.draw_alps(c, 420, height=0.8)
    m.draw_church(c, 236, 470, 1.05)
    for x, w, h, roof, wall in [
        (-30, 150, 210, "roof", "wall"),
        (390, 130, 180, "roof2", "wall2"),
        (516, 170, 240, "roof", "wall"),
        (690, 140, 190, "roof", "sky2"),
        (834, 160, 250, "roof2", "wall"),
        (1000, 210, 210, "roof", "wall2"),
    ]:
        m.draw_house(c, x, 520, w, h, roof=roof, wall=wall, shutter="leaf" if wall == "sky2" else "mid2")
    c.box("sky:stone:30", 0, 516, 1200, 240)
    for i in range(7):
        c.line("sky:stone:60", 2, (0, 540 + 34 * i), (1200, 540 + 34 * i))
    c.ellipse("sky:near:22", 620, 662, 190, 26)
    m.draw_elm(c, 620, 660, 1.75, dark="leaf2", light="leaf")
    c.ellipse("stone", 300, 640, 96, 26)
    c.ellipse("lake2", 300, 634, 80, 19)
    c.box("stone", 288, 540, 24, 96)
    c.ellipse("stone", 300, 540, 22, 12)
    m.draw_person(c, 430, 640, 0.95, "roof")
    m.draw_person(c, 866, 668, 1.1, "near2")
    m.draw_person(c, 904, 668, 1.1, "gold", child=True)
    for x in (760, 480):
        c.box("wood", x, 650, 74, 8)
        c.box("wood", x + 6, 658, 6, 20)
        c.box("wood", x + 62, 658, 6, 20)


def _town_hall(c: Canvas):
    m.draw_sky(c, 430, band=260)
    m.draw_clouds(c, (150, 80, 90), (1040, 70, 100))
    m.draw_alps(c, 440, height=0.7)
    m.draw_house(c, -60, 590, 200, 220, wall="wall2", roof="roof2")
    m.draw_house(c, 1060, 590, 200, 240, wall="wall2", roof="roof2")
    c.box("wall", 220, 260, 760, 330)
    c.box("wall:near:10", 900, 260, 80, 330)
    c.polygon("roof", (180, 264), (300, 130), (900, 130), (1020, 264))
    c.polygon("wall", (490, 264), (600, 170), (710, 264))
    c.polygon("roof2", (474, 268), (600, 158), (726, 268), (710, 268), (600, 174), (490, 268))
    c.box("roof", 570, 60, 60, 84)
    c.box("wall", 576, 76, 48, 60)
    c.polygon("roof2", (560, 76), (600, 6), (640, 76))
    c.ellipse("gold", 600, 104, 18)
    c.line("near", 2.5, (600, 104), (600, 91))
    c.line("near", 2.5, (600, 104), (609, 108))
    m.draw_shield(c, 600, 230, 0.9)
    for row, (y, h) in enumerate([(398, 92), (560, 106)]):
        for i in range(7):
            x = 262 + 102 * i
            if row and i == 3:
                continue
            c.box("mid2", x - 16, y - h + 14, 80, h - 14)
            c.polygon("near2", *arch(x, y, 48, h))
            c.box("wall", x + 22, y - h + 6, 4, h - 6)
            c.box("stone", x - 6, y, 60, 6)
    c.polygon("roof2", *arch(556, 590, 88, 150))
    c.polygon("near", *arch(564, 590, 72, 140))
    c.box("gold", 597, 452, 4, 138)
    c.box("stone", 530, 586, 140, 10)
    c.box("stone", 516, 596, 168, 10)
    c.box("sky:stone:30", 0, 604, 1200, 150)
    m.draw_flag(c, 330, 330, 120)
    m.draw_flag(c, 850, 330, 120, first="#12479a", second="gold")
    m.draw_elm(c, 110, 680, 1.25, dark="leaf2", light="leaf")
    m.draw_person(c, 740, 690, 1.2, "near2")
    m.draw_person(c, 500, 660, 1.05, "roof")
    m.draw_person(c, 460, 662, 1.05, "mid2")


def _forest(c: Canvas):
    c.box("far:sky:40", 0, 0, 1200, 750)
    c.ellipse("sky:gold:30", 640, 180, 90)
    for depth, (colour, base, size, count) in enumerate(
        [
            ("leaf:far:70", 400, 0.9, 26),
            ("leaf:far:45", 450, 1.2, 18),
            ("leaf", 520, 1.6, 11),
            ("leaf2", 640, 2.3, 7),
        ]
    ):
        c.ridge(colour, [(-20, base - 20), (400, base), (800, base - 14), (1220, base)], 750, rough=6)
        for i in range(count):
            x = 1240 * (i + 0.5) / count - 20 + c.random.uniform(-18, 18)
            if depth > 1 and 480 < x < 720:
                continue
            m.draw_fir(c, x, base + 14, size * c.random.uniform(0.85, 1.15), colour)
    c.polygon(
        "wood2:sky:40",
        *bezier((400, 750), (560, 600), (610, 470)),
        (626, 470),
        *bezier((640, 470), (700, 600), (780, 750)),
    )
    m.draw_person(c, 616, 560, 0.8, "red")
    m.draw_person(c, 648, 566, 0.8, "gold", child=True)
    c.box("wood", 826, 560, 10, 110)
    c.polygon("gold", (780, 570), (872, 570), (892, 588), (872, 606), (780, 606))


def _school(c: Canvas):
    m.draw_sky(c, 400, band=200)
    m.draw_clouds(c, (200, 80, 90), (700, 60, 100), (1060, 100, 70))
    m.draw_alps(c, 420, height=0.6)
    c.box("leaf:vine:60", 0, 410, 1200, 200)
    for x, w, floors in [(120, 520, 2), (640, 430, 1)]:
        top = 560 - 120 * floors
        c.box("wall", x, top, w, 120 * floors)
        c.box("wood2", x - 14, top - 20, w + 28, 22)
        for floor in range(floors):
            for i in range(w // 74):
                wx, wy = x + 18 + 74 * i, top + 26 + 120 * floor
                if floor == floors - 1 and x == 120 and i == 3:
                    c.box("red", wx, wy - 4, 56, 98)
                    c.box("wall", wx + 26, wy - 4, 3, 98)
                    continue
                c.box("mid2", wx, wy, 56, 66)
                c.box("far", wx + 4, wy + 4, 22, 58)
                c.box("far2", wx + 30, wy + 4, 22, 58)
    c.box("sky:stone:30", 0, 560, 1200, 200)
    for i, n in enumerate([1, 2, 1, 2, 1]):
        for k in range(n):
            x, y = 620 + 66 * i, 690 - 34 * k + (17 if n == 2 else 0)
            c.line("wall", 4, (x, y), (x + 60, y), (x + 66, y - 30), (x + 6, y - 30), (x, y))
    for x, y, coat in [
        (210, 660, "red"),
        (262, 676, "gold"),
        (330, 650, "mid2"),
        (470, 700, "leaf"),
        (520, 690, "roof"),
        (720, 668, "red"),
    ]:
        m.draw_person(c, x, y, 1.2, coat, child=True)
    m.draw_person(c, 400, 690, 1.2, "near2")
    m.draw_tree(c, 70, 620, 2.0)
    m.draw_tree(c, 1120, 600, 1.8, "leaf2")


def _market(c: Canvas):
    m.draw_sky(c, 380, band=220)
    m.draw_alps(c, 380, height=0.6)
    for x, w, h, roof in [
        (-20, 190, 240, "roof2"),
        (180, 170, 200, "roof"),
        (760, 200, 230, "roof2"),
        (970, 250, 210, "roof"),
    ]:
        m.draw_house(c, x, 500, w, h, roof=roof, wall="wall2" if roof == "roof" else "wall")
    m.draw_church(c, 470, 480, 0.9)
    c.box("sky:stone:30", 0, 480, 1200, 280)
    m.draw_elm(c, 640, 540, 1.2, dark="leaf2", light="leaf")
    for x, y, stripe in [(90, 570, "leaf"), (330, 560, "gold"), (800, 560, "red"), (1010, 580, "mid2")]:
        m.draw_stall(c, x, y, 150, stripe)
    for x, y, coat, child in [
        (190, 640, "roof", False),
        (300, 650, "near2", False),
        (338, 652, "gold", True),
        (470, 640, "leaf", False),
        (590, 668, "red", False),
        (626, 668, "mid2", True),
        (760, 650, "near", False),
        (940, 656, "roof2", False),
        (1100, 670, "mid2", False),
    ]:
        m.draw_person(c, x, y, 1.15, coat, child=child)


def _hall(c: Canvas):
    m.draw_alps(c, 360)
    c.box("lake", 0, 330, 1200, 60)
    c.ripples(330, 390)
    c.polygon(
        "vine",
        (0, 750),
        (0, 396),
        *bezier((0, 396), (320, 362), (640, 370)),
        *bezier((640, 370), (900, 372), (1200, 404)),
        (1200, 750),
    )
    c.box("wall", 330, 250, 580, 320)
    c.polygon("roof", (280, 258), (386, 120), (854, 120), (960, 258))
    c.box("wall:near:16", 330, 256, 580, 16)
    c.box("roof2", 604, 70, 32, 54)
    c.polygon("roof", (592, 72), (620, 26), (648, 72))
    for x in (362, 452, 642, 732, 822):
        c.polygon("mid2", *arch(x, 470, 58, 150))
        c.polygon("sky2:gold:45", *arch(x + 5, 466, 48, 140))
        c.line("mid2", 3, (x + 29, 320), (x + 29, 470))
        c.line("mid2", 3, (x, 390), (x + 58, 390))
    c.polygon("near", *arch(550, 570, 80, 170))
    c.polygon("gold", *arch(556, 570, 68, 160))
    c.polygon("sky", (550, 570), (630, 570), (700, 750), (500, 750))
    m.draw_elm(c, 170, 620, 1.35)
    m.draw_elm(c, 1060, 630, 1.5)
    m.draw_person(c, 700, 640, 1.1)
    m.draw_person(c, 734, 644, 1.1, "mid2")
    m.draw_person(c, 470, 660, 1.2, "roof")


def _vineyard(c: Canvas):
    m.draw_sky(c, 320)
    m.draw_clouds(c, (240, 70, 90), (700, 90, 110), (1060, 60, 70))
    m.draw_alps(c, 330)
    c.box("lake", 0, 326, 1200, 80)
    c.ripples(326, 406)
    c.box("vine2", 0, 384, 1200, 370)
    m.draw_vineyard(c, (120, 400), (1080, 380), 750, rows=10)
    c.polygon("stone", (-10, 470), (330, 440), (330, 470), (-10, 520))
    m.draw_house(c, 850, 470, 120, 90, columns=1, rows=1)
    for x, y, coat in [(420, 560, "red"), (520, 540, "gold"), (640, 600, "near2")]:
        m.draw_person(c, x, y, 1.1, coat)
        c.box("wood", x + 16, y - 30, 34, 26)
        c.ellipse("near2", x + 33, y - 30, 15, 6)


def _harbour(c: Canvas):
    m.draw_sky(c, 340)
    m.draw_clouds(c, (160, 80, 90), (640, 70, 100), (1020, 96, 70))
    m.draw_alps(c, 340)
    m.draw_shore(c, 340)
    m.draw_lake(c, 340, 750)
    for i in range(11):
        x, y = 70 + 108 * i, 520 + (i % 3) * 18
        c.line("wall", 4, (x, y), (x, y - 230 + (i % 4) * 26))
        c.line("wall:near:30", 1.5, (x, y - 220 + (i % 4) * 26), (x + 44, y - 10))
        c.polygon(
            ["wall", "red", "near2", "gold"][i % 4],
            (x - 50, y - 12),
            (x + 62, y - 12),
            (x + 40, y + 16),
            (x - 36, y + 16),
        )
        c.box("wood2", x - 20, y - 26, 42, 14)
    c.polygon("wood2", (-10, 610), (1220, 570), (1220, 640), (-10, 690))
    for i in range(24):
        c.line("wood", 2.5, (52 * i, 608 - 1.7 * i), (52 * i - 12, 690 - 2.2 * i))
    for x in (60, 340, 620, 900, 1160):
        c.box("near", x, 560, 14, 60)
    m.draw_person(c, 500, 640, 1.2, "near2")
    m.draw_person(c, 452, 642, 1.2, "red")
    m.draw_lamp(c, 820, 612, 1.1)


def _recycling(c: Canvas):
    m.draw_sky(c, 360, band=180)
    m.draw_alps(c, 380, height=0.6)
    c.ridge("leaf", [(-20, 380), (300, 350), (800, 366), (1220, 330)], 500, rough=8)
    for x in range(40, 1200, 130):
        m.draw_fir(c, x, 420, 0.9, "leaf2")
    c.box("stone:sky:40", 0, 420, 1200, 340)
    c.box("wall", 60, 290, 250, 150)
    c.box("wood2", 44, 272, 282, 22)
    c.box("near2", 96, 330, 70, 60)
    c.box("roof2", 214, 330, 60, 110)
    for i, colour in enumerate(["mid2", "gold", "leaf", "red"]):
        x = 360 + 206 * i
        c.polygon(colour, (x, 430), (x + 180, 430), (x + 166, 560), (x + 14, 560))
        c.polygon(f"{colour}:near:25", (x + 130, 430), (x + 180, 430), (x + 166, 560), (x + 126, 560))
        c.box(f"{colour}:near:40", x - 6, 424, 192, 12)
        for k in range(3):
            c.box(f"{colour}:wall:30", x + 22 + 36 * k, 450, 8, 90)
    for x, h in [(380, 22), (610, 34), (820, 26), (1020, 20)]:
        for k in range(5):
            c.ellipse(["wood2", "stone", "wall", "vine"][(k + x) % 4], x + 14 + 28 * k, 424, 22, h)
    m.draw_person(c, 300, 640, 1.25, "gold")
    m.draw_person(c, 560, 660, 1.25, "near2")
    c.box("wood2", 590, 620, 46, 36)
    m.draw_lamp(c, 1150, 600, 1.4)


def _station(c: Canvas):
    m.draw_sky(c, 380, band=200)
    m.draw_clouds(c, (200, 70, 90), (820, 80, 100))
    m.draw_alps(c, 380)
    c.box("vine", 0, 380, 1200, 80)
    m.draw_house(c, 60, 500, 320, 170, rows=2, columns=5)
    c.box("roof2", 380, 392, 330, 12)
    for x in (400, 540, 690):
        c.box("near", x, 404, 8, 96)
    c.box("stone", 0, 498, 1200, 40)
    c.box("stone:near:45", 0, 538, 1200, 220)
    c.box("wall", 520, 410, 700, 126)
    c.box("lake", 520, 480, 700, 26)
    c.polygon("wall", (470, 536), (486, 440), (540, 410), (540, 536))
    c.polygon("near2", (486, 470), (496, 436), (536, 424), (536, 470))
    for i in range(8):
        c.box("near2", 560 + 84 * i, 430, 60, 42)
    for i in range(9):
        c.ellipse("near", 560 + 78 * i, 540, 16)
    for y in (556, 574):
        c.box("near", 0, y, 1200, 5)
    c.box("gold", 90, 610, 360, 110)
    c.box("near2", 106, 626, 290, 44)
    c.box("wall", 404, 620, 36, 90)
    for x in (160, 380):
        c.ellipse("near", x, 722, 26)
        c.ellipse("stone", x, 722, 11)
    m.draw_person(c, 430, 500, 1.0, "red")
    m.draw_person(c, 600, 700, 1.2, "near")
    m.draw_person(c, 650, 704, 1.2, "leaf")


def _advent(c: Canvas):
    for _ in range(130):
        c.ellipse("wall", c.random.uniform(0, 1200), c.random.uniform(0, 420), c.random.uniform(0.8, 1.8))
    c.ellipse("#f6ecd0", 930, 120, 46)
    c.ellipse("sky", 912, 110, 42)
    m.draw_alps(c, 430, height=1.1)
    for x in (40, 150, 1010, 1120):
        m.draw_fir(c, x, 480, 1.1, "leaf")
    m.draw_church(c, 560, 500, 1.2)
    for x, w, h in [
        (-20, 170, 200),
        (170, 150, 180),
        (330, 160, 230),
        (720, 180, 210),
        (910, 140, 190),
        (1060, 180, 220),
    ]:
        m.draw_house(c, x, 560, w, h, lit=True, shutter="near2")
    c.box("#dfe5ee", 0, 548, 1200, 210)
    c.polygon(
        "#c6d0e0",
        *bezier((0, 610), (400, 560), (800, 620)),
        *bezier((800, 620), (1000, 640), (1200, 590)),
        (1200, 750),
        (0, 750),
    )
    m.draw_fir(c, 600, 640, 1.9, "leaf")
    for i in range(22):
        row = i % 5
        c.ellipse("gold", 600 + (i * 37 % 140 - 70) * (1 - row / 6), 600 - 62 * row + (i % 3) * 10, 6)
    c.ellipse("gold", 600, 222, 11)
    m.draw_lamp(c, 300, 650, 1.2, lit=True)
    m.draw_lamp(c, 900, 650, 1.2, lit=True)
    for x, coat, child in [
        (420, "near", False),
        (452, "red", True),
        (760, "near2", False),
        (800, "near", False),
        (836, "gold", True),
    ]:
        m.draw_person(c, x, 670, 1.15, coat, child=child)
    for _ in range(160):
        c.ellipse("#ffffff", c.random.uniform(0, 1200), c.random.uniform(0, 750), c.random.uniform(1.2, 3))


def _beach(c: Canvas):
    m.draw_sky(c, 300)
    m.draw_clouds(c, (140, 70, 80), (500, 50, 110), (900, 80, 90))
    c.ellipse("gold", 980, 130, 42)
    m.draw_alps(c, 310, height=0.9)
    m.draw_lake(c, 310, 620)
    m.draw_sailing_boat(c, 760, 400, 0.6)
    c.polygon(
        "sky",
        *bezier((0, 520), (400, 560), (700, 600)),
        *bezier((700, 600), (950, 640), (1200, 600)),
        (1200, 750),
        (0, 750),
    )
    c.line("wall", 5, *bezier((0, 520), (400, 560), (700, 600)), *bezier((700, 600), (950, 640), (1200, 600)))
    for i in range(80):
        c.ellipse(
            "stone:sky:45" if i % 2 else "stone",
            c.random.uniform(0, 1200),
            c.random.uniform(640, 745),
            c.random.uniform(3, 8),
            3,
        )
    for i in range(36):
        x = c.random.uniform(-10, 210)
        height = c.random.uniform(90, 190)
        c.line("vine2" if i % 2 else "leaf", 4, (x, 600), (x + c.random.uniform(-16, 16), 600 - height))
        if i % 3 == 0:
            c.ellipse("wood", x, 600 - height, 5, 16)
    c.polygon("near", *bezier((330, 500), (370, 478), (420, 496)), (430, 504), (336, 508))
    c.line("near", 6, (346, 496), (338, 462))
    c.polygon("roof", (330, 462), (346, 452), (350, 466))
    for x, y, coat, child in [
        (520, 660, "red", False),
        (556, 662, "gold", True),
        (700, 690, "mid2", False),
        (880, 660, "leaf", True),
        (912, 656, "red", True),
    ]:
        m.draw_person(c, x, y, 1.15, coat, child=child)
    c.polygon("red", (990, 600), (1060, 540), (1130, 600))
    c.polygon("wall", (1036, 600), (1060, 540), (1084, 600))
    c.line("wood", 5, (1060, 600), (1060, 690))
    c.box("gold", 1020, 690, 110, 12)


def _works(c: Canvas):
    m.draw_sky(c, 400, band=200)
    m.draw_clouds(c, (260, 70, 90), (900, 60, 100))
    for x, w, h, roof in [
        (-20, 200, 230, "roof"),
        (190, 180, 260, "roof2"),
        (380, 170, 210, "roof"),
        (840, 180, 250, "roof2"),
        (1030, 200, 220, "roof"),
    ]:
        m.draw_house(c, x, 500, w, h, roof=roof)
    m.draw_church(c, 640, 496, 0.95)
    c.box("stone:near:18", 0, 496, 1200, 260)
    c.polygon("wood", (140, 620), (820, 580), (900, 690), (120, 740))
    c.polygon("wood:near:40", (180, 640), (790, 604), (850, 672), (170, 712))
    for dy, colour in [(0, "red"), (26, "mid2")]:
        c.line(colour, 14, (190, 660 + dy), (830, 622 + dy))
    c.box("gold", 880, 520, 150, 70)
    c.box("near2", 900, 450, 74, 74)
    c.box("far", 908, 458, 50, 44)
    c.line("gold", 20, (1000, 540), (880, 400), (760, 500))
    c.polygon("near", (730, 496), (790, 500), (780, 560), (736, 548))
    c.box("near", 866, 590, 190, 34)
    for x in (880, 960, 1040):
        c.ellipse("stone", x, 607, 13)
    for x in (60, 300, 540, 1120):
        c.box("wall", x, 676, 70, 22)
        for k in range(3):
            c.polygon(
                "red",
                (x + 24 * k, 676),
                (x + 24 * k + 12, 676),
                (x + 24 * k + 4, 698),
                (x + 24 * k - 6 if k else x, 698),
            )
        c.box("near", x + 6, 698, 6, 30)
        c.box("near", x + 58, 698, 6, 30)
    m.draw_person(c, 620, 600, 1.1, "gold")
    m.draw_person(c, 1090, 680, 1.2, "gold")


def _council(c: Canvas):
    c.box("wall2", 0, 0, 1200, 750)
    c.box("wood2", 0, 380, 1200, 380)
    for x in (90, 330, 780, 1020):
        c.polygon("wall", *arch(x - 12, 352, 124, 292))
        c.polygon("far", *arch(x, 340, 100, 270))
        c.polygon("far2", (x, 340), (x, 270), (x + 40, 230), (x + 100, 280), (x + 100, 340))
        c.line("wall", 5, (x + 50, 74), (x + 50, 340))
        c.line("wall", 5, (x, 200), (x + 100, 200))
    c.box("lake", 500, 60, 200, 280)
    m.draw_shield(c, 600, 196, 3.2)
    c.polygon("wood", (380, 400), (820, 400), (850, 480), (350, 480))
    c.box("wood:near:20", 350, 476, 500, 12)
    for x, coat in [(440, "near2"), (520, "roof"), (600, "near"), (680, "leaf"), (760, "mid2")]:
        c.ellipse("skin" if x % 160 else "skin2", x, 342, 16)
        c.polygon(coat, (x - 26, 402), (x - 18, 366), (x + 18, 366), (x + 26, 402))
    for row in range(3):
        y, count = 560 + 78 * row, 11 - row
        for i in range(count):
            x = 1200 * (i + 0.5) / count
            coat = ["near", "roof", "near2", "mid2", "leaf2", "wood"][(i + row * 2) % 6]
            c.ellipse(["ink", "wood", "stone", "roof2"][(i * 3 + row) % 4], x, y - 66, 20 + 3 * row)
            c.polygon(coat, (x - 36, y), (x - 26, y - 44), (x + 26, y - 44), (x + 36, y))
        c.box("wood" if row % 2 else "wood:near:20", 0, y - 6, 1200, 26)


def _football(c: Canvas):
    m.draw_sky(c, 320)
    m.draw_clouds(c, (200, 70, 90), (760, 60, 100))
    m.draw_alps(c, 330)
    c.box("lake", 0, 326, 1200, 50)
    c.ripples(326, 376)
    c.box("leaf:vine:55", 0, 372, 1200, 380)
    for i in range(6):
        if i % 2:
            c.polygon(
                "leaf:vine:70",
                (200 * i, 372),
                (200 * i + 200, 372),
                (260 * i + 90, 750),
                (260 * i - 170, 750),
            )
    for x in (40, 1160):
        m.draw_tree(c, x, 400, 1.4)
        m.draw_tree(c, x + 60, 392, 1.1, "leaf2")
    c.line("wall", 5, (0, 450), (1200, 450))
    c.ellipse("wall", 600, 600, 170, 62)
    c.ellipse("leaf:vine:63", 600, 600, 163, 56)
    c.line("wall", 5, (600, 450), (600, 750))
    c.line("wall", 7, (90, 560), (90, 440), (230, 420), (230, 520))
    for x, y, coat in [
        (330, 590, "red"),
        (480, 640, "#12479a"),
        (640, 560, "red"),
        (760, 660, "#12479a"),
        (900, 580, "red"),
        (1010, 690, "#12479a"),
    ]:
        m.draw_person(c, x, y, 1.2, coat)
    c.ellipse("wall", 560, 640, 12)
    c.box("wood2", 820, 400, 240, 40)
    c.box("wall", 800, 386, 280, 16)


SCENES: dict[str, tuple[str, str, Callable, dict]] = {
    # name: (title, alternative text, drawing, palette)
    "panorama": (
        "Orvenay vu du lac",
        "Orvenay vu du lac : les vignes, le clocher, la barque et les Dents d’Aurel",
        _panorama,
        PALETTE,
    ),
    "vieux-port": (
        "Le Vieux-Port",
        "Une barque à voiles latines devant le ponton du Vieux-Port",
        _vieux_port,
        PALETTE,
    ),
    "place-de-l-orme": (
        "La place de l’Orme",
        "La place de l’Orme, sa fontaine et le grand orme devant les maisons du bourg",
        _square,
        PALETTE,
    ),
    "maison-de-commune": (
        "La maison de commune",
        "La maison de commune, son horloge et ses deux drapeaux, place de l’Orme",
        _town_hall,
        PALETTE,
    ),
    "foret": (
        "Le bois de la Côte",
        "Un sentier entre les sapins du bois de la Côte, deux promeneurs",
        _forest,
        PALETTE,
    ),
    "ecole": (
        "Le collège des Ormes",
        "La cour du collège des Ormes à la récréation, une marelle au sol",
        _school,
        PALETTE,
    ),
    "marche": ("Le marché", "Les étals rayés du marché autour de l’orme, devant l’église", _market, PALETTE),
    "salle-des-ormes": (
        "La salle des Ormes",
        "La salle des Ormes éclairée, entre deux arbres, au bord du lac",
        _hall,
        PALETTE,
    ),
    "vignes": (
        "Les vendanges",
        "Trois vendangeurs dans les rangs de vigne au-dessus du lac",
        _vineyard,
        PALETTE,
    ),
    "port-verraye": (
        "Le port de la Verraye",
        "Des voiliers amarrés au port de la Verraye, deux personnes sur le quai",
        _harbour,
        PALETTE,
    ),
    "decheterie": (
        "La déchèterie",
        "Les bennes de couleur de la déchèterie de la Râpe, à la lisière du bois",
        _recycling,
        PALETTE,
    ),
    "gare": ("La gare", "Un train à quai à la gare d’Orvenay, le bus 714 devant la voie", _station, PALETTE),
    "avent": (
        "L’Avent",
        "Le bourg sous la neige, de nuit : fenêtres éclairées et sapin devant l’église",
        _advent,
        NIGHT,
    ),
    "plage": (
        "La plage",
        "La plage de galets du Vieux-Port en été, les roseaux et un grèbe huppé",
        _beach,
        PALETTE,
    ),
    "chantier": (
        "Le chantier de la rue du Temple",
        "Une pelle mécanique pose deux conduites dans la rue du Temple ouverte",
        _works,
        PALETTE,
    ),
    "conseil": (
        "La salle du Conseil",
        "Le Conseil communal en séance, vu du fond de la salle, sous les armoiries",
        _council,
        PALETTE,
    ),
    "terrain": (
        "Le terrain des Grèves",
        "Un match sur le terrain des Grèves, le lac et les Dents d’Aurel derrière",
        _football,
        PALETTE,
    ),
}


@cache
def draw_scene(name: str, size: tuple[int, int] = SIZE) -> bytes:
    """Return a scene as PNG."""
    _title, _alt, draw, palette = SCENES[name]
    canvas = Canvas(*size, seed=sum(name.encode()), palette=palette)
    draw(canvas)
    return canvas.png()


# -- portraits ------------------------------------------------------------
PORTRAITS: dict[str, dict] = {
    "claire-monod": {
        "name": "Claire Monod",
        "skin": "#e7bd96",
        "hair": "#5b3a26",
        "style": "bun",
        "coat": "#12479a",
        "back": "sky2",
    },
    "pascal-oulevay": {
        "name": "Pascal Oulevay",
        "skin": "#dfae86",
        "hair": "#8f887a",
        "style": "short",
        "coat": "#1d1b18",
        "back": "far",
    },
    "ines-da-silva": {
        "name": "Inês Da Silva",
        "skin": "#c58f66",
        "hair": "#1d1b18",
        "style": "long",
        "coat": "#8c4a32",
        "back": "sky",
    },
    "bernard-jaccard": {
        "name": "Bernard Jaccard",
        "skin": "#e7bd96",
        "hair": "#c9c2b4",
        "style": "bald",
        "coat": "#4f6f52",
        "back": "far2:sky:50",
    },
    "anna-muller": {
        "name": "Anna Müller",
        "skin": "#f0cdab",
        "hair": "#c79a4b",
        "style": "curly",
        "coat": "#4a73ab",
        "back": "vine:sky:55",
    },
    "marc-crettenand": {
        "name": "Marc Crettenand",
        "skin": "#d9a57c",
        "hair": "#3a2a1f",
        "style": "short",
        "coat": "#122b52",
        "back": "sky2:far:50",
    },
    "nadia-favre": {
        "name": "Nadia Favre",
        "skin": "#d9a57c",
        "hair": "#2a1c15",
        "style": "curly",
        "coat": "#a91d17",
        "back": "far",
    },
    "pierre-monnier": {
        "name": "Pierre Monnier",
        "skin": "#e7bd96",
        "hair": "#6b4a31",
        "style": "short",
        "coat": "#7c6248",
        "back": "sky",
    },
    "sophie-aubert": {
        "name": "Sophie Aubert",
        "skin": "#f0cdab",
        "hair": "#8c4a32",
        "style": "long",
        "coat": "#1b6a43",
        "back": "sky2",
    },
    "yves-rochat": {
        "name": "Yves Rochat",
        "skin": "#dfae86",
        "hair": "#5a554c",
        "style": "bald",
        "coat": "#12479a",
        "back": "vine:sky:55",
    },
}


def _portrait(c: Canvas, *, name, skin, hair, style, coat, back):
    c.box(back, 0, 0, 800, 1000)
    c.ellipse(f"{back}:wall:40", 400, 430, 330)
    if style == "long":
        c.polygon(
            hair,
            *bezier((230, 420), (200, 700), (250, 760)),
            (550, 760),
            *bezier((550, 760), (600, 700), (570, 420)),
        )
    c.polygon(
        coat,
        *bezier((70, 1010), (90, 770), (300, 730)),
        (500, 730),
        *bezier((500, 730), (710, 770), (730, 1010)),
    )
    c.polygon(
        f"{skin}:near:14", (336, 600), (464, 600), (470, 740), *bezier((470, 740), (400, 812), (330, 740))
    )
    c.polygon("wall", (318, 728), (400, 850), (340, 880), (282, 742))
    c.polygon("wall", (482, 728), (400, 850), (460, 880), (518, 742))
    if style == "curly":
        for x, y, r in [
            (258, 400, 74),
            (542, 400, 74),
            (290, 310, 84),
            (510, 310, 84),
            (400, 270, 96),
            (250, 490, 54),
            (550, 490, 54),
        ]:
            c.ellipse(hair, x, y, r)
    if style == "bun":
        c.ellipse(hair, 400, 196, 76)
    c.ellipse(skin, 252, 470, 26, 40)
    c.ellipse(skin, 548, 470, 26, 40)
    c.ellipse(skin, 400, 450, 150, 196)
    if style == "bald":
        c.polygon(
            hair, *bezier((246, 470), (236, 360), (300, 330)), *bezier((300, 330), (262, 400), (268, 470))
        )
        c.polygon(
            hair, *bezier((554, 470), (564, 360), (500, 330)), *bezier((500, 330), (538, 400), (532, 470))
        )
    else:
        c.polygon(
            hair,
            *bezier((244, 430), (226, 230), (400, 226)),
            *bezier((400, 226), (574, 230), (556, 430)),
            *bezier((556, 430), (530, 330), (440, 316)),
            *bezier((440, 316), (320, 330), (244, 430)),
        )
    c.polygon(f"{skin}:near:12", *bezier((400, 440), (424, 500), (418, 520)), (386, 520))
    for x in (340, 460):
        c.ellipse("ink", x, 452, 11, 13)
        c.curve(f"{hair}:ink:30", 9, (x - 32, 414), (x, 396), (x + 32, 414))
    c.curve("roof", 10, (350, 566), (400, 606), (450, 566))


@cache
def draw_portrait(name: str, size: tuple[int, int] = PORTRAIT_SIZE) -> bytes:
    """Return a schematic portrait as PNG."""
    canvas = Canvas(*size, units=800)
    _portrait(canvas, **PORTRAITS[name])
    return canvas.png()
