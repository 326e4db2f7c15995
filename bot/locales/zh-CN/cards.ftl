### 术语：credit 积分 · picture 图片 · prompt 提示词 · model 模型 · held 冻结 · charged 扣除

credits = { $credits } 积分

card-accepted = 🍌 **准备中**
card-queued = 🕒 **排队中** { $ahead ->
    [0] · 马上轮到你
   *[other] · 前面还有 { $ahead } 个任务
}
card-postponed = ⏱️ **稍早了一点** · { $begins }开始
card-drawing = 🎨 **正在绘制** · { $model } · 开始于 { $since }
card-waiting = ⏳ **{ $model } 正忙** · { $until } 再试
card-price = { $count ->
    [1] { $size } · { $price }，拿到图片才扣除
   *[other] { $count } × { $size } · { $price }，只按拿到的图片扣除
}
card-size-auto = { $resolution }
card-size = { $aspect_ratio } · { $resolution }
card-thinking = { $size } · 思考：{ $thinking }

card-pressed-again = 🔁 { $member } 点了 **再来一张**
card-pressed-edit = ✏️ { $member } 点了 **编辑这张**
card-moved = 图片在这里：{ $link }
card-result = 🍌 **{ $model }** · { $pixels } · { $seconds } 秒
card-charged-left = 扣除 { $charged } · 剩余 { $left }
card-charged-member = 扣除 { $charged } · 由 { $member } 支付
card-charged-team = 扣除 { $charged } · 由团队支付
card-charged-server = 扣除 { $charged } · 由服务器支付
card-refit-lossless = 已无损重新编码，以符合本频道的上传上限。
card-refit-lossy = 已高质量重新编码，以符合本频道的上传上限。
card-refit-smaller = 已缩小以符合本频道的上传上限；原图为 { $pixels }。
card-shortfall = { $asked } 张中完成了 { $made } 张，其余不扣除。{ $why }

button-again = 再来一张 · { $price }
button-edit = 编辑这张

balance-title = 🍌 **你的 Plantain 余额**
balance-available = 可用 **{ $credits }**
balance-held = { $credits } 已冻结，图片制作中
balance-month = 自 { $since } 起已用 { $credits }
balance-entries = **最近记录**
balance-none = 还没有记录。试试 `/imagine`。
entry-grant = 赠送
entry-reserve = 为图片冻结
entry-settle = 已扣除
entry-release = 已退回
entry-refund = 已退款
entry-transfer = 转账

button-give = 赠送 { $credits }
button-cancel = 取消
gift-offer = 🎁 **要送给 { $receiver } { $credits }吗？**
gift-offer-facts = 你有 { $available }，今天还可以送出 { $left }。确认截止：{ $until }。
gift-given = 🎁 **你已送给 { $receiver } { $credits }。**
gift-left = 剩余 { $left }
gift-cancelled = 已取消：{ $receiver } 不会收到，{ $credits }仍是你的。
gift-received = 🎁 { $receiver }，{ $giver } 送给你 **{ $credits }**。
gift-received-hint = `/balance` 可查看你的余额。

team-title = 👥 **{ $name }**，{ $channel } 的团队，由 { $maker } 创建
team-pot = 公共池里有 **{ $credits }**
team-cap = 每位成员总共最多可用 { $credits }。
team-no-cap = 成员可以用到用完为止。
team-ends = { $when } 结束，届时剩余的积分会退给出资的人。
team-endless = 一直有效，直到被关闭；届时剩余的积分会退给出资的人。
team-over = 已经到期。最后一张图片完成后，剩余的积分就会退回。
team-how = 在这里制作图片由它付费。用 `/team top-up` 充值，用 `/team leave` 改为自己付费。
team-members = **出资与使用**
team-member = { $member } · 出资 { $paid } · 已用 { $spent }
team-member-away = { $member } · 出资 { $paid } · 已用 { $spent } · 自己付费
team-more = ……还有 { $count } 人
team-me = 你已用 { $spent }。
team-me-capped = 你已用 { $spent }，还可用 { $left }。
team-me-away = 你已用 { $spent }，现在在这里自己付费。
team-topped-up = 👥 { $member } 向 **{ $name }** 存入了 **{ $credits }**。
team-joined = 👥 { $member }，你又可以使用 **{ $name }** 的积分了。
team-left = 从现在起你在这里自己付费。你存入 **{ $name }** 的积分留在公共池里，关闭时会按比例退还剩余部分。
team-closed = 👥 **{ $name }** 已关闭。
team-expired = 👥 **{ $name }** 已到期并关闭。
team-returned = { $member } 退回 { $credits }
team-nothing-left = 公共池里没有剩余积分。

balance-title-member = 🍌 **{ $member } 在本服务器**
balance-here = **这里**
balance-allowance = 你的配额 { $whole } 中还剩 **{ $left }** · { $when } 更新
balance-allowance-member = 配额 { $whole } 中还剩 **{ $left }** · { $when } 更新
balance-pool = 服务器积分池有 { $credits } · 冻结 { $held }
balance-team = **{ $name }** 的公共池有 { $credits }
balance-limits = **限额**
balance-limit = { $whose }：{ $limit } { $measure }，已用 { $used }，剩 { $left }
balance-whose-bot = 所有人合计
balance-whose-server = 本服务器
balance-whose-role = 身份组
balance-whose-member = 个人
balance-anew = { $when } 重置
balance-running = **正在制作**
balance-private = 私密图片
balance-more = ……还有 { $count } 个
balance-chart = 最近 30 天图片的花费：共 { $total }，单日最多 { $most }（{ $day }）。
entry-gift = 成员转赠
entry-team = 存入团队公共池
entry-team-closed = 团队公共池退回
entry-fund = 存入服务器积分池
entry-take = 收回

problem-not-charged = 没有扣除任何积分。

modal-edit-title = 编辑这张图片
modal-edit-label = 要改什么？
modal-edit-price = { $price }，拿到图片才扣除
modal-edit-which = 编辑哪一张？
modal-edit-picture = 第 { $number } 张
modal-edit-placeholder = 改成夜晚、加一座灯塔、变成水彩画……
