"""Default methods of agent notifications. Pure."""

from datetime import timedelta

from ..models import NotificationMethod, NotificationType

DEFAULT_METHODS = {
    NotificationType.NEW: NotificationMethod.NEVER,
    NotificationType.ASSIGNED: NotificationMethod.NOW,
    NotificationType.ANSWERED: NotificationMethod.NOW,
    NotificationType.MENTIONED: NotificationMethod.NOW,
    NotificationType.REVIEW: NotificationMethod.NOW,
    NotificationType.DEADLINE: NotificationMethod.DAILY,
}


NEAR_DEADLINE = timedelta(hours=24)  # time before the deadline at which agents are notified
