"""URLs of news by SMS and push notifications: sign-up and the reader's page."""

from django.urls import path

from .push import views as push
from .sms import views as sms

urlpatterns = [
    path("infolettre/sms/", sms.subscribe, name="sms_subscribe"),
    path("infolettre/sms/code/<secret:token>/", sms.enter_code, name="sms_code"),
    path("infolettre/sms/<secret:secret>/", sms.preferences, name="sms_own"),
    path("infolettre/sms/<secret:secret>/fin/", sms.stop, name="sms_stop"),
    path("infolettre/sms/<secret:secret>/supprimer/", sms.erase, name="sms_erase"),
    path("infolettre/notifications/", push.notifications_page, name="push"),
    path("infolettre/notifications/appareil/", push.subscribe, name="push_keep"),
    path("infolettre/notifications/choix/", push.current_choice, name="push_chosen"),
    path("infolettre/notifications/fin/", push.unsubscribe, name="push_end"),
]
