"""The columns of the export files, as a Chinese shop's back office names them."""

ORDER_COLUMNS = (
    "订单编号", "手机号", "姓名", "下单时间", "收货地址", "小区", "商品", "商品分类", "数量",
    "原价金额", "优惠金额", "实付金额", "优惠券码", "订单状态", "退款金额", "渠道", "配送日期", "注册时间",
)  # fmt: skip
(
    NUMBER, PHONE, NAME, PLACED, ADDRESS, COMMUNITY, PRODUCT, CATEGORY, QUANTITY,
    GROSS, DISCOUNT, PAID, COUPON, STATUS, REFUND, CHANNEL, DELIVERY, REGISTERED,
) = ORDER_COLUMNS  # fmt: skip

REGISTRATION_COLUMNS = (PHONE, NAME, REGISTERED, CHANNEL, COMMUNITY)

WAITS_FOR_MONEY = "待付款"
PAID_FOR = "已付款"
ON_THE_WAY = "待配送"
DONE = "已完成"
CANCELLED = "已取消"
CLOSED = "已关闭"
GIVEN_BACK = "已退款"
PARTLY_GIVEN_BACK = "部分退款"

TITLE = "金陵邻里鲜 订单明细导出 {first} 至 {last}"
ORDER_FILE = "订单导出_{first}_{last}.csv"
REGISTRATION_FILE = "注册用户_{first}_{last}.csv"
ENCODING = "gb18030"
