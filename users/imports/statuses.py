"""The words shops use for the state of an order, and what each means here (data)."""

PAID, UNPAID, CANCELLED, REFUNDED, PARTLY_REFUNDED = "paid", "unpaid", "cancelled", "refunded", "partly_refunded"
STATUSES = (PAID, UNPAID, CANCELLED, REFUNDED, PARTLY_REFUNDED)
REFUND_MARKS = frozenset({CANCELLED, REFUNDED, PARTLY_REFUNDED})

_WORDS = {
    PAID: (
        "已付款 已支付 支付成功 付款成功 已完成 完成 交易成功 交易完成 订单完成 已发货 待发货 待收货 已收货 已签收 "
        "待自提 已自提 待提货 已提货 待配送 配送中 已配送 已送达 待评价 已评价 备货中 待分拣 已分拣 "
        "正常 成功 有效 无退款 未退款 无售后 "
        "paid complete completed done success succeeded shipped delivered fulfilled processing ok normal valid"
    ),
    UNPAID: (
        "待付款 未付款 待支付 未支付 等待付款 等待买家付款 待买家付款 unpaid pending awaitingpayment pendingpayment"
    ),
    CANCELLED: (
        "已取消 取消 订单取消 用户取消 已关闭 交易关闭 订单关闭 关闭 作废 已作废 无效 "
        "cancelled canceled cancel closed void voided"
    ),
    REFUNDED: (
        "已退款 退款成功 全额退款 全部退款 已退货 退货退款 退款完成 退款 退货 refunded refund returned fullyrefunded"
    ),
    PARTLY_REFUNDED: "部分退款 部分退货 已部分退款 partlyrefunded partiallyrefunded partialrefund",
}
MEANINGS = {word: status for status, words in _WORDS.items() for word in words.split()}
