### /moderation、/operator、服务器日志，以及相关的拒绝说明。不责怪任何人。

moderation-description = 本服务器的提示词屏蔽词
moderation-words-description = 本服务器的提示词屏蔽词
words-add-description = 屏蔽一个词、短语，或像 *词* 这样的模式
words-remove-description = 让一个词可以再次使用
words-list-description = 所有屏蔽词
words-test-description = 试试一条提示词能否通过
option-word = 词或短语，不分大小写；星号代表几个字
option-word-kept = 哪个词
option-word-test = 要试的提示词；不会制作图片，也不扣积分
operator-description = 仅限运行机器人的人：为谁服务
operator-block-description = 仅限运行机器人的人：在任何地方都不再为某人服务
operator-unblock-description = 仅限运行机器人的人：重新为某人服务
option-block-member = 谁
option-unblock-member = 谁

words-added = 🚫 从现在起提示词中不能使用 **{ $word }**。可用 `/moderation words test` 试一条提示词。
words-there = **{ $word }** 已经在列表里。
words-removed = **{ $word }** 可以再次使用。
words-not-there = **{ $word }** 不在列表里。`/moderation words list` 可查看列表。
words-none = 没有屏蔽词。可用 `/moderation words add` 添加。
words-title = 🚫 **已屏蔽 { $count } 个，最多 { $limit } 个**
words-more = ……还有 { $count } 个
words-stopped = 🚫 **不能通过：** 含有 **{ $word }**。只有作者会收到说明，不扣积分。
words-let-through = ✅ **可以通过：** 没有屏蔽词。

operator-blocked = 在所有服务器都不再为 { $member } 服务。其积分仍归其所有。
operator-blocked-before = { $member } 之前已被停止服务。
operator-unblocked = 已重新为 { $member } 服务。
operator-not-blocked = { $member } 没有被停止服务。

log-asked = 🖼️ { $member } 请求
log-stopped = 🚫 因 **{ $word }** 未通过，来自 { $member }
log-seen = { $job } · { $link }
log-private = { $job } · 只有本人能看到的图片

refusal-word-kept-out = 本服务器的图片不使用“{ $word }”。请换一种说法再试；没有向模型发送任何内容。
refusal-member-blocked = 运行机器人的人已停止为你服务。你的积分仍是你的。如果你认为这是误会，请联系他们。
refusal-operators-stay = 不能停止为运行机器人的人服务。
refusal-unusable-word = 无法查找“{ $word }”。它需要至少一个字，最多 60 个字符、四个星号。
refusal-too-many-words = 列表已满，最多 { $limit } 个。请先用 `/moderation words remove` 删除一个。
