"""The words of cue sheets: what is said to whom, for all communities or for one, with every version."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns.cuesheets import actions, queries, rules
from campaigns.cuesheets.forms import ScriptForm
from communities.access import DeskRequest, desk_page
from communities.rules import RUN_DRIVES, SEE_FIELD

VERSIONS = 5


@desk_page(SEE_FIELD)
@require_http_methods(["GET", "POST"])
def cue_scripts(request: DeskRequest) -> HttpResponse:
    """Every kind with its words in force and their versions; POST writes the next version of one. The company's words
    are written by whoever runs drives everywhere, a community's also by whoever runs them there."""
    if request.method != "POST":
        return _page(request)
    if not _may_write(request):
        raise PermissionDenied(RUN_DRIVES)
    form = ScriptForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    written = form.cleaned_data
    made = actions.write_script(written["kind"], written["text"], community=request.desk.community, by=request.user)
    said = _("Sheets say this from now on.") if made else _("It says what it said before: no new version.")
    messages.success(request, said)
    return redirect(f"{reverse('cue-scripts')}?{request.GET.urlencode()}#{written['kind']}")


def _may_write(request: DeskRequest) -> bool:
    scope, community = request.desk.scope_for(RUN_DRIVES), request.desk.community
    return scope.sees_community(community.pk) if community else scope.everywhere


def _page(request: DeskRequest, wrong: ScriptForm | None = None, status: int = 200) -> HttpResponse:
    community = request.desk.community
    place = community.pk if community else None
    in_force = queries.words([place] if place else [])[place or 0]
    versions = list(queries.scripts(place))
    context = {
        "kinds": [_kind(kind, in_force[kind], versions, wrong) for kind in rules.KINDS],
        "places": rules.PLACES,
        "place": community,
        "may_write": _may_write(request),
    }
    return render(request, "campaigns/cues/scripts.html", context, status=status)


def _kind(kind: str, words: queries.Words, versions: list[Any], wrong: ScriptForm | None) -> dict[str, Any]:
    is_wrong = wrong is not None and wrong.data.get("kind") == kind
    form = wrong if is_wrong else ScriptForm(initial={"kind": kind, "text": words.text}, auto_id=f"{kind}-%s")
    own = [version for version in versions if version.kind == kind]
    return {"kind": kind, "label": _(rules.KINDS[kind]), "words": words, "form": form, "versions": own[:VERSIONS]}
