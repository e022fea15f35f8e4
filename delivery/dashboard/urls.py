"""Every address of the dashboard, under `/admin/pipeline/`."""

from delivery.dashboard import deed, deed_list, delivery, delivery_list, letters, now
from delivery.dashboard.access import page

app_name = "pipeline"
urlpatterns = [
    page("", now.show, "now"),
    page("now.json", now.live, "now_live"),
    page("deliveries/", delivery_list.show, "deliveries"),
    page("deliveries/<int:pk>/", delivery.show, "delivery"),
    page("notifications/<int:pk>/", delivery.of_notification, "notification"),
    page("letters/", letters.show, "letters"),
    page("letters/do/", letters.do, "letters_do"),
    page("letters/<int:pk>/", letters.one, "letter"),
    page("deeds/", deed_list.show, "deeds"),
    page("deeds/<int:pk>/", deed.show, "deed"),
    page("deeds/<int:pk>.json", deed.live, "deed_live"),
    page("deeds/<int:pk>/start/", deed.start, "deed_start"),
    page("deeds/<int:pk>/go-on/", deed.go_on, "deed_go_on"),
    page("deeds/<int:pk>/cancel/", deed.cancel, "deed_cancel"),
]
