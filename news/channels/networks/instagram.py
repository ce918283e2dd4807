"""An Instagram business account, through the Graph API. Published posts can be neither changed nor withdrawn."""

import time

from eservices.deliveries.transports import PermanentFailure
from home.links.page_links import absolute_url

from ..announcements import RENDITION_SPEC, Announcement
from .base import NetworkError, PublishedPost
from .facebook import GraphNetwork

MAX_ALT_LENGTH = 1000
TALLEST, WIDEST = 0.8, 1.91  # width divided by height


def crop_for_instagram(picture) -> str:
    """Return the rendition spec: unchanged if Instagram accepts the format, else cropped around the focal point."""
    ratio = picture.width / picture.height
    if TALLEST <= ratio <= WIDEST:
        return RENDITION_SPEC
    return "fill-1080x568|format-jpeg" if ratio > WIDEST else "fill-1080x1340|format-jpeg"


class Instagram(GraphNetwork):
    """Instagram. A post is a picture with a text: a container is created first, then published when it is processed."""

    key, label, limit = "instagram", "Instagram", 2200
    needs_picture = True

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        account = self.keys["account"]
        data = {
            "image_url": absolute_url(announcement.jpeg(crop_for_instagram(announcement.picture)).url),
            "caption": announcement.text,
        }
        if announcement.alt:
            data["alt_text"] = announcement.alt[:MAX_ALT_LENGTH]
        container, _response = self.ask("POST", f"/{account}/media", form=data)
        self._wait_for(container["id"])
        answer, _response = self.ask(
            "POST", f"/{account}/media_publish", form={"creation_id": container["id"]}
        )
        return PublishedPost(str(answer["id"]), self._address(answer["id"]))

    def find(self, announcement: Announcement) -> PublishedPost | None:
        path = f"/{self.keys['account']}/media?fields=id,caption,permalink&limit=25"
        answer, _response = self.ask("GET", path)
        for post in answer.get("data", []):
            if announcement.link in (post.get("caption") or ""):
                return PublishedPost(str(post["id"]), str(post.get("permalink") or ""))
        return None

    def probe(self) -> None:
        self.ask("GET", f"/{self.keys['account']}/media?fields=id&limit=1")

    def _wait_for(self, container: str) -> None:
        for _try in range(15):
            answer, _response = self.ask("GET", f"/{container}?fields=status_code,status")
            match answer.get("status_code"):
                case "FINISHED":
                    return
                case "ERROR" | "EXPIRED":
                    said = str(answer.get("status") or "")[:200]  # contains the number of the error
                    raise PermanentFailure(f"Instagram could not take the picture. {said}".strip())
            time.sleep(2)
        raise NetworkError("Instagram is still working the picture.")

    def _address(self, number: str) -> str:
        """Return the address of the post; "" if Instagram does not return it. The post is published in both cases."""
        try:
            answer, _response = self.ask("GET", f"/{number}?fields=permalink")
        except Exception:
            return ""
        return str(answer.get("permalink") or "")
