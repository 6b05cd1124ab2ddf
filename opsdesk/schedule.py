"""What runs by itself, as data: task names with their times, and the nightly steps in order."""

from celery.schedules import crontab

# Times are Asia/Shanghai. The tick finds jobs whose wake-up was lost or whose worker died; it is cheap.
BEAT = {
    "tick": {"task": "opsdesk.tasks.tick", "schedule": 5.0},
    "nightly": {"task": "opsdesk.tasks.nightly", "schedule": crontab(hour=2, minute=0)},
    "send-messages": {"task": "opsdesk.tasks.send_messages", "schedule": crontab(minute="*/5")},
    "call-shop": {"task": "opsdesk.tasks.call_shop", "schedule": crontab()},
    "remind": {"task": "opsdesk.tasks.remind", "schedule": crontab(hour="9-20", minute=20)},
    "expire-coupons": {"task": "opsdesk.tasks.expire_coupons", "schedule": crontab(minute=5)},
    # Tomorrow's sheets every evening, again as later orders come in; today's once more after the night.
    "draw-cues": {"task": "opsdesk.tasks.draw_cues", "schedule": crontab(hour="19-23", minute=50)},
    "draw-cues-again": {
        "task": "opsdesk.tasks.draw_cues",
        "schedule": crontab(hour=6, minute=0),
        "kwargs": {"ahead": 0},
    },
    # The same again through the morning: a night that was missed or failed is caught up, a good one is left alone.
    "nightly-again": {"task": "opsdesk.tasks.nightly", "schedule": crontab(hour="3-11", minute=10)},
}
