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
card-ready = 预计{ $ready }完成
card-cancelled = ✖️ **已取消** · 没有扣除积分
card-price = { $count ->
    [1] { $size } · { $price }，拿到图片才扣除
   *[other] { $count } × { $size } · { $price }，只按拿到的图片扣除
}
card-size-auto = { $resolution }
card-size = { $aspect_ratio } · { $resolution }
card-thinking = { $size } · 思考：{ $thinking }

card-pressed-again = 🔁 { $member } 点了 **再来一张**
card-references = { $size } · 参考 { $count } 张图片
card-kept = { $count ->
    [1] 📌 带上了你保留的图片
   *[other] 📌 带上了你保留的 { $count } 张图片
}

card-pressed-edit = ✏️ { $member } 点了 **编辑这张**
card-moved = 图片在这里：{ $link }
card-pressed-vary = 🎲 { $member } 点了 **变化**
card-pressed-upscale = 🔍 { $member } 要了 **更大的一张**
card-pressed-remix = 📝 { $member } 选了 **改写提示词**
card-pressed-reply = 💬 { $member } 在回复中说
card-fetching = 🍌 **正在取回**
card-result = 🍌 **{ $model }** · { $size } · { $pixels } · { $seconds } 秒
card-short = { $paid } · `{ $job }`
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
button-vary = 变化 · { $price }
button-upscale = { $resolution } · { $price }
button-undo = 撤销
button-versions = 版本
button-compare = 与前一版对比
button-drop = 移除
select-more = 更多……
select-version = 查看某个版本
more-remix = 改写提示词
more-remix-hint = 换个说法、比例、尺寸或张数再做
more-details = 详情
more-details-hint = 完整提示词与全部选项，只有你能看到
more-delete = 删除
more-delete-hint = 仅限作者和可管理消息的人

wish-vary = 这张图片的一个变化：主体和风格不变，换一种构图和细节。
wish-upscale = 同一张图片，更大、细节更精细，其他都不变。

details-title = 🔎 **`{ $job }` 的详情**
details-made = 由 { $member } 于 { $at } 制作，用时 { $seconds } 秒
details-size = { $model } · { $size }
details-count = { $asked } 张中完成 { $made } 张
details-paid-member = 扣除 { $charged } · 由 { $member } 支付
details-paid-team = 扣除 { $charged } · 由团队支付
details-paid-server = 扣除 { $charged } · 由服务器支付
details-id = 完整编号：`{ $job }`
details-providers = 绘制方：{ $names }
details-entries = **账本记录**（可用、冻结）
details-entry = { $when } · { $name } · { $available }，{ $held }

versions-title = 🌳 **版本** · 当前是第 { $number } 版
versions-alt = { $count } 个版本的缩略图，每个都排在其来源的右边
versions-line = **{ $number }** · { $words } · { $when }
versions-from = { $line } · 来自 { $parent }
compare-pressed = 🌓 { $member } 点了 **与前一版对比**
compare-title = **修改前后** · `{ $job }`
compare-alt = 左边是修改前，右边是修改后。

kept-title = { $count ->
    [1] 📌 **已为你的下一次 `/imagine` 或 `/edit` 保留。** 只用一次；{ $until }后作废。
   *[other] 📌 **已为你的下一次 `/imagine` 或 `/edit` 保留 { $count } 张图片。** 只用一次；{ $until }后作废。
}
kept-dropped = 📌 已不再保留任何图片。

reply-refused = 没有成功，也没有扣除任何积分。请点图片下方的 **编辑这张**，原因只会告诉你本人。

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
modal-edit-uploads = 更多参考图片
modal-which = 哪一张？
modal-picture = 第 { $number } 张
modal-ratio = 宽高比
modal-ratio-auto = 由模型决定
modal-size = 分辨率
modal-size-price = { $resolution } · { $price }
modal-count = 张数
modal-count-pictures = { $count } 张
modal-remix-title = 改写提示词
modal-remix-label = 提示词
modal-vary-title = 变化一张图片
modal-upscale-title = 放大一张图片
modal-keep-title = 用作参考
modal-delete-title = 删除这张图片？
modal-delete-label = 从哪里删除
modal-delete-here = 只从本频道删除
modal-delete-history = 从本频道删除，并永久删除
modal-delete-hint = 只从本频道删除：可用 `/show` 找回，其他消息不受影响。永久删除：再也没有人能查看或编辑它。两种方式都不退还积分。
modal-delete-others-hint = 消息会从本频道移除。作者仍可用 `/show` 找回。
modal-edit-placeholder = 改成夜晚、加一座灯塔、变成水彩画……
