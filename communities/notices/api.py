"""One's own notifications over the API: read them, and say that they are read."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from communities.api_query import BodySerializer, QuerySerializer, cursor_word, limit_word
from communities.api_views import ScopedView
from communities.models import Notice
from communities.notices import actions, queries, words
from opsdesk.lib import paging

_SORT = paging.Sort("created_at", descending=True)


class NoticeQuery(QuerySerializer):
    after = cursor_word()
    limit = limit_word(50, 200)
    unread = serializers.BooleanField(default=False, help_text=_("only what was not read yet"))

    def validate_after(self, cursor: str) -> paging.Place:
        place = paging.decode(cursor, queries.NEWEST.read)
        if place is None or place.value is None or place.value.tzinfo is None:
            raise serializers.ValidationError(gettext("This value means nothing here."))
        return place


class NoticeSerializer(serializers.Serializer[Notice]):
    """One line told to the token's owner."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=_("a short word in English"))
    text = serializers.SerializerMethodField(help_text=_("the line in its reader's language"))
    path = serializers.CharField(source="href", help_text=_("the page it leads to, or nothing"))
    community = serializers.CharField(source="community.code", default=None, allow_null=True)
    repeats = serializers.IntegerField(help_text=_("how often the same was told again while unread"))
    told_at = serializers.DateTimeField(source="created_at")
    read_at = serializers.DateTimeField(allow_null=True)

    def get_text(self, notice: Notice) -> str:
        return words.told(notice)


class NoticePageSerializer(serializers.Serializer[Any]):
    """A page of notifications, newest first."""

    unread = serializers.IntegerField(help_text=_("how many are unread in all; 100 stands for more"))
    next_after = serializers.CharField(allow_null=True, help_text=_("after of the next page; null on the last"))
    notifications = NoticeSerializer(many=True)


class NoticeList(ScopedView):
    scope = "read:notifications"

    @extend_schema(
        operation_id="notifications_list",
        parameters=[NoticeQuery],
        responses=NoticePageSerializer,
        description=_("What the token's owner was told, newest first; kept for 90 days."),
    )
    def get(self, request: Request) -> Response:
        asked = NoticeQuery.read(request.query_params)
        found = queries.notices_of(self.desk.staff, asked["unread"])
        page = paging.page_of(found, queries.NEWEST, _SORT, asked.get("after"), asked["limit"])
        told = {
            "unread": queries.unread_count(self.desk.staff),
            "next_after": page.after or None,
            "notifications": page.rows,
        }
        return Response(NoticePageSerializer(told).data)


class NoticeRead(ScopedView):
    scope = "mark:notifications"

    @extend_schema(
        operation_id="notifications_read",
        request=None,
        responses={204: None},
        description=_("Mark one notification of the token's owner as read. Again changes nothing."),
    )
    def post(self, request: Request, notice_id: int) -> Response:
        BodySerializer.read(request.data)
        notice = queries.notices_of(self.desk.staff).filter(pk=notice_id).first()
        if notice is None:
            raise Http404
        actions.read(notice)
        return Response(status=status.HTTP_204_NO_CONTENT)
