"""How exports name their columns, by field, the surest name first (data). Spelt as columns.folded leaves a header.

A name that could mislead is left out: 折扣 and "discount" are usually rates, 原价 may be the price of one piece.
"""

ALIASES = {
    "phone": """
        手机号 手机号码 收货人手机号 收货人手机 收件人手机号 收件人手机 用户手机号 会员手机号 买家手机号 买家手机
        下单手机号 注册手机号 联系手机 手机 收货人电话 收件人电话 联系电话 收货电话 电话号码 电话 联系方式
        phone phonenumber mobile mobilephone mobilenumber cellphone telephone tel
    """,
    "ordered_at": """
        下单时间 订单时间 下单日期 订单日期 订单创建时间 购买时间 购买日期 交易时间 交易日期 付款时间 支付时间 支付日期
        创建时间 时间 日期
        orderedat ordertime orderdate invoicedate purchasedate transactiondate transactiondt paidat createdat
        datetime date time
    """,
    "name": """
        姓名 收货人姓名 收货人 收件人姓名 收件人 客户姓名 客户名称 用户姓名 会员姓名 买家姓名 联系人 会员名 会员名称
        用户名 昵称
        name customername fullname customer recipient consignee receiver
    """,
    "address": """
        收货地址 详细地址 收货人地址 收件地址 配送地址 送货地址 地址 家庭住址 住址
        address deliveryaddress shippingaddress
    """,
    "product": """
        商品 商品名称 商品名 商品标题 产品名称 产品 货品名称 品名 货品
        product productname item itemname goods goodsname description
    """,
    "category": """
        商品分类 商品类目 商品类别 产品分类 子类别 子分类 二级类目 二级分类 品类 类目 分类 类别 一级类目 一级分类
        productcategory subcategory category productsubclass
    """,
    "order_number": """
        订单号 订单编号 订单id 主订单编号 订单流水号 单号 交易号
        ordernumber orderno orderid ordersn invoiceno invoicenumber invoice
    """,
    "amount": """
        实付金额 实付款 实付 实际支付金额 实际支付 买家实付金额 买家实际支付金额 实收金额 支付金额 付款金额 成交金额
        销售额 销售金额 金额 订单金额 总金额 合计 总价 小计
        amountpaid paidamount netamount net amount sales salesamount linetotal totalamount total revenue payment
    """,
    "unit_price": "单价 商品单价 销售单价 成交单价 售价 价格 unitprice price",
    "gross": """
        应付金额 应收金额 优惠前金额 商品总价 商品总额 商品金额 原价金额 订单原价 订单总价
        gross grossamount subtotal originalamount listamount
    """,
    "discount": """
        优惠金额 折扣金额 优惠总额 优惠券金额 优惠券抵扣 减免金额 抵扣金额 折扣额 优惠 红包金额 红包 立减
        discountamount discountvalue couponamount promotionamount
    """,
    "coupon_code": """
        优惠券码 优惠券编号 优惠码 券码 券号 优惠券 红包码
        couponcode coupon vouchercode voucher promocode
    """,
    "quantity": "数量 商品数量 购买数量 销售数量 件数 份数 quantity qty units",
    "status": """
        订单状态 交易状态 支付状态 付款状态 状态 退款状态 售后状态
        orderstatus status paymentstatus financialstatus
    """,
    "refund": """
        退款金额 已退款金额 实退金额 退款总额 退款额
        refundamount amountrefunded refundedamount refund refunded
    """,
    "channel": "渠道 订单来源 下单渠道 来源渠道 推广渠道 注册渠道 来源 channel source utmsource",
    "community": """
        小区 小区名称 社区 社区名称 所属小区 收货小区 所在小区 楼盘
        community communityname estate
        城市 city
    """,
    "station": """
        服务站 服务站点 站点 站点名称 自提点 自提站点 自提点名称 提货点
        station servicestation pickuppoint pickupstation
    """,
    "delivery_day": """
        配送日期 送货日期 送达日期 预计送达日期 预计送达时间 配送时间 送货时间 提货日期 自提日期
        deliverydate deliveryday
    """,
    "registered_at": """
        注册时间 注册日期 用户注册时间 会员注册时间
        registeredat registrationtime registrationdate registeredon signupdate
    """,
}
