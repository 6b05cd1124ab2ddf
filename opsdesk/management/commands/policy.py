from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from communities import arguments
from communities.models import Community
from communities.policies import actions, queries, rules


class Command(BaseCommand):
    help = (
        "Read or set a threshold: policy get KEY, policy get (all), policy set KEY VALUE. "
        "With --community CODE: that community's own value; VALUE “default” takes it back to the company's. "
        "Money is typed in yuan. Every change is a new rule version. Exit code 1 when the value is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["get", "set"])
        parser.add_argument("key", nargs="?", choices=sorted(rules.POLICIES), metavar="KEY")
        parser.add_argument("value", nargs="?", metavar="VALUE")
        parser.add_argument("--community", metavar="CODE")

    def handle(self, *args: Any, verb: str, key: str | None, value: str | None, **options: Any) -> None:
        community = arguments.community(options["community"])
        if verb == "set":
            self._set(key, value, community)
        for name in [key] if key else rules.POLICIES:
            self._show(name, community)

    def _set(self, key: str | None, value: str | None, community: Community | None) -> None:
        if key is None or value is None:
            raise CommandError("policy set needs a KEY and a VALUE, for example: policy set silent_after_days 14")
        try:
            meant = None if value == "default" else rules.POLICIES[key].parse(value)
            actions.change(key, meant, by=None, community=community, note="command line")
        except rules.BadValue as problem:
            raise CommandError(f"{key} stays as it was: {problem}") from problem

    def _show(self, key: str, community: Community | None) -> None:
        policies = queries.for_community(community.id if community else None)
        self.stdout.write(f"{key} = {rules.POLICIES[key].written(getattr(policies, key))}")
