"""How files of registrations and of referrals name their columns, the surest name first (data). Spelt as the order
import spells them (users.imports.columns.folded)."""

from users.imports.aliases import ALIASES

REGISTRATIONS = {
    "phone": ALIASES["phone"],
    "registered_at": f"{ALIASES['registered_at']} 创建时间 加入时间 开通时间 时间 日期 createdat joinedat time date",
    "name": ALIASES["name"],
    "channel": f"{ALIASES['channel']} 注册来源 拉新渠道",
    "community": ALIASES["community"],
    "address": ALIASES["address"],
}
REFERRALS = {
    "referrer": """
        推荐人手机号 推荐人手机号码 推荐人手机 推荐人电话 邀请人手机号 邀请人手机号码 邀请人手机 邀请人电话 介绍人手机号
        介绍人手机 介绍人电话 老用户手机号 老用户手机 老用户电话 推荐人 邀请人 介绍人 老用户
        referrerphone inviterphone referrer inviter referredby invitedby
    """,
    "referred": """
        被推荐人手机号 被推荐人手机号码 被推荐人手机 被推荐人电话 被邀请人手机号 被邀请人手机号码 被邀请人手机
        被邀请人电话 被介绍人手机号 新用户手机号 新用户手机 新用户电话 被推荐人 被邀请人 被介绍人 新用户
        referredphone inviteephone newcustomerphone referred invitee newcustomer
    """
    + ALIASES["phone"],
    "at": f"""
        推荐时间 推荐日期 邀请时间 邀请日期 介绍时间 {ALIASES["registered_at"]} 创建时间 时间 日期
        referredat invitedat referraltime createdat time date at
    """,
}
