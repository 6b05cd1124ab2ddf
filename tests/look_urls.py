"""The lookbook's address, which the product has only while DEBUG is on, and an address for every entry of the rail."""

from django.urls import include, path

from communities import views as communities_views
from opsdesk import lookbook
from opsdesk.navigation import NAVIGATION

RAIL = [entry.url_name for group in NAVIGATION for entry in group.entries if entry.url_name != "home"]

urlpatterns = [
    path("", lookbook.lookbook, name="home"),
    path("accounts/", include("opsdesk.account_urls")),
    path("preferences/language/", communities_views.set_language, name="set_language"),
    path("preferences/theme/", communities_views.set_theme, name="set_theme"),
    path("lookbook/", lookbook.lookbook, name="lookbook"),
    path("lookbook/<int:code>/", lookbook.error, name="lookbook_error"),
    path("search/", lookbook.lookbook, name="search"),
    *[path(f"{name}/", lookbook.lookbook, name=name) for name in RAIL],
    path("customers/7/", lookbook.lookbook),
]
