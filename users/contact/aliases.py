"""How files of wishes name their columns and what stands in them (data, by the words people use)."""

COLUMNS = {
    "phone": ("phone", "mobile", "手机", "手机号", "手机号码", "电话", "联系电话", "电话号码"),
    "channel": ("channel", "渠道", "方式", "触达渠道", "联系方式"),
    "allowed": ("allowed", "允许", "是否允许", "同意", "是否同意", "意愿"),
}
# What a cell of the channel column means: a subject of wishes, and the channel where that is meant.
CHANNELS = {
    "dnc": ("dnc", "all", "everything", "全部", "所有", "勿扰", "免打扰"),
    "profiling": ("profiling", "画像", "个性化"),
    "coupon": ("coupon", "红包", "优惠券", "券"),
    "sms": ("sms", "text message", "短信"),
    "push": ("push", "推送", "推送消息", "app推送"),
    "door": ("door", "door visit", "上门", "回访"),
    "wechat": ("wechat", "微信", "微信私聊"),
    "phone": ("phone", "phone call", "电话"),
    "group": ("group", "群", "社群"),
    "event": ("event", "活动"),
}
ALLOWED = {
    True: ("yes", "true", "1", "y", "是", "允许", "同意", "接受"),
    False: ("no", "false", "0", "n", "否", "不", "不允许", "不同意", "拒绝", "退订"),
}


def key_of(text: str, table: dict[str, tuple[str, ...]]) -> str:
    """The key under which a text stands; "" when it stands nowhere."""
    plain = text.strip().lower()
    return next((key for key, words in table.items() if plain in words), "")


def allowed_of(text: str) -> bool | None:
    """None: the text is neither a yes nor a no."""
    plain = text.strip().lower()
    return next((value for value, words in ALLOWED.items() if plain in words), None)
