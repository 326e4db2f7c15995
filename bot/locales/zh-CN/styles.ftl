### 风格、/compose 的表单，以及关于提示词的小建议。

style-description = 起个名字存下几句话，随提示词一起使用
style-save-description = 给几句话起个名字存下来，随提示词一起使用
style-list-description = 你在这里可以使用的风格
style-remove-description = 删除一个风格；用它制作的图片不受影响
option-style = 随提示词一起使用的已存风格
option-style-name = 风格的名字；已有的同名风格会被替换
option-style-kept = 哪一个
option-style-words = 要附加的话，例如：水彩，笔触松散，大量留白
option-style-owner = 归谁；不填则归你
choice-owner-member = 我的，在任何服务器都能用
choice-owner-server = 本服务器的，这里人人可用
choice-style-own = { $name } · 你的
choice-style-server = { $name } · 本服务器的

style-saved = 🎨 已保存 **{ $name }**。
style-replaced = 🎨 **{ $name }** 已更新，原来的内容已被替换。
style-saved-server = 🎨 已为本服务器的所有人保存 **{ $name }**。
style-replaced-server = 🎨 本服务器的 **{ $name }** 已更新，原来的内容已被替换。
style-how = 使用 `/imagine`、`/compose` 或 `/edit` 时，在 `style` 选项中选择它。
style-removed = 已删除 **{ $name }**。用它制作的图片不受影响。
style-removed-server = 已从本服务器删除 **{ $name }**。用它制作的图片不受影响。
style-own = 🎨 **你的风格** · { $count }/{ $limit }
style-servers = 🏠 **本服务器的风格** · { $count }/{ $limit }
style-line = **{ $name }** · { $words }
style-none = 🎨 还没有风格。`/style save` 可以给几句话起个名字存下来，例如“水彩，笔触松散，大量留白”。
style-house = 🏠 **统一画风**，会附加到本服务器的每条提示词：{ $words }

card-style = { $size } · 风格：{ $style }
card-house-style = { $size } · 含本服务器的统一画风
details-style = **风格“{ $name }”：** { $words }
details-house-style = **服务器的统一画风：** { $words }

hint-clash = 💡 “{ $one }”和“{ $other }”的方向相反，只用其中一个往往效果更好。
hint-long = 💡 大约 { $words } 个词。提示词短一些，模型往往更听得懂。

compose-description = 用带建议的表单拼出一条提示词
compose-title = 拼出一张图片
compose-subject = 主体
compose-subject-hint = 一位正在补网的老渔夫
compose-style = 风格
compose-style-any = 由模型决定
compose-environment = 环境
compose-environment-hint = 雾中的小渔港
compose-lighting = 光线与视角
compose-lighting-hint = 最多三项
compose-details = 细节
compose-details-hint = 红色毛线帽，背景里有海鸥，气氛安静

suggestion-photograph = 摄影照片
suggestion-film-still = 电影剧照
suggestion-watercolour = 水彩画
suggestion-oil-painting = 油画
suggestion-ink-wash = 水墨画
suggestion-pencil-sketch = 铅笔素描
suggestion-anime = 动漫
suggestion-comic = 美漫
suggestion-pixel-art = 像素画
suggestion-render = 3D 渲染
suggestion-flat-design = 扁平设计
suggestion-paper-cut = 多层剪纸
suggestion-golden-hour = 黄金时刻的阳光
suggestion-blue-hour = 蓝调时刻
suggestion-studio-lighting = 影棚灯光
suggestion-window-light = 柔和的窗光
suggestion-backlight = 强烈的逆光
suggestion-candlelight = 烛光
suggestion-moonlight = 月光
suggestion-neon-light = 霓虹灯光
suggestion-overcast = 阴天的散射光
suggestion-close-up = 特写肖像
suggestion-full-body = 全身镜头
suggestion-wide-angle = 广角
suggestion-aerial-view = 鸟瞰
suggestion-low-angle = 低角度仰拍
suggestion-macro = 微距

refusal-no-such-style = 没有名为“{ $name }”的风格，你和本服务器都没有。`/style list` 可查看有哪些。
refusal-unusable-style = 风格的名字最多 { $name_limit } 个字符，至少含一个字或数字；内容最多 { $words_limit } 个字符。
refusal-too-many-styles = 最多保存 { $limit } 个风格，已经满了。请先用 `/style remove` 删除一个。
