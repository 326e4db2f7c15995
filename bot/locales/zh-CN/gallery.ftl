### /gallery、收藏与服务器的画廊频道。

gallery-description = 分页浏览你以前的图片，可打开、编辑、收藏或删除
option-gallery-member = 另一位成员在本服务器公开的图片
option-gallery-search = 提示词里有的词，顺序不限
option-gallery-model = 由哪个模型绘制
option-gallery-since = 从哪一天开始；也可以写 2026-05-01 这样的日期
option-gallery-favourites = 只看你收藏的
choice-since-today = 今天
choice-since-week = 最近 7 天
choice-since-month = 最近 30 天
choice-since-year = 最近一年

gallery-title = 🖼️ **你的图片** · 最新的在前
gallery-title-starred = ⭐ **你的收藏** · 最新的在前
gallery-title-of = 🖼️ **{ $member } 在本服务器的图片** · 最新的在前
gallery-title-starred-of = ⭐ **{ $member } 在本服务器的图片中你收藏的** · 最新的在前
gallery-words = “{ $words }”
gallery-since = { $day }以来
gallery-none = 没有这样的图片。请少用几个词，或放宽时间。
gallery-empty = 还没有图片。用 `/imagine` 做一张吧。
gallery-no-favourites = 还没有收藏。请点图片下方的 **收藏**。
gallery-alt = { $count ->
    [1] 一张图片的缩略图
   *[other] { $count } 张图片的缩略图，每行三张，依次编号
}
gallery-line = **{ $number }** · { $words } · { $when }
gallery-line-by = { $line } · 作者 { $member }
gallery-about = { $model } · { $pixels } · { $when } · `{ $job }`
gallery-starred = ⭐ 你收藏的图片
select-picture = 查看其中一张……
button-newer = 较新的
button-older = 较早的
button-open = 在这里展示
button-delete = 删除
button-to-gallery = 放进画廊频道

gallery-star-on = ⭐ **已收藏。** 用 `/gallery` 并选择 *favourites* 可以查看；再点一次星星就会取消。
gallery-star-off = **已取消收藏。**
gallery-posted = 🏛️ **已放进画廊：**{ $channel } · { $link }
gallery-by = 🏛️ **{ $member } 的图片**
gallery-chosen-by = 由 { $member } 选出

modal-star-title = 收藏
modal-star-hint = 如果已经收藏，就会取消收藏。
modal-delete-posted = 只从发布的地方删除
modal-delete-everywhere = 从所有地方永久删除
gallery-delete-hint = 只从发布的地方删除：它的卡片（若属于某个批次，则是含有它的消息和压缩包）和画廊频道里的都会移除，你在这里仍能看到它。永久删除：再也没有人能查看或编辑它。两种方式都不退还积分。
gallery-delete-others-hint = 它的卡片（若属于某个批次，则是含有它的消息和压缩包）和画廊频道里的都会移除，此后只有作者能看到这张图片。
