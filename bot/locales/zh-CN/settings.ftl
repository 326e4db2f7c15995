### 服务器管理者的 /settings、每个人的 /preferences，以及相关的拒绝说明。

language-name = 简体中文

settings-description = 机器人在本服务器的设置：频道、身份组、默认值、限额、语言
preferences-description = 你的偏好：模型、尺寸、语言，以及别人能否看到你的图片

settings-title = ⚙️ **Plantain 在本服务器的设置**
settings-changed = ✅ 已更改：{ $name }
settings-line = **{ $name }：** { $value }
settings-more = ……还有 { $count } 个
settings-choose = 要更改哪一项？
settings-form-hint = 留空表示不设置。
button-settings = 设置
button-clear = 不设置
button-back = 返回
button-type = 更改

setting-channels = 可制作图片的频道
setting-roles = 可制作图片的身份组
setting-model = 模型
setting-aspect_ratio = 宽高比
setting-resolution = 分辨率
setting-max_count = 一次最多几张
setting-max_credits = 一次最多花多少积分
setting-house_style = 统一画风
setting-private = 谁能看到图片
setting-spoilers = 图片需遮盖的频道
setting-gallery_channel = 画廊频道
setting-alerts = 提醒
setting-log_channel = 审核日志
setting-language = 语言

setting-unset-channels = 所有频道
setting-unset-roles = 所有人
setting-unset-model = 机器人的默认模型
setting-unset-aspect_ratio = 由模型决定
setting-unset-resolution = 模型的默认值
setting-unset-max_count = 本服务器不限
setting-unset-max_credits = 本服务器不限
setting-unset-house_style = 无
setting-unset-private = 频道里的所有人
setting-unset-spoilers = 无
setting-unset-gallery_channel = 无
setting-unset-alerts = 服务器拥有者（私信）
setting-unset-log_channel = 无
setting-unset-language = 随每个人的 Discord
setting-alerts-nobody = 不提醒任何人

setting-about-channels = 本服务器只在这些频道及其帖子里制作图片。
setting-about-roles = 只有拥有其中一个身份组的人才能在这里制作图片。
setting-about-model = 没有指定模型、也没有自己偏好的人用这个模型。
setting-about-aspect_ratio = 没有另外指定时，新图片用这个比例。编辑图片时保持原图的形状。
setting-about-resolution = 没有另外指定、且模型支持时使用。
setting-about-max_count = 每次请求的上限。
setting-about-max_credits = 每次请求的上限，无论由谁付费。
setting-about-house_style = 附加在这里每条提示词上的几句话，例如“扁平色彩，粗轮廓线”。卡片上会注明，任何人都可以在图片的详情里看到内容。它们也计入模型的提示词长度上限。
setting-about-private = 没有另外指定时使用。私密图片只有请求的人能看到。
setting-about-spoilers = 在这些频道及其帖子里制作的图片会被遮盖，点一下才显示。
setting-about-gallery_channel = 收藏的图片可以展示在那里。
setting-about-alerts = 公共积分和本服务器的每项额度用到 50、80、100 % 时，在那里各发一条消息。
setting-about-log_channel = 本服务器的每条提示词都会连同作者和链接发到那里，包括私密图片和含有屏蔽词的提示词。请选择只有管理人员能看的频道。
setting-about-language = 没有用 `/preferences` 选择语言的人，机器人在这里都用这种语言。
setting-pictures = { $count } 张图片
setting-private-yes = 只有请求的人
setting-private-no = 频道里的所有人

preferences-title = 💛 **你的偏好**
preferences-about = 没有另外指定时，在所有服务器和私信中都有效。只有你能看到这张卡片。
preferences-unset = 随服务器或机器人的设置

refusal-wrong-channel = 本服务器在其他频道制作图片。
refusal-role-needed = 本服务器只让部分身份组制作图片。
refusal-too-many-pictures = 本服务器一次最多制作 { $limit } 张图片，这次是 { $given } 张。请减少数量。
refusal-too-dear = 本服务器每次请求最多花 { $limit } 积分，这次需要 { $needed } 积分。请减少张数、降低分辨率或换一个模型。
refusal-not-on-offer = “{ $value }”已不能选择。请重新打开 `/settings` 或 `/preferences`。
use-these-channels = 请到这里使用：{ $channels }
use-these-roles = 需要以下身份组之一：{ $roles }。管理服务器的人可以给你。
