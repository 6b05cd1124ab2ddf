"""Every door of the project: the desk pages, the phone pages, the API and the back room."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from communities import views as communities_views
from opsdesk import health, home, lookbook

handler400 = "opsdesk.error_answers.bad_request"
handler403 = "opsdesk.error_answers.forbidden"
handler404 = "opsdesk.error_answers.not_found"
handler500 = "opsdesk.error_answers.server_error"

urlpatterns = [
    path("", home.today, name="home"),
    path("next/", home.first_waiting, name="first_waiting"),
    path("", include("communities.urls")),
    path("", include("opsdesk.desk_urls")),
    path("", include("users.urls")),
    path("api/", include("opsdesk.api")),
    path("accounts/", include("opsdesk.account_urls")),
    path("preferences/language/", communities_views.set_language, name="set_language"),
    path("preferences/theme/", communities_views.set_theme, name="set_theme"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]

if settings.DEBUG:
    urlpatterns += [
        path("lookbook/", lookbook.lookbook, name="lookbook"),
        path("lookbook/<int:code>/", lookbook.error, name="lookbook_error"),
    ]
