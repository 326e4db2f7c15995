### 暂时不可用的上游，以及高价请求的确认。术语：upstream 上游

refusal-upstream = **{ $model } 现在无法绘制。** { $why }
upstream-hour = 上游给本机器人的额度本小时已用完。
upstream-day = 上游给本机器人的额度今天已用完。
upstream-month = 上游给本机器人的额度本月已用完。
upstream-total = 上游给本机器人的额度已用完。
upstream-credits = 机器人在上游的账户已用完。
upstream-busy = 上游暂时不再接受本机器人的请求。
upstream-away = 本机器人暂时无法使用上游。
upstream-tried = { $relative }会再试一次（{ $at }）。
upstream-ask-operator = 这需要运行机器人的人来处理。

balance-closed = ⛔ **现在无法制作图片。** { $why }{ $when }
balance-closed-model = ⛔ **现在无法绘制：{ $model }。** { $why }{ $when }
balance-upstreams = **上游**（只有运行机器人的你能看到）
balance-key-open = 🟢 { $name } `{ $key }`
balance-key-closed = 🔴 { $name } `{ $key }`
balance-trouble = { $what }，{ $when }再试
balance-trouble-model = { $model }：{ $what }，{ $when }再试
balance-spent-hour = 本小时 { $limit } 美元中已用 { $used }
balance-spent-day = 今天 { $limit } 美元中已用 { $used }
balance-spent-month = 本月 { $limit } 美元中已用 { $used }
balance-spent-total = 总计 { $limit } 美元中已用 { $used }
balance-left-credits = { $when }在上游还剩 { $amount } 点
balance-left-USD = { $when }在上游还剩 { $amount } 美元
balance-left-unknown = { $when }在上游还剩 { $amount }
balance-left-unlimited = { $when }在上游没有上限
trouble-rate_limited = 请求过于频繁
trouble-quota_daily = 当日配额已用完
trouble-billing_exhausted = 余额不足
trouble-spend_limit = 达到消费上限
trouble-overloaded = 过载
trouble-upstream_error = 出错
trouble-connect_failed = 连接不上
trouble-auth_invalid = 密钥被拒绝
trouble-permission_denied = 密钥没有权限
trouble-region_blocked = 不在本地区提供服务
trouble-account_suspended = 账户被停用
trouble-model_unavailable = 那里没有这个模型

confirm = 🍌 **要用 { $price } 绘制吗？**
confirm-changed = 🍌 **价格变了。要用 { $price } 绘制吗？**
confirm-payer-changed = 🍌 **付款方变了。要用 { $price } 绘制吗？**
confirm-what = { $count } 张 · { $size } · { $model }
confirm-paid-member = 由你支付，只按拿到的图片扣除。
confirm-paid-team = 由团队 **{ $name }** 支付，只按拿到的图片扣除。
confirm-paid-server = 由本服务器的公共积分支付，只按拿到的图片扣除。
confirm-until = 点击之前不会冻结积分。{ $until }关闭。
confirm-taken = 🍌 **正在制作。**
confirm-declined = **已取消。** 没有扣除任何积分。
button-draw = 用 { $price } 绘制
button-never-mind = 算了
refusal-question-over = 这个确认已经关闭：它已经处理过，或者不是你的。如果还想要这张图片，请重新运行命令。
refusal-question-expired = 这个确认保留了 { $minutes } 分钟，已经过期。如果还想要这张图片，请重新运行命令。

quota-refunded-shared = 团队的公共池已关闭，因此已按比例退给出资的人。
