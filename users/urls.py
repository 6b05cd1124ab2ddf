"""Every desk page of the app on one screen, slice by slice."""

from django.urls import URLPattern, path

from users.boards import views as boards

# /segments/ /rfm/ /cleaning/
board_urls = [
    path("segments/", boards.segments_board, name="segments"),
    path("segments/matrix.csv", boards.matrix_csv, name="matrix_csv"),
    path("rfm/", boards.rfm_board, name="rfm"),
    path("cleaning/", boards.cleaning, name="cleaning"),
]

urlpatterns: list[URLPattern] = [*board_urls]
