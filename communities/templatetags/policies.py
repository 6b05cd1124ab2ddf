"""A threshold's value as people say it: ¥100.00, 14 days, 40%, yes."""

from typing import Any

from django import template
from django.utils.translation import gettext

from communities.policies.rules import Policy
from opsdesk.lib import figures
from opsdesk.lib.words import N_

register = template.Library()

CHOICES = {
    "community": N_("their community"),
    "company": N_("the whole company"),
    "quantile": N_("quantiles of the customers"),
    "fixed": N_("fixed cut points"),
    "mean_score": N_("the mean score"),
    "fixed_score": N_("a fixed score"),
}
ONE = {"days": N_("day"), "weeks": N_("week"), "purchases": N_("purchase"), "addresses": N_("address")}


@register.filter
def policy_value(policy: Policy, value: Any) -> str:
    if value is None:
        return figures.NOTHING
    if policy.is_flag:
        return gettext("yes") if value else gettext("no")
    if policy.choices:
        return gettext(CHOICES[value])
    if policy.is_money:
        return " · ".join(map(figures.yuan, value)) if isinstance(value, list | tuple) else figures.yuan(value)
    return _with_unit(policy, value)


def _with_unit(policy: Policy, value: Any) -> str:
    written = " · ".join(map(str, value)) if isinstance(value, list | tuple) else policy.written(value)
    if written.endswith("%") or policy.unit in ("", "score"):
        return written
    unit = ONE.get(policy.unit, policy.unit) if value == 1 else policy.unit
    return f"{written} {gettext(unit)}"
