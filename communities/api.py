"""Communities and their stations, read-only."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from communities import queries
from communities.api_query import QuerySerializer
from communities.api_views import ScopedView
from communities.models import Community, ServiceStation


class StationSerializer(serializers.ModelSerializer[ServiceStation]):
    """A service station. An empty list of buildings: every building that no other station serves."""

    class Meta:
        model = ServiceStation
        fields = ["id", "name", "buildings", "sorts_goods", "has_store_room", "sells_on_site", "is_active"]
        read_only_fields = fields


class CommunitySerializer(serializers.ModelSerializer[Community]):
    """A community that we sell in, with its stations."""

    stations = StationSerializer(many=True, read_only=True, help_text=_("its service stations"))

    class Meta:
        model = Community
        fields = ["code", "name", "households", "opened_on", "order_cutoff", "is_active", "stations"]
        read_only_fields = fields


class CommunityList(ScopedView):
    scope = "read:communities"

    @extend_schema(
        responses=CommunitySerializer(many=True),
        description=_("The communities that the token's owner may see, with their service stations."),
    )
    def get(self, request: Request) -> Response:
        QuerySerializer.read(request.query_params)
        found = queries.communities_in(self.desk.scope).prefetch_related("stations")
        return Response(CommunitySerializer(found, many=True).data)
