"""Who plays in the two stories about whole weeks: who comes back, who bought leaf vegetables."""

from random import Random

from opsdesk.demo import stories
from opsdesk.demo.rhythm import Frame
from opsdesk.demo.shoppers import Shopper


def cast(rng: Random, frame: Frame, crowd: list[Shopper]) -> None:
    """Decide who comes back in the week after the first; everybody with a part is reserved."""
    buyers = [shopper for shopper in crowd if shopper.first_week is not None]
    bad = [one for one in buyers if stories.is_bad_week(frame, one.community, one.first_week or 0)]
    eaters, others = _divided(rng, bad, stories.LEAF_SHARE)
    _tell(rng, eaters, stories.LEAF_RETURNS, leaf=True)
    _tell(rng, others, stories.OTHERS_RETURN, leaf=False)
    stars = [one for one in buyers if stories.is_star_week(frame, one.community, one.first_week or 0)]
    for week in range(frame.week_back(stories.STAR_FIRST_BACK), frame.weeks + 1):
        _tell(rng, [one for one in stars if one.first_week == week], stories.STAR_RETURNS)


def _tell(rng: Random, cohort: list[Shopper], share: float, leaf: bool | None = None) -> None:
    back, away = _divided(rng, cohort, share)
    for shopper in back + away:
        shopper.leaf, shopper.reserved = leaf, True
    for shopper in back:
        shopper.returns = True
    for shopper in away:
        shopper.returns = False


def _divided(rng: Random, cohort: list[Shopper], share: float) -> tuple[list[Shopper], list[Shopper]]:
    drawn = rng.sample(cohort, len(cohort))
    many = round(len(drawn) * share)
    return drawn[:many], drawn[many:]
