"""The Swiss payment part according to its style guide (SIX, "Style Guide QR-bill"), in millimetres and points."""

import textwrap

from qrbill import QRBill
from qrbill.bill import mm

CODE = 46
CODE_AT = (67, 18)  # 5 mm into the payment part, 17 mm below its upper edge; plus 1 mm for the scissors above
CROSS = 7  # with its white rim
RECEIPT_BOX = (52, 20)
RECEIPT_LINE, PART_LINE = 35, 50  # characters per line that always fit


class PaymentPart(QRBill):
    """The library's payment part, corrected where it differs from the style guide.

    ``as_svg`` draws receipt and payment part, 210 by 105 mm, under a strip of 1 mm with the scissors.
    """

    font_family = "Liberation Sans"

    @property
    def title_font_info(self):
        return super().title_font_info | {"font_size": _points(11)}

    def head_font_info(self, part=None):
        return super().head_font_info(part) | {"font_size": _points(6)}  # 2 less than the text below

    def draw_blank_rect(self, dwg, grp, x, y, width, height):
        """Draw the payer's empty box, which is lower on the receipt than on the payment part."""
        across, down = map(mm, RECEIPT_BOX)
        super().draw_blank_rect(dwg, grp, x, y, width, down if width == across else height)

    def draw_swiss_cross(self, dwg, grp, origin, size):
        """Draw the cross on the code that was drawn just before, and set position and size of both."""
        code = grp.elements.pop()
        both = grp.add(dwg.g())
        both.add(code)
        super().draw_swiss_cross(dwg, both, origin, size)
        larger = mm(CODE) / size
        both.translate(*(mm(to) - larger * at for to, at in zip(CODE_AT, origin, strict=True)))
        both.scale(larger)
        # The cross is 19.8 units wide; the library assumes 19 for its size and 20 to centre it.
        cross = both.elements[-1]
        cross.translate(10, 10)
        cross.scale(19 / 19.8 / larger * CROSS / 7)
        cross.translate(-9.9, -9.9)


def wrap_text(text: str, most: int) -> str:
    """Wrap ``text`` into lines of ``most`` characters. Pure.

    The line breaks appear on paper; the QR code has spaces instead.
    """
    return textwrap.fill(text, most, break_on_hyphens=False, break_long_words=False)


def _points(size: float) -> float:
    return mm(size * 25.4 / 72)
