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

card-result = 🍌 **{ $model }** · { $pixels } · { $seconds } 秒
card-charged = 扣除 { $charged } · 剩余 { $left }
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

problem-not-charged = 没有扣除任何积分。

modal-edit-title = 编辑这张图片
modal-edit-label = 要改什么？
modal-edit-placeholder = 改成夜晚、加一座灯塔、变成水彩画……
